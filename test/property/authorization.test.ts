// Laws of authorization: generated RBAC decides as the specification does, and no user's text becomes a regular expression.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { RBAC } from '../../proto/envoy.d.ts'
import { evaluate, type RbacRequest } from '../../src/explain/rbac.ts'
import { Cache } from '../../src/model/cache.ts'
import type { Document } from '../../src/model/document.ts'
import { EMPTY_MESH, nextMesh } from '../../src/model/mesh.ts'
import type { Node } from '../../src/model/node.ts'
import type {
  AuthorizationPolicy,
  AuthorizationRule,
  Condition,
} from '../../src/model/schema/authorization-policy.ts'
import { View } from '../../src/model/view.ts'
import {
  type Authorization,
  authorization,
} from '../../src/translate/kinds/authorization-policy.ts'
import { encodeMessage } from '../../src/xds/encode/index.ts'
import '../support/laws.ts'

const RUNS = 1_500

function policy(name: string, namespace: string, spec: AuthorizationPolicy): Document {
  return {
    kind: 'AuthorizationPolicy',
    apiVersion: 'security.istio.io/v1',
    metadata: { name, namespace, labels: {}, annotations: {} },
    spec,
    at: () => ({ source: name, line: 0, column: 0 }),
  }
}

function rulesOf(documents: readonly Document[], target: 'http' | 'tcp' = 'http'): Authorization {
  const view = new View(
    nextMesh(EMPTY_MESH, { documents, enrolments: [] }),
    {} as Node,
    new Cache(),
  )
  return authorization(view, { namespace: 'shop', labels: { app: 'web' } }, target)
}

// The specification, straight from the words of Istio's API: texts, addresses as numbers, no Envoy in it.

/** What a caller and its request are, in the words of the policy API. */
interface Call {
  readonly caller?: { readonly namespace: string; readonly account: string }
  readonly token?: {
    readonly iss: string
    readonly sub: string
    readonly groups: string | readonly string[]
  }
  readonly peerIp: string
  readonly clientIp: string
  readonly host: string
  readonly method: string
  readonly path: string
  readonly query: string
  readonly port: number
  readonly users: readonly string[]
}

function isLike(text: string | undefined, pattern: string): boolean {
  if (text === undefined) return false
  if (pattern === '*') return text !== ''
  if (pattern.startsWith('*')) return text.endsWith(pattern.slice(1))
  if (pattern.endsWith('*')) return text.startsWith(pattern.slice(0, -1))
  return text === pattern
}

function isIn(ip: string, block: string): boolean {
  const number = (text: string) =>
    text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const [address = '', length = '32'] = block.split('/')
  const size = 2 ** (32 - Number(length))
  return Math.floor(number(ip) / size) === Math.floor(number(address) / size)
}

function isUnder(path: string, template: string): boolean {
  if (!template.includes('{')) return isLike(path, template)
  const walk = (parts: readonly string[], wanted: readonly string[]): boolean => {
    const [first, ...rest] = wanted
    if (first === undefined) return parts.length === 0
    if (first === '{**}') {
      return parts.some((_, index) => walk(parts.slice(index + 1), rest))
    }
    const [part, ...more] = parts
    return (
      part !== undefined && (first === '{*}' ? part !== '' : part === first) && walk(more, rest)
    )
  }
  return walk(path.split('/'), template.split('/'))
}

const FIELDS: Readonly<Record<string, (call: Call, value: string) => boolean>> = {
  principals: ({ caller }, value) =>
    isLike(caller && `cluster.local/ns/${caller.namespace}/sa/${caller.account}`, value),
  namespaces: ({ caller }, value) => isLike(caller?.namespace, value),
  serviceAccounts: ({ caller }, value) =>
    caller !== undefined &&
    (value.includes('/') ? value : `shop/${value}`) === `${caller.namespace}/${caller.account}`,
  requestPrincipals: ({ token }, value) => isLike(token && `${token.iss}/${token.sub}`, value),
  ipBlocks: ({ peerIp }, value) => isIn(peerIp, value),
  remoteIpBlocks: ({ clientIp }, value) => isIn(clientIp, value),
  hosts: ({ host }, value) => isLike(host.toLowerCase(), value.toLowerCase()),
  methods: ({ method }, value) => isLike(method, value),
  paths: ({ path }, value) => isUnder(path, value),
  ports: ({ port }, value) => port === Number(value),
  'source.ip': ({ peerIp }, value) => isIn(peerIp, value),
  'source.namespace': ({ caller }, value) => isLike(caller?.namespace, value),
  'request.headers[x-user]': ({ users }, value) => users.some((user) => isLike(user, value)),
  'request.auth.claims[groups]': ({ token }, value) =>
    [token?.groups ?? []].flat().some((group) => isLike(group, value)),
  'destination.port': ({ port }, value) => port === Number(value),
}

