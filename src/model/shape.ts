// A kind's shape, written once: from it come the JSON schema that checks an object and the TypeScript type of the checked object.

/** The part of JSON schema that shapes use, and two words of our own, `later` and `exclusive`. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly additionalProperties?: Schema
  readonly enum?: readonly string[]
  readonly format?: 'duration'
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  /** Istio has it, Lotse reads and checks it but does not translate it yet. */
  readonly later?: true
  /** Istio's API has it and it does nothing, in Istio too or where there is no such thing; says why. */
  readonly unused?: string
  /** Groups of fields of which at most one may be given. */
  readonly exclusive?: readonly (readonly string[])[]
}

declare const TYPE: unique symbol

export interface Shape<T> {
  readonly schema: Schema
  readonly required?: boolean
  readonly [TYPE]?: T
}

interface RequiredShape<T> extends Shape<T> {
  readonly required: true
}

/** The (deeply readonly) type of a value that has passed the shape's check. */
export type Infer<S> = S extends Shape<infer T> ? T : never

type Fields = Readonly<Record<string, Shape<unknown>>>
type Flat<T> = T extends infer O ? { readonly [K in keyof O]: O[K] } : never
type ObjectOf<F extends Fields> = Flat<
  {
    [K in keyof F as F[K] extends RequiredShape<unknown> ? K : never]: Infer<F[K]>
  } & {
    [K in keyof F as F[K] extends RequiredShape<unknown> ? never : K]?: Infer<F[K]>
  }
>

function shape<T>(schema: Schema): Shape<T> {
  return { schema }
}

export const string: Shape<string> = shape({ type: 'string' })
export const boolean: Shape<boolean> = shape({ type: 'boolean' })
export const number: Shape<number> = shape({ type: 'number' })
/** A length of time as Go writes it (`1.5s`, `1h2m`); see `model/duration.ts`. */
export const duration: Shape<string> = shape({ type: 'string', format: 'duration' })
/** Any JSON object, passed on as it is. */
export const struct: Shape<Readonly<Record<string, unknown>>> = shape({ type: 'object' })
/** Any JSON value, passed on as it is. */
export const anything: Shape<unknown> = shape({})
/** A number or a name, as the target port of a Service. */
export const integerOrString: Shape<number | string> = shape({ type: ['integer', 'string'] })
/** A TCP or UDP port. */
export const port: Shape<number> = shape({ type: 'integer', minimum: 0, maximum: 65535 })
/** A share in percent, 0 to 100, as an integer. */
export const percent: Shape<number> = shape({ type: 'integer', minimum: 0, maximum: 100 })
/** proto uint32. */
export const uint32: Shape<number> = shape({ type: 'integer', minimum: 0, maximum: 4294967295 })
/** proto int32. */
export const int32: Shape<number> = shape({
  type: 'integer',
  minimum: -2147483648,
  maximum: 2147483647,
})

export function integer(limits: { readonly min?: number; readonly max?: number }): Shape<number> {
  return shape({
    type: 'integer',
    ...(limits.min === undefined ? {} : { minimum: limits.min }),
    ...(limits.max === undefined ? {} : { maximum: limits.max }),
  })
}

export function text(limits: {
  readonly min?: number
  readonly max?: number
  readonly pattern?: string
}): Shape<string> {
  return shape({
    type: 'string',
    ...(limits.min === undefined ? {} : { minLength: limits.min }),
    ...(limits.max === undefined ? {} : { maxLength: limits.max }),
    ...(limits.pattern === undefined ? {} : { pattern: limits.pattern }),
  })
}

export function enumOf<const Names extends readonly string[]>(
  ...names: Names
): Shape<Names[number]> {
  return shape({ type: 'string', enum: names })
}

export function list<T>(item: Shape<T>, min?: number): Shape<readonly T[]> {
  return shape({
    type: 'array',
    items: item.schema,
    ...(min === undefined ? {} : { minItems: min }),
  })
}

/** An object whose keys are the user's own words. */
export function map<T>(value: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return shape({ type: 'object', additionalProperties: value.schema })
}

/**
 * An object with known fields, optional unless `required`. A field that is not listed is unknown: the user is warned and it is
 * removed. Of each group in `exclusive` at most one field may be given (a proto oneof).
 */
export function object<F extends Fields>(
  fields: F,
  exclusive?: readonly (readonly (keyof F & string)[])[],
): Shape<ObjectOf<F>> {
  const properties: Record<string, Schema> = {}
  const needed: string[] = []
  for (const [name, field] of Object.entries(fields)) {
    properties[name] = field.schema
    if (field.required) needed.push(name)
  }
  return shape({
    type: 'object',
    properties,
    ...(needed.length > 0 ? { required: needed } : {}),
    ...(exclusive ? { exclusive } : {}),
  })
}

export function required<T>(field: Shape<T>): RequiredShape<T> {
  return { ...field, required: true }
}

/** Marks a field or a kind that is checked but not translated yet: using it gives warning L0107 at its line. */
export function later<T>(field: Shape<T>): Shape<T> {
  return { ...field, schema: { ...field.schema, later: true } }
}

/** Marks a field that does nothing for a reason that stays: using it gives warning L0238 at its line, with the reason. */
export function unused<T>(field: Shape<T>, why: string): Shape<T> {
  return { ...field, schema: { ...field.schema, unused: why } }
}
