// What does not fit, in words: what it is, and what it must be.
import type { Path } from '../model/origin.ts'
import type { Schema } from '../model/shape.ts'
import type { Rule } from './fit.ts'

/** As `is "5x"; it must be a duration such as 1.5s`. A `secret` value is not repeated. */
export function phrase(rule: Rule, schema: Schema, value: unknown, secret: boolean): string {
  const given = secret ? 'of the wrong form' : show(value)
  switch (rule) {
    case 'type':
      return typePhrase(schema, value, given)
    case 'enum':
      return `is ${given}; it must be ${oneOf(schema.enum ?? [])}${meant(value, schema.enum ?? [])}`
    case 'format':
      return `is ${given}; it must be a duration such as 1.5s, 300ms or 1h2m`
    case 'pattern':
      return `is ${given}; it must be of lower-case letters, digits and hyphens, as in a DNS name`
    case 'minimum':
      return `is ${given}; it must be at least ${schema.minimum}`
    case 'maximum':
      return `is ${given}; it must be at most ${schema.maximum}`
    case 'minItems':
      return `needs at least ${schema.minItems === 1 ? 'one entry' : `${schema.minItems} entries`}`
    case 'minLength':
      return 'must not be empty'
    case 'maxLength':
      return `is too long; at most ${schema.maxLength} characters are allowed`
  }
}

const WORDS: Readonly<Record<string, string>> = {
  object: 'an object',
  array: 'a list',
  integer: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
}

function typePhrase(schema: Schema, value: unknown, given: string): string {
  const types = [schema.type ?? []].flat()
  const wanted = types.map((type) => WORDS[type] ?? type).join(' or ')
  const scalar = typeof value === 'number' || typeof value === 'boolean'
  const quote = types.includes('string') && scalar ? ' (put it in quotes)' : ''
  return `is ${given}; it must be ${wanted}${quote}`
}

/** A value as a message shows it: short, and never a whole object. */
function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (value === null || value === undefined) return 'empty'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'string') return `"${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`
  return String(value)
}

function oneOf(names: readonly string[]): string {
  return names.length === 1 ? String(names[0]) : `one of ${names.join(', ')}`
}

function meant(value: unknown, names: readonly string[]): string {
  const upper = String(value).toUpperCase().replaceAll('-', '_')
  const match = names.find((name) => name.toUpperCase() === upper)
  return match ? `; did you mean ${match}?` : ''
}

/** `spec.http[0].match`, as users write paths. */
export function printPath(path: Path): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (!/^[\w-]+$/.test(part)) text += `[${JSON.stringify(part)}]`
    else text += text === '' ? part : `.${part}`
  }
  return text === '' ? 'the document' : text
}