/** Every list of a source or an operation holds: any of the wanted values, none of the unwanted. */
function holds(part: object | undefined, call: Call): boolean {
  return Object.entries(part ?? {}).every(([field, values]: [string, readonly string[]]) => {
    if (!field.startsWith('not')) return values.some((value) => FIELDS[field]!(call, value))
    const name = field.charAt(3).toLowerCase() + field.slice(4)
    return !values.some((value) => FIELDS[name]!(call, value))
  })
}

function meets({ key, values, notValues }: Condition, call: Call): boolean {
  const is = FIELDS[key]!
  if (values && !values.some((value) => is(call, value))) return false
  return !notValues?.some((value) => is(call, value))
}

function matches(rule: AuthorizationRule, call: Call): boolean {
  return (
    (!rule.from || rule.from.some(({ source }) => holds(source, call))) &&
    (!rule.to || rule.to.some(({ operation }) => holds(operation, call))) &&
    (rule.when ?? []).every((condition) => meets(condition, call))
  )
}

function specAllows(policies: readonly AuthorizationPolicy[], call: Call): boolean {
  const some = (action: string) =>
    policies.some(
      (spec) =>
        (spec.action ?? 'ALLOW') === action && spec.rules?.some((rule) => matches(rule, call)),
    )
  if (some('CUSTOM') || some('DENY')) return false
  const hasAllow = policies.some((spec) => (spec.action ?? 'ALLOW') === 'ALLOW')
  return !hasAllow || some('ALLOW')
}

// The same call as the filter sees it.

function requestOf(call: Call): RbacRequest {
  const { caller, token } = call
  return {
    headers: {
      ':method': call.method,
      ':authority': call.host,
      ':path': call.path + call.query,
      'x-user': call.users,
    },
    directRemoteIp: call.peerIp,
    remoteIp: call.clientIp,
    destinationIp: '10.9.9.9',
    destinationPort: call.port,
    ...(caller
      ? { peer: { uris: [`spiffe://cluster.local/ns/${caller.namespace}/sa/${caller.account}`] } }
      : {}),
    ...(token ? { metadata: { 'envoy.filters.http.jwt_authn': { payload: token } } } : {}),
  }
}

function allows({ deny, allow }: Authorization, request: RbacRequest): boolean {
  return (!deny || evaluate(deny, request).allowed) && (!allow || evaluate(allow, request).allowed)
}

// Small alphabets, so that values and requests meet often.

const words: Readonly<Record<string, readonly string[]>> = {
  principals: [
    '*',
    'cluster.local/ns/shop/*',
    '*/sa/cart',
    'cluster.local/ns/bank/sa/till',
    '*/ns/shop/sa/cart',
  ],
  namespaces: ['shop', 'bank', 's*', '*k', '*', 'sho'],
  serviceAccounts: ['cart', 'till', 'bank/till', 'shop/cart', 'car'],
  requestPrincipals: [
    '*',
    'https://a/alice',
    'https://a/*',
    '*/bob',
    'https://a/al*',
    '*lice',
    'https*',
  ],
  ipBlocks: ['10.0.0.1', '10.0.0.0/24', '10.0.1.0/24', '0.0.0.0/0'],
  remoteIpBlocks: ['10.0.0.1', '10.0.0.0/24', '10.0.1.0/24', '8.0.0.0/8'],
  hosts: ['a.com', '*.com', 'A*', '*', 'b.com:80'],
  methods: ['GET', 'POST', 'P*', '*'],
  paths: [
    '/',
    '/a',
    '/a*',
    '*/b',
    '*',
    '/a/{*}',
    '/{**}',
    '/a/{**}',
    '/{*}/b',
    '/a/{*}/{**}',
    '/a/{**}/b',
  ],
  ports: ['80', '8080'],
}

