// JSON schemas of answers, in few words. Objects are closed: what is not described is not answered.

export type Schema = Readonly<Record<string, unknown>>

export const text: Schema = { type: 'string' }
export const number: Schema = { type: 'number' }
export const count: Schema = { type: 'integer', minimum: 0 }
export const flag: Schema = { type: 'boolean' }
/** RFC 3339. */
export const time: Schema = { type: 'string', format: 'date-time' }
export const anything: Schema = {}

export function oneOf(...values: readonly string[]): Schema {
  return { type: 'string', enum: values }
}

export function list(items: Schema): Schema {
  return { type: 'array', items }
}

export function record(values: Schema): Schema {
  return { type: 'object', additionalProperties: values }
}

export function shape(
  properties: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema {
  return {
    type: 'object',
    properties: { ...properties, ...optional },
    required: Object.keys(properties),
    additionalProperties: false,
  }
}

export function described(schema: Schema, description: string): Schema {
  return { ...schema, description }
}

/** A place in a source: `file:line:column`. */
export const place = described(text, 'file:line:column')
