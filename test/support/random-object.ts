// Random objects of any kind, out of the kind's own schema: a field that is added to a schema is in them from then on.
import type { Kind } from '../../src/model/document.ts'
import { SCHEMAS } from '../../src/model/schema/index.ts'
import type { Schema } from '../../src/model/shape.ts'
import type { Dice } from './dice.ts'

/** By the end of a field's path, as `destination.host`; the longest end counts. */
type ByEnd<T> = Readonly<Record<string, readonly T[]>>

export interface Words {
  /** Of an object the fields that are always there: one of each list. */
  readonly needed: ByEnd<readonly string[]>
  /** Values; without any the schema decides. */
  readonly values: ByEnd<unknown>
}

const DURATIONS = ['0s', '1ms', '1s', '1.5s', '1m', '1h2m', '24h']
const TEXTS = ['a', 'x-a', '1', 'b.c', '']
/** Of the fields that may be left out. */
const SHARE = 0.25

/** The content of an object, below `spec` or beside `metadata`. */
export function randomContent(kind: Kind, dice: Dice, words: Words): Record<string, unknown> {
  const { schema } = SCHEMAS[kind].shape
  return randomValue(schema, kind, dice, words) as Record<string, unknown>
}

function randomValue(schema: Schema, path: string, dice: Dice, words: Words): unknown {
  const known = byEnd(path, words.values)
  if (known) return dice.pick(known)
  if (schema.properties) return fieldsOf(schema, path, dice, words)
  if (schema.items) {
    const count = Math.max(schema.minItems ?? 0, 1) + (dice.chance(0.3) ? 1 : 0)
    const items = Array.from({ length: count }, () => randomValue(schema.items!, path, dice, words))
    return items.filter((item, index) => isFirst(items, item, index))
  }
  if (schema.additionalProperties) return entriesOf(schema.additionalProperties, path, dice, words)
  if (schema.enum) return dice.pick(schema.enum)
  if (schema.format === 'duration') return dice.pick(DURATIONS)
  return plainValue(schema, dice)
}

function plainValue(schema: Schema, dice: Dice): unknown {
  const { type, minimum = 0, maximum = 2 ** 31 - 1 } = schema
  if (type === 'boolean') return dice.chance(0.5)
  if (type === 'integer') {
    return dice.pick([Math.max(minimum, 0), Math.max(minimum, 1), Math.min(maximum, 100), maximum])
  }
  if (type === 'number') return dice.pick([0, 0.1, 1, 50.5, 100])
  if (type === 'string') return dice.pick(TEXTS)
  return {}
}

function fieldsOf(schema: Schema, path: string, dice: Dice, words: Words): object {
  const { properties = {}, required = [], exclusive = [] } = schema
  const names = Object.keys(properties).filter((name) => !properties[name]?.later)
  const kept = new Set(names.filter((name) => required.includes(name) || dice.chance(SHARE)))
  for (const rivals of byEnd(path, words.needed) ?? []) {
    const one = dice.pick(rivals)
    for (const name of rivals) kept.delete(name)
    kept.add(one)
  }
  // An empty object says little: one field is there.
  if (kept.size === 0 && names.length > 0) kept.add(dice.pick(names))
  for (const group of exclusive) {
    const rivals = group.filter((name) => kept.has(name))
    const one = rivals.length > 1 ? dice.pick(rivals) : undefined
    for (const name of rivals) if (one && name !== one) kept.delete(name)
  }
  return Object.fromEntries(
    [...kept].map((name) => [name, randomValue(properties[name]!, `${path}.${name}`, dice, words)]),
  )
}

function entriesOf(schema: Schema, path: string, dice: Dice, words: Words): object {
  const keys = (byEnd(`${path}.*`, words.values) ?? TEXTS) as readonly string[]
  const kept = new Set([dice.pick(keys), ...(dice.chance(0.3) ? [dice.pick(keys)] : [])])
  return Object.fromEntries(
    [...kept].map((key) => [key, randomValue(schema, `${path}.KEY`, dice, words)]),
  )
}

function byEnd<T>(path: string, table: ByEnd<T>): readonly T[] | undefined {
  const parts = path.split('.')
  for (let from = 0; from < parts.length; from++) {
    const known = table[parts.slice(from).join('.')]
    if (known) return known
  }
  return undefined
}

function isFirst(items: readonly unknown[], item: unknown, index: number): boolean {
  const text = JSON.stringify(item)
  return items.findIndex((other) => JSON.stringify(other) === text) === index
}
