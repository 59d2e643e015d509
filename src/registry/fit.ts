// Goes once through an object beside its schema: copies and freezes what is known, notes what is unknown, wrong or missing.
import { nanoseconds } from '../model/duration.ts'
import type { Path } from '../model/origin.ts'
import type { Schema } from '../model/shape.ts'

export type Rule =
  | 'type'
  | 'enum'
  | 'format'
  | 'pattern'
  | 'minimum'
  | 'maximum'
  | 'minItems'
  | 'minLength'
  | 'maxLength'

/** A thing to tell about, at its path. */
export type Note = { readonly path: Path } & (
  | { readonly type: 'unknown'; readonly known: readonly string[] }
  | { readonly type: 'later' }
  | { readonly type: 'unused'; readonly why: string }
  | { readonly type: 'missing' }
  | { readonly type: 'exclusive'; readonly fields: readonly string[] }
  | {
      readonly type: 'misfit'
      readonly rule: Rule
      readonly schema: Schema
      readonly value: unknown
    }
)

/** No object gets more warnings, and no more errors, than this. */
const MOST = 50

/**
 * A frozen copy of `value` without the fields its schema does not know; it is of the schema's type if no note is `missing`,
 * `exclusive` or `misfit`. A field that is null counts as absent, as in proto JSON.
 */
export function fit(
  schema: Schema,
  value: unknown,
  start: Path,
): { readonly copy: unknown; readonly notes: readonly Note[] } {
  const walk = new Walk(start)
  return { copy: walk.copy(schema, value), notes: walk.notes }
}

class Walk {
  readonly notes: Note[] = []
  readonly #path: (string | number)[]
  #warnings = 0
  #errors = 0

  constructor(start: Path) {
    this.#path = [...start]
  }

  copy(schema: Schema, value: unknown): unknown {
    const rule = broken(schema, value)
    if (rule) this.#note({ type: 'misfit', path: [...this.#path], rule, schema, value })
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return this.#list(schema.items ?? {}, value)
    const { properties } = schema
    if (!properties) return this.#map(schema.additionalProperties ?? {}, value)
    return this.#object(schema, properties, value)
  }

  #list(item: Schema, values: readonly unknown[]): unknown {
    return Object.freeze(values.map((value, index) => this.#below(index, item, value)))
  }

  #map(item: Schema, value: object): unknown {
    const copy: Record<string, unknown> = {}
    for (const key of Object.keys(value)) {
      if (key === '__proto__') this.#unknown(key, {})
      else copy[key] = this.#below(key, item, (value as Readonly<Record<string, unknown>>)[key])
    }
    return Object.freeze(copy)
  }

  #object(schema: Schema, properties: Readonly<Record<string, Schema>>, value: object): unknown {
    const copy: Record<string, unknown> = {}
    for (const key of Object.keys(value)) {
      const child = (value as Readonly<Record<string, unknown>>)[key]
      const field = Object.hasOwn(properties, key) ? properties[key] : undefined
      if (!field) this.#unknown(key, properties)
      else if (child !== null && child !== undefined) {
        if (field.later) this.#note({ type: 'later', path: [...this.#path, key] })
        if (field.unused)
          this.#note({ type: 'unused', path: [...this.#path, key], why: field.unused })
        copy[key] = this.#below(key, field, child)
      }
    }
    for (const key of schema.required ?? []) {
      if (!Object.hasOwn(copy, key)) this.#note({ type: 'missing', path: [...this.#path, key] })
    }
    for (const group of schema.exclusive ?? []) {
      const fields = group.filter((name) => Object.hasOwn(copy, name))
      if (fields.length > 1) this.#note({ type: 'exclusive', path: [...this.#path], fields })
    }
    return Object.freeze(copy)
  }

  #unknown(key: string, properties: Readonly<Record<string, Schema>>): void {
    this.#note({ type: 'unknown', path: [...this.#path, key], known: Object.keys(properties) })
  }

  #below(key: string | number, schema: Schema, value: unknown): unknown {
    this.#path.push(key)
    const copy = this.copy(schema, value)
    this.#path.pop()
    return copy
  }

  #note(note: Note): void {
    const mild = note.type === 'unknown' || note.type === 'later' || note.type === 'unused'
    if (mild ? this.#warnings++ < MOST : this.#errors++ < MOST) this.notes.push(note)
  }
}

/** The rule of the schema that the value itself (not what is in it) breaks. */
function broken(schema: Schema, value: unknown): Rule | undefined {
  const { type } = schema
  // Asked of every value there is, so no list is made for the one type that it mostly is.
  const isOne = typeof type === 'string' && hasType(value, type)
  if (type && !isOne && ![type].flat().some((one) => hasType(value, one))) return 'type'
  if (typeof value === 'string') return brokenByText(schema, value)
  if (typeof value === 'number') {
    if (schema.minimum !== undefined && value < schema.minimum) return 'minimum'
    if (schema.maximum !== undefined && value > schema.maximum) return 'maximum'
  }
  if (Array.isArray(value) && value.length < (schema.minItems ?? 0)) return 'minItems'
  return undefined
}

function brokenByText(schema: Schema, value: string): Rule | undefined {
  if (schema.enum && !schema.enum.includes(value)) return 'enum'
  if (schema.format === 'duration' && nanoseconds(value) === undefined) return 'format'
  if (value.length < (schema.minLength ?? 0)) return 'minLength'
  if (value.length > (schema.maxLength ?? Number.POSITIVE_INFINITY)) return 'maxLength'
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) return 'pattern'
  return undefined
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    case 'array':
      return Array.isArray(value)
    case 'integer':
      return Number.isInteger(value)
    case 'number':
      return Number.isFinite(value)
    default:
      return typeof value === type
  }
}
