// Laws of identities and tokens: what is written is read back, and hostile text is never taken for a name.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  formatIdentity,
  formatWorkloadHost,
  type Identity,
  identityOf,
  parseIdentity,
  parseWorkloadHost,
  parseWorkloadName,
} from '../../src/ca/identity.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { readRequest } from '../../src/ca/request.ts'
import { formatToken, newToken, parseToken } from '../../src/ca/token-text.ts'
import { pemOf } from '../../src/ca/x509.ts'
import '../support/laws.ts'

const RUNS = { numRuns: 2000 }
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$/)
const dotted = fc.array(label, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'))
const identity = fc.record(
  { trustDomain: dotted, namespace: label, serviceAccount: dotted },
  { noNullPrototype: true },
)

// Pieces from which impersonations are made: separators, escapes, NUL, look-alikes, empty parts.
const piece = fc.constantFrom(
  ...['spiffe:', 'SPIFFE:', 'https:', '//', '/', '/ns/', '/sa/', 'cluster.local', 'shop', 'cart'],
  ...['', '.', '..', '\0', '%2f', '%00', '\n', ' ', ',', 'URI:', '@', ':443', '?', '#', '\\', '"'],
  ...['ａ', 'ı', 'é', '\u202e', '*', 'A', '-', '_', 'workload.lotse.internal'],
)
const hostile = fc.oneof(
  fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }).map((tail) => `spiffe://cluster.local/ns/${tail}`),
  fc.string({ unit: 'grapheme' }),
)

test('identity: format and parse are inverse', () => {
  fc.assert(
    fc.property(identity, (one) => {
      const text = formatIdentity(one)
      assert.ok(!isProblem(text))
      assert.deepEqual(parseIdentity(text), one)
    }),
    RUNS,
  )
})

test('identity: any change to a valid text gives another identity or none', () => {
  const edit = fc.record({ at: fc.nat(), drop: fc.nat(2), put: fc.oneof(piece, fc.string()) })
  fc.assert(
    fc.property(identity, edit, (one, { at, drop, put }) => {
      const text = formatIdentity(one) as string
      const cut = at % (text.length + 1)
      const changed = text.slice(0, cut) + put + text.slice(cut + drop)
      const parsed = parseIdentity(changed)
      if (isProblem(parsed)) assert.notEqual(changed, text)
      else assert.equal(formatIdentity(parsed), changed)
    }),
    { numRuns: 4000 },
  )
})

test('identity: hostile text is either exactly canonical or refused without being repeated', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const parsed = parseIdentity(text)
      if (!isProblem(parsed)) {
        assert.equal(formatIdentity(parsed), text)
        assert.match(text, /^spiffe:\/\/[a-z0-9._-]+\/ns\/[a-z0-9-]+\/sa\/[a-z0-9.-]+$/)
      } else if (text.length > 60) assert.ok(!parsed.text.includes(text))
    }),
    { numRuns: 5000 },
  )
})

test('identity: hostile parts never make an identity that reads back as another', () => {
  const part = fc.oneof(hostile, label)
  fc.assert(
    fc.property(part, part, part, (trustDomain, namespace, serviceAccount) => {
      const one: Identity = { trustDomain, namespace, serviceAccount }
      const text = formatIdentity(one)
      if (!isProblem(text)) assert.deepEqual(parseIdentity(text), one)
    }),
    RUNS,
  )
})

test('workload names: host and NAMESPACE/NAME read back as they were written', () => {
  const workload = fc.record({ namespace: label, name: dotted }, { noNullPrototype: true })
  fc.assert(
    fc.property(workload, (one) => {
      const host = formatWorkloadHost(one)
      assert.ok(!isProblem(host))
      assert.deepEqual(parseWorkloadHost(host), one)
      assert.deepEqual(parseWorkloadName(`${one.namespace}/${one.name}`), one)
    }),
    RUNS,
  )
  fc.assert(
    fc.property(hostile, (text) => {
      const byHost = parseWorkloadHost(text)
      if (!isProblem(byHost)) assert.equal(formatWorkloadHost(byHost), text)
      const byName = parseWorkloadName(text)
      if (!isProblem(byName)) assert.equal(`${byName.namespace}/${byName.name}`, text)
    }),
    RUNS,
  )
})

test('tokens: text reads back; no other text of its kind is taken for one', () => {
  fc.assert(
    fc.property(fc.nat(), fc.string({ minLength: 1, maxLength: 3 }), (at, put) => {
      const token = newToken('r'.repeat(43))
      const text = formatToken(token)
      assert.deepEqual(parseToken(`${text}\n`), token)
      const cut = at % text.length
      const parsed = parseToken(text.slice(0, cut) + put + text.slice(cut + 1))
      if (!isProblem(parsed)) assert.match(formatToken(parsed), /^lotse1(\.[\w-]+){3}$/)
      else assert.ok(!parsed.text.includes(token.secret))
    }),
    RUNS,
  )
})

test('bytes of all kinds as certificate or request: always a diagnostic, never an exception', async () => {
  const der = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(fc.constantFrom(0x30, 0x80, 0x31, 0x02, 0x01, 0x00, 0xa0, 0xff, 0x06), {
      maxLength: 200,
    }),
  )
  await fc.assert(
    fc.asyncProperty(der, async (bytes) => {
      const raw = Uint8Array.from(bytes)
      assert.ok(isProblem(identityOf({ raw })))
      const request = await readRequest(pemOf('CERTIFICATE REQUEST', raw), { uri: 'u', dns: 'd' })
      assert.ok(isProblem(request))
    }),
    { numRuns: 1000 },
  )
})