const whens: Readonly<Record<string, readonly string[]>> = {
  'source.ip': words.ipBlocks!,
  'source.namespace': words.namespaces!,
  'request.headers[x-user]': ['root', 'guest', 'r*', '*t', '*'],
  'request.auth.claims[groups]': ['admin', 'dev', 'a*', '*v', '*'],
  'destination.port': words.ports!,
}

function lists(fields: readonly string[]): fc.Arbitrary<Record<string, string[]>> {
  const one = fc
    .constantFrom(...fields)
    .chain((field) =>
      fc.tuple(
        fc.constantFrom(field, `not${field.charAt(0).toUpperCase()}${field.slice(1)}`),
        fc.array(fc.constantFrom(...words[field]!), { minLength: 1, maxLength: 3 }),
      ),
    )
  return fc.array(one, { minLength: 1, maxLength: 3 }).map((entries) => Object.fromEntries(entries))
}

const SOURCE = [
  'principals',
  'namespaces',
  'serviceAccounts',
  'requestPrincipals',
  'ipBlocks',
  'remoteIpBlocks',
]
const OPERATION = ['hosts', 'methods', 'paths', 'ports']

const condition: fc.Arbitrary<Condition> = fc.constantFrom(...Object.keys(whens)).chain((key) => {
  const values = fc.array(fc.constantFrom(...whens[key]!), { minLength: 1, maxLength: 2 })
  return fc.oneof(
    fc.record({ key: fc.constant(key), values }),
    fc.record({ key: fc.constant(key), notValues: values }),
    fc.record({ key: fc.constant(key), values, notValues: values }),
  )
})

const rule = fc.record(
  {
    from: fc.array(fc.record({ source: lists(SOURCE) }), { minLength: 1, maxLength: 2 }),
    to: fc.array(fc.record({ operation: lists(OPERATION) }), { minLength: 1, maxLength: 2 }),
    when: fc.array(condition, { maxLength: 2 }),
  },
  { requiredKeys: [] },
)

const spec: fc.Arbitrary<AuthorizationPolicy> = fc.record(
  {
    action: fc.constantFrom('ALLOW', 'ALLOW', 'DENY', 'DENY', 'CUSTOM', 'AUDIT'),
    rules: fc.array(rule, { maxLength: 2 }),
  },
  { requiredKeys: [] },
)

