// Shapes: the schema and the type that come from one description; durations; every kind's schema is well formed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { KINDS } from '../../src/model/document.ts'
import { milliseconds, nanoseconds, seconds } from '../../src/model/duration.ts'
import { SCHEMAS } from '../../src/model/schema/index.ts'
import type { VirtualService } from '../../src/model/schema/virtual-service.ts'
import {
  enumOf,
  type Infer,
  integerOrString,
  later,
  list,
  map,
  number,
  object,
  required,
  string,
} from '../../src/model/shape.ts'

/** Compiles only if both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <T extends true>(value: T) => assert.equal(value, true)

test('a shape gives a schema and a type', () => {
  const shape = object(
    {
      name: required(string),
      mode: enumOf('A', 'B'),
      ports: list(map(integerOrString)),
      old: later(number),
    },
    [['mode', 'old']],
  )
  assert.deepEqual(shape.schema, {
    type: 'object',
    properties: {
      name: { type: 'string' },
      mode: { type: 'string', enum: ['A', 'B'] },
      ports: {
        type: 'array',
        items: { type: 'object', additionalProperties: { type: ['integer', 'string'] } },
      },
      old: { type: 'number', later: true },
    },
    required: ['name'],
    exclusive: [['mode', 'old']],
  })
  holds<
    Same<
      Infer<typeof shape>,
      {
        readonly name: string
        readonly mode?: 'A' | 'B'
        readonly ports?: readonly Readonly<Record<string, number | string>>[]
        readonly old?: number
      }
    >
  >(true)
  const service: VirtualService = { http: [{ route: [{ destination: { host: 'a' }, weight: 1 }] }] }
  const host: string | undefined = service.http?.[0]?.route?.[0]?.destination.host
  assert.equal(host, 'a')
  // @ts-expect-error a destination needs a host
  const wrong: VirtualService = { http: [{ route: [{ destination: {} }] }] }
  // @ts-expect-error a spec is read-only
  service.http = []
  assert.ok(wrong)
})

test('durations: the forms of Go in, the form of Envoy out', () => {
  const rows: readonly [string, string][] = [
    ['0', '0s'],
    ['0s', '0s'],
    ['1s', '1s'],
    ['1.5s', '1.5s'],
    ['1500ms', '1.5s'],
    ['100ms', '0.1s'],
    ['1h2m', '3720s'],
    ['1h2m3.004s', '3723.004s'],
    ['.5s', '0.5s'],
    ['2.s', '2s'],
    ['1us', '0.000001s'],
    ['1µs', '0.000001s'],
    ['1ns', '0.000000001s'],
    ['0.1ns', '0s'],
  ]
  for (const [given, envoy] of rows) assert.equal(seconds(given), envoy, given)
  assert.equal(milliseconds('1.5s'), 1500)
  const bad = [
    '',
    '5',
    '5x',
    '-1s',
    '1 s',
    's',
    '.s',
    '1s2',
    '1,5s',
    '1S',
    '1d',
    `${'9'.repeat(20)}h`,
  ]
  for (const given of bad) {
    assert.equal(nanoseconds(given), undefined, given)
    assert.throws(() => seconds(given), RangeError)
  }
})

test('every kind has a schema that ajv accepts as strict JSON schema', () => {
  assert.deepEqual(Object.keys(SCHEMAS).sort(), [...KINDS].sort())
  const ajv = new Ajv({ strict: true, allowUnionTypes: true })
  ajv.addVocabulary(['later', 'unused', 'exclusive'])
  ajv.addFormat('duration', true)
  for (const [kind, { shape }] of Object.entries(SCHEMAS)) {
    assert.ok(ajv.validateSchema(shape.schema), kind)
    assert.ok(ajv.compile(shape.schema)({}) || shape.schema.required, kind)
  }
})
