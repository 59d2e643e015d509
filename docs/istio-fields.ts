// The fields of Istio's API: all of a kind, by its schema, and those that a text of YAML uses.
import { parseAllDocuments } from 'yaml'
import type { Document, Kind } from '../src/model/document.ts'
import { SCHEMAS } from '../src/model/schema/index.ts'
import type { Schema } from '../src/model/shape.ts'
import { check, objectsIn } from '../src/registry/check.ts'
import { validate } from '../src/translate/validate/index.ts'

/** As `VirtualService.http.match.uri.exact`, of all objects that are valid; a key of the user's own is `*`. */
export function fieldsOf(yaml: string): string[] {
  const objects = parseAllDocuments(yaml).flatMap((document) => objectsIn(document.toJS()))
  const fields = new Set<string>()
  for (const { value } of objects) {
    const { content } = value === null ? {} : check(value)
    if (!content || isRefused(content)) continue
    const { schema } = SCHEMAS[content.kind].shape
    for (const field of used(schema, content.spec, content.kind)) fields.add(field)
  }
  return [...fields].sort()
}

function isRefused(content: Omit<Document, 'at'>): boolean {
  const document = { ...content, at: () => ({ source: '', line: 1, column: 1 }) }
  return validate(document).some(({ severity }) => severity === 'error')
}

function used(schema: Schema, value: unknown, path: string): string[] {
  if (schema.items) {
    return (value as unknown[]).flatMap((item) => used(schema.items!, item, path))
  }
  if (typeof value !== 'object' || value === null) return [path]
  const { properties, additionalProperties: values } = schema
  const entries = Object.entries(value)
  if (properties && entries.length > 0) {
    return entries.flatMap(([name, part]) => used(properties[name] ?? {}, part, `${path}.${name}`))
  }
  if (values?.properties && entries.length > 0) {
    return entries.flatMap(([, part]) => used(values, part, `${path}.*`))
  }
  return [path]
}

/** One row of the list of all fields. */
export interface Field {
  readonly path: string
  readonly later: boolean
  /** Why it has no effect, if it has none. */
  readonly unused?: string
  /** The place where the same fields stand already. */
  readonly same?: string
}

/** Every field of a kind, in the order of its schema. A block that stands in several places is listed once. */
export function allFields(kind: Kind, seen: Map<Schema, string>): Field[] {
  const { schema } = SCHEMAS[kind].shape
  return below(schema, kind, marksOf(schema), seen)
}

type Marks = Pick<Field, 'later' | 'unused'>

function marksOf({ later, unused }: Schema, above: Marks = { later: false }): Marks {
  const why = unused ?? above.unused
  return { later: above.later || later === true, ...(why === undefined ? {} : { unused: why }) }
}

const BLOCK = 4

function below(schema: Schema, path: string, marks: Marks, seen: Map<Schema, string>): Field[] {
  const inner =
    schema.items ?? (schema.additionalProperties?.properties && schema.additionalProperties)
  if (inner) return below(inner, schema.items ? path : `${path}.*`, marks, seen)
  const { properties = {} } = schema
  const names = Object.keys(properties)
  if (names.length === 0) return [{ path, ...marks }]
  const same = seen.get(schema)
  if (same !== undefined) return [{ path, ...marks, same }]
  if (names.length >= BLOCK) seen.set(schema, path)
  return names.flatMap((name) => {
    const field = properties[name]!
    return below(field, `${path}.${name}`, marksOf(field, marks), seen)
  })
}

/** The field at a path into an object, as `spec.http.0.match.0.uri`: `VirtualService.http.match.uri`. */
export function fieldAt(kind: Kind, path: string): string {
  const { shape, content } = SCHEMAS[kind]
  const names = path.split('.').slice(content === 'spec' ? 1 : 0)
  let schema: Schema = shape.schema
  let field: string = kind
  for (const name of names) {
    if (schema.items) schema = schema.items
    else if (schema.additionalProperties) {
      schema = schema.additionalProperties
      if (schema.properties) field += '.*'
    } else {
      const next = schema.properties?.[name]
      // The rest of a key of the user's own that has dots.
      if (!next) break
      schema = next
      field += `.${name}`
    }
  }
  return field
}