const segment = fc.constantFrom('a', 'b', 'c=d', '', 'x|y')
const call: fc.Arbitrary<Call> = fc.record(
  {
    caller: fc.record({
      namespace: fc.constantFrom('shop', 'bank', 'shopx'),
      account: fc.constantFrom('cart', 'till', 'cartx'),
    }),
    token: fc.record({
      iss: fc.constantFrom('https://a', 'https://b'),
      sub: fc.constantFrom('alice', 'bob'),
      groups: fc.oneof(
        fc.constantFrom('admin', 'dev'),
        fc.array(fc.constantFrom('admin', 'dev', 'x')),
      ),
    }),
    peerIp: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.1.1', '8.8.8.8'),
    clientIp: fc.constantFrom('10.0.0.1', '10.0.1.1', '8.8.8.8'),
    host: fc.constantFrom('a.com', 'A.com', 'a.com:80', 'b.com', 'b.com:80'),
    method: fc.constantFrom('GET', 'POST', 'PUT'),
    path: fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`),
    query: fc.constantFrom('', '?a', '?/a', '#/b'),
    port: fc.constantFrom(80, 8080),
    users: fc.array(fc.constantFrom('root', 'guest', 'robot'), { maxLength: 2 }),
  },
  { requiredKeys: ['peerIp', 'clientIp', 'host', 'method', 'path', 'query', 'port', 'users'] },
)

const policies = fc.array(fc.record({ root: fc.boolean(), spec }), { maxLength: 3 })

test('generated RBAC decides as the specification does', () => {
  let allowed = 0
  let asked = 0
  fc.assert(
    fc.property(policies, fc.array(call, { minLength: 4, maxLength: 8 }), (given, calls) => {
      const documents = given.map(({ root, spec: one }, index) =>
        policy(`p${index}`, root && !usesOwnNamespace(one) ? 'istio-system' : 'shop', one),
      )
      const rules = rulesOf(documents)
      for (const sets of Object.values(rules) as RBAC[]) {
        assert.ok('bytes' in encodeMessage('envoy.config.rbac.v3.RBAC', sets))
      }
      for (const one of calls) {
        const expected = specAllows(
          given.map((each) => each.spec),
          one,
        )
        assert.equal(allows(rules, requestOf(one)), expected, JSON.stringify(one))
        allowed += expected ? 1 : 0
        asked += 1
      }
    }),
    { numRuns: RUNS },
  )
  // Both answers have to be frequent, or the law was tried on nothing.
  assert.ok(allowed > asked / 20 && allowed < (asked * 19) / 20, `${allowed} of ${asked} allowed`)
})

/** A bare service account means the policy's own namespace, which the specification above takes to be shop. */
function usesOwnNamespace(one: AuthorizationPolicy): boolean {
  return JSON.stringify(one).includes('erviceAccounts')
}

test('without HTTP nothing is allowed that HTTP would refuse', () => {
  fc.assert(
    fc.property(policies, call, (given, one) => {
      const documents = given.map((each, index) => policy(`p${index}`, 'shop', each.spec))
      if (allows(rulesOf(documents, 'tcp'), requestOf(one))) {
        assert.ok(allows(rulesOf(documents), requestOf(one)))
      }
    }),
    { numRuns: RUNS },
  )
})

// Text with every character that means something in a regular expression, but none that means something in a policy or an identity.
const text = fc
  .array(fc.constantFrom(...'ab1.+?()[]^$|\\-_,:!&=#~ \'"<>é'), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(''))

/** Each field whose values become a regular expression, with a request that has exactly the value's text. */
const quoting: readonly [
  what: string,
  rule: (value: string) => AuthorizationRule,
  request: (value: string) => RbacRequest,
][] = [
  [
    'namespaces',
    (value) => ({ from: [{ source: { namespaces: [value] } }] }),
    (value) => identity(`cluster.local/ns/${value}/sa/a`),
  ],
  [
    'namespaces with a wildcard',
    (value) => ({ from: [{ source: { namespaces: [`${value}*`] } }] }),
    (value) => identity(`cluster.local/ns/${value}/sa/a`),
  ],
  [
    'serviceAccounts',
    (value) => ({ from: [{ source: { serviceAccounts: [value] } }] }),
    (value) => identity(`cluster.local/ns/shop/sa/${value}`),
  ],
  [
    'namespace of serviceAccounts',
    (value) => ({ from: [{ source: { serviceAccounts: [`${value}/a`] } }] }),
    (value) => identity(`cluster.local/ns/${value}/sa/a`),
  ],
  [
    'trustDomains',
    (value) => ({ from: [{ source: { trustDomains: [value] } }] }),
    (value) => identity(`${value}/ns/shop/sa/a`),
  ],
  [
    'path templates',
    (value) => ({ to: [{ operation: { paths: [`/${value}/{*}`] } }] }),
    (value) => ({ ...PLAIN, headers: { ':path': `/${value}/x` } }),
  ],
]

const PLAIN: RbacRequest = {
  headers: {},
  directRemoteIp: '10.0.0.1',
  remoteIp: '10.0.0.1',
  destinationIp: '10.0.0.2',
  destinationPort: 80,
}

function identity(name: string): RbacRequest {
  return { ...PLAIN, peer: { uris: [`spiffe://${name}`] } }
}

test('a text in a regular expression means itself and nothing else', () => {
  const change = fc.record({ at: fc.nat(), to: fc.constantFrom(...'abcxyz019.-_') })
  fc.assert(
    fc.property(
      fc.constantFrom(...quoting),
      text,
      change,
      ([what, ruleFor, ask], value, { at, to }) => {
        // A query would begin here.
        if (what === 'path templates' && /[?#]/.test(value)) return
        const { allow } = rulesOf([policy('p', 'shop', { rules: [ruleFor(value)] })])
        assert.ok(evaluate(allow!, ask(value)).allowed, `${what} ${value}`)
        const index = at % value.length
        const other = value.slice(0, index) + to + value.slice(index + 1)
        if (other !== value)
          assert.ok(!evaluate(allow!, ask(other)).allowed, `${what} ${value} ${other}`)
        const shorter = value.slice(0, index) + value.slice(index + 1)
        assert.ok(!evaluate(allow!, ask(shorter)).allowed, `${what} ${value} ${shorter}`)
      },
    ),
    { numRuns: RUNS },
  )
})
