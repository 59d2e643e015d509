// AuthorizationPolicy: each field's Envoy matcher, how policies combine, what fails closed, and Envoy's own opinion of all of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import type { Permission, Principal, RBAC } from '../../proto/envoy.d.ts'
import { evaluate, type RbacRequest } from '../../src/explain/rbac.ts'
import { nextMesh } from '../../src/model/mesh.ts'
import { nearestOrigin, printOrigin } from '../../src/model/origin.ts'
import { ownWorkload, type Workload } from '../../src/model/selector.ts'
import { View } from '../../src/model/view.ts'
import {
  type Authorization,
  type AuthorizationTarget,
  authorization,
  rbacHttpFilters,
  rbacNetworkFilters,
  rbacPerRoute,
} from '../../src/translate/kinds/authorization-policy.ts'
import { cidrRange } from '../../src/translate/rbac/address.ts'
import { checkAuthorizationPolicy } from '../../src/translate/rbac/check.ts'
import { encodeMessage } from '../../src/xds/encode/index.ts'
import { skip } from '../support/envoy.ts'
import { validate } from '../support/validate.ts'
import { viewOf } from '../support/views.ts'

const WEB: Workload = { namespace: 'shop', labels: { app: 'web' } }
const TYPE = 'type.googleapis.com/'

/** Every set of rules made here, for the encoder and for Envoy. */
const made: { rules: RBAC; target: AuthorizationTarget }[] = []

/** A policy `NS/NAME`; the spec is YAML in flow style. */
function policy(name: string, spec: string, annotations = '{}'): string {
  const [namespace, own] = name.split('/')
  return `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${own}, namespace: ${namespace}, annotations: ${annotations} }
spec: ${spec}
`
}

function rulesOf(
  yaml: string | readonly string[],
  target: AuthorizationTarget = 'http',
  workload = WEB,
): Authorization {
  const found = authorization(viewOf([yaml].flat().join('\n---\n')), workload, target)
  for (const rules of Object.values(found)) made.push({ rules, target })
  return found
}

/** The one Envoy policy of an ALLOW policy with this one rule. */
function ruleOf(rule: string, target: AuthorizationTarget = 'http', mesh = '') {
  const { allow } = rulesOf([policy('shop/p', `{ rules: [${rule}] }`), mesh], target)
  return allow?.policies?.['ns[shop]-policy[p]-rule[0]']
}

const REQUEST: RbacRequest = {
  headers: { ':method': 'GET', ':authority': 'web', ':path': '/' },
  directRemoteIp: '10.0.0.9',
  remoteIp: '10.0.0.9',
  destinationIp: '10.0.0.1',
  destinationPort: 8080,
}

function request(change: Partial<RbacRequest>): RbacRequest {
  return { ...REQUEST, ...change, headers: { ...REQUEST.headers, ...change.headers } }
}

const path = (value: string): RbacRequest => request({ headers: { ':path': value } })
const peer = (...uris: string[]): RbacRequest => request({ peer: { uris } })
const claims = (payload: object): RbacRequest =>
  request({ metadata: { 'envoy.filters.http.jwt_authn': { payload } } })

/** As the HCM does: refused by deny, or not let through by allow. */
function isAllowed({ deny, allow }: Authorization, what: RbacRequest): boolean {
  return (!deny || evaluate(deny, what).allowed) && (!allow || evaluate(allow, what).allowed)
}

const jwt = (key: string, value: string): string =>
  `{ sourced_metadata: { metadata_matcher: { filter: envoy.filters.http.jwt_authn, path: [{ key: payload }, ${key
    .split('.')
    .map((part) => `{ key: ${part} }`)
    .join(', ')}], value: ${value} } } }`

const jwtText = (key: string, matcher: string): string => jwt(key, `{ string_match: ${matcher} }`)

const jwtClaim = (key: string, matcher: string): string =>
  jwt(
    key,
    `{ or_match: { value_matchers: [{ string_match: ${matcher} }, { list_match: { one_of: { string_match: ${matcher} } } }] } }`,
  )

const requestPrincipal = (issuer: string, subject: string): string =>
  `{ and_ids: { ids: [${jwtText('iss', issuer)}, ${jwtText('sub', subject)}] } }`

const uri = (matcher: string): string => `{ authenticated: { principal_name: ${matcher} } }`

/** Source field or condition, and the Envoy principal it becomes. */
const principals: [from: string, expected: string][] = [
  [
    'principals: ["cluster.local/ns/shop/sa/a"]',
    uri('{ exact: "spiffe://cluster.local/ns/shop/sa/a" }'),
  ],
  ['principals: ["cluster.local/ns/shop/*"]', uri('{ prefix: "spiffe://cluster.local/ns/shop/" }')],
  ['principals: ["*/ns/shop/sa/a"]', uri('{ suffix: "/ns/shop/sa/a" }')],
  ['principals: ["*"]', uri('{ safe_regex: { regex: ".+" } }')],
  [
    'principals: ["a", "b"]',
    `{ or_ids: { ids: [${uri('{ exact: "spiffe://a" }')}, ${uri('{ exact: "spiffe://b" }')}] } }`,
  ],
  ['notPrincipals: ["a"]', `{ not_id: ${uri('{ exact: "spiffe://a" }')} }`],
  [
    'principals: ["*"], notPrincipals: ["a"]',
    `{ and_ids: { ids: [${uri('{ safe_regex: { regex: ".+" } }')}, { not_id: ${uri('{ exact: "spiffe://a" }')} }] } }`,
  ],
  ['namespaces: ["bank"]', uri('{ safe_regex: { regex: ".*/ns/bank/.*" } }')],
  ['namespaces: ["ba*k"]', uri('{ safe_regex: { regex: ".*/ns/ba[^/]*k/.*" } }')],
  ['namespaces: ["a.b|c"]', uri(String.raw`{ safe_regex: { regex: '.*/ns/a\.b\|c/.*' } }`)],
  ['notNamespaces: ["bank"]', `{ not_id: ${uri('{ safe_regex: { regex: ".*/ns/bank/.*" } }')} }`],
  [
    'serviceAccounts: ["cart"]',
    uri('{ safe_regex: { regex: "spiffe://.+/ns/shop/(.+/)?sa/cart(/.+)?" } }'),
  ],
  [
    'serviceAccounts: ["bank/till.1"]',
    uri(String.raw`{ safe_regex: { regex: 'spiffe://.+/ns/bank/(.+/)?sa/till\.1(/.+)?' } }`),
  ],
  [
    'trustDomains: ["cluster.local"]',
    uri(String.raw`{ safe_regex: { regex: 'spiffe://cluster\.local/.*' } }`),
  ],
  ['requestPrincipals: ["iss/sub"]', requestPrincipal('{ exact: iss }', '{ exact: sub }')],
  [
    'requestPrincipals: ["https://iss/a/sub"]',
    requestPrincipal('{ exact: "https://iss/a" }', '{ exact: sub }'),
  ],
  [
    'requestPrincipals: ["*"]',
    requestPrincipal('{ safe_regex: { regex: .+ } }', '{ safe_regex: { regex: .+ } }'),
  ],
  [
    'requestPrincipals: ["iss/*"]',
    requestPrincipal('{ exact: iss }', '{ safe_regex: { regex: .+ } }'),
  ],
  ['requestPrincipals: ["iss/ad*"]', requestPrincipal('{ exact: iss }', '{ prefix: ad }')],
  [
    'requestPrincipals: ["is*"]',
    requestPrincipal('{ prefix: is }', '{ safe_regex: { regex: .+ } }'),
  ],
  [
    'requestPrincipals: ["*/sub"]',
    requestPrincipal('{ safe_regex: { regex: .+ } }', '{ exact: sub }'),
  ],
  ['requestPrincipals: ["*ss/sub"]', requestPrincipal('{ suffix: ss }', '{ exact: sub }')],
  [
    'requestPrincipals: ["*ub"]',
    requestPrincipal('{ safe_regex: { regex: .+ } }', '{ suffix: ub }'),
  ],
  [
    'notRequestPrincipals: ["iss/sub"]',
    `{ not_id: ${requestPrincipal('{ exact: iss }', '{ exact: sub }')} }`,
  ],
  [
    'ipBlocks: ["10.1.0.0/16"]',
    '{ direct_remote_ip: { address_prefix: 10.1.0.0, prefix_len: 16 } }',
  ],
  ['ipBlocks: ["10.1.2.3"]', '{ direct_remote_ip: { address_prefix: 10.1.2.3, prefix_len: 32 } }'],
  [
    'notIpBlocks: ["::1"]',
    '{ not_id: { direct_remote_ip: { address_prefix: "::1", prefix_len: 128 } } }',
  ],
  [
    'remoteIpBlocks: ["2001:db8::/32"]',
    '{ remote_ip: { address_prefix: "2001:db8::", prefix_len: 32 } }',
  ],
  [
    'notRemoteIpBlocks: ["1.2.3.4"]',
    '{ not_id: { remote_ip: { address_prefix: 1.2.3.4, prefix_len: 32 } } }',
  ],
]

const permissions: [operation: string, expected: string][] = [
  [
    'hosts: ["a.com"]',
    '{ header: { name: ":authority", string_match: { exact: a.com, ignore_case: true } } }',
  ],
  [
    'hosts: ["a.com*"]',
    '{ header: { name: ":authority", string_match: { prefix: a.com, ignore_case: true } } }',
  ],
  [
    'hosts: ["*.a.com"]',
    '{ header: { name: ":authority", string_match: { suffix: .a.com, ignore_case: true } } }',
  ],
  ['hosts: ["*"]', '{ header: { name: ":authority", present_match: true } }'],
  [
    'notHosts: ["a.com"]',
    '{ not_rule: { header: { name: ":authority", string_match: { exact: a.com, ignore_case: true } } } }',
  ],
  ['methods: ["GET"]', '{ header: { name: ":method", string_match: { exact: GET } } }'],
  ['methods: ["*"]', '{ header: { name: ":method", present_match: true } }'],
  [
    'notMethods: ["GET", "HEAD"]',
    '{ not_rule: { or_rules: { rules: [{ header: { name: ":method", string_match: { exact: GET } } }, { header: { name: ":method", string_match: { exact: HEAD } } }] } } }',
  ],
  ['paths: ["/a"]', '{ url_path: { path: { exact: /a } } }'],
  ['paths: ["/a*"]', '{ url_path: { path: { prefix: /a } } }'],
  ['paths: ["*/a"]', '{ url_path: { path: { suffix: /a } } }'],
  ['paths: ["*"]', '{ url_path: { path: { safe_regex: { regex: .+ } } } }'],
  [
    'paths: ["/a/{*}/b.c"]',
    String.raw`{ url_path: { path: { safe_regex: { regex: '/a/[^/]+/b\.c' } } } }`,
  ],
  ['paths: ["/a/{**}"]', '{ url_path: { path: { safe_regex: { regex: "/a/.*" } } } }'],
  ['paths: ["/{*}/{**}/b/"]', '{ url_path: { path: { safe_regex: { regex: "/[^/]+/.*/b/" } } } }'],
  [
    'paths: ["/a/{*}.js"]',
    String.raw`{ url_path: { path: { safe_regex: { regex: '/a/[^/]+\.js' } } } }`,
  ],
  ['notPaths: ["/a"]', '{ not_rule: { url_path: { path: { exact: /a } } } }'],
  ['ports: ["8080"]', '{ destination_port: 8080 }'],
  ['notPorts: ["8080"]', '{ not_rule: { destination_port: 8080 } }'],
  [
    'methods: ["GET"], paths: ["/a"]',
    '{ and_rules: { rules: [{ header: { name: ":method", string_match: { exact: GET } } }, { url_path: { path: { exact: /a } } }] } }',
  ],
]

/** Conditions with one wanted value `VALUE`, and what of a rule they become. */
const conditions: [
  key: string,
  value: string,
  principal: string | undefined,
  permission?: string,
][] = [
  ['request.headers[X-User]', 'a*', '{ header: { name: X-User, string_match: { prefix: a } } }'],
  ['request.headers[x-user]', '*', '{ header: { name: x-user, present_match: true } }'],
  ['source.ip', '10.0.0.0/8', '{ direct_remote_ip: { address_prefix: 10.0.0.0, prefix_len: 8 } }'],
  ['remote.ip', '10.0.0.1', '{ remote_ip: { address_prefix: 10.0.0.1, prefix_len: 32 } }'],
  ['source.namespace', 'bank', uri('{ safe_regex: { regex: ".*/ns/bank/.*" } }')],
  ['source.principal', 'td/x', uri('{ exact: "spiffe://td/x" }')],
  ['request.auth.principal', 'iss/sub', requestPrincipal('{ exact: iss }', '{ exact: sub }')],
  ['request.auth.audiences', 'shop', jwtClaim('aud', '{ exact: shop }')],
  ['request.auth.presenter', 'app*', jwtClaim('azp', '{ prefix: app }')],
  ['request.auth.claims[groups]', '*min', jwtClaim('groups', '{ suffix: min }')],
  ['request.auth.claims[realm][roles]', 'a', jwtClaim('realm.roles', '{ exact: a }')],
  [
    'destination.ip',
    '10.0.0.1',
    undefined,
    '{ destination_ip: { address_prefix: 10.0.0.1, prefix_len: 32 } }',
  ],
  ['destination.port', '80', undefined, '{ destination_port: 80 }'],
  ['connection.sni', '*.a.com', undefined, '{ requested_server_name: { suffix: .a.com } }'],
  [
    'experimental.envoy.filters.a.b[c]',
    'v*',
    undefined,
    '{ sourced_metadata: { metadata_matcher: { filter: envoy.filters.a.b, path: [{ key: c }], value: { string_match: { prefix: v } } } } }',
  ],
  [
    'experimental.envoy.filters.a.b[c]',
    '[v]',
    undefined,
    '{ sourced_metadata: { metadata_matcher: { filter: envoy.filters.a.b, path: [{ key: c }], value: { list_match: { one_of: { string_match: { exact: v } } } } } } }',
  ],
]

test('each field of a source, operation and condition has its Envoy matcher', () => {
  for (const [field, expected] of principals) {
    const rule = ruleOf(`{ from: [{ source: { ${field} } }] }`)
    assert.deepEqual(rule?.principals, [parse(expected)], field)
    assert.deepEqual(rule?.permissions, [{ any: true }], field)
  }
  for (const [field, expected] of permissions) {
    const rule = ruleOf(`{ to: [{ operation: { ${field} } }] }`)
    assert.deepEqual(rule?.permissions, [parse(expected)], field)
    assert.deepEqual(rule?.principals, [{ any: true }], field)
  }
  for (const [key, value, principal, permission] of conditions) {
    const said = JSON.stringify(value)
    const rule = ruleOf(`{ when: [{ key: "${key}", values: [${said}] }] }`)
    assert.deepEqual(rule?.principals, [principal ? parse(principal) : { any: true }], key)
    assert.deepEqual(rule?.permissions, [permission ? parse(permission) : { any: true }], key)
    const not = ruleOf(`{ when: [{ key: "${key}", notValues: [${said}] }] }`)
    if (principal) assert.deepEqual(not?.principals, [{ not_id: parse(principal) }], key)
    if (permission) assert.deepEqual(not?.permissions, [{ not_rule: parse(permission) }], key)
  }
})

test('from and to are alternatives, when holds for each of them', () => {
  const rule = ruleOf(`{
    from: [{ source: { principals: ["a"] } }, { source: { principals: ["b"] } }],
    to: [{ operation: { methods: ["GET"] } }, { operation: { paths: ["/a"] } }],
    when: [{ key: source.ip, values: ["10.0.0.1"] }, { key: destination.port, values: ["80"] }] }`)
  const ip: Principal = { direct_remote_ip: { address_prefix: '10.0.0.1', prefix_len: 32 } }
  const port: Permission = { destination_port: 80 }
  const name = (exact: string) => ({ authenticated: { principal_name: { exact } } })
  assert.deepEqual(rule?.principals, [
    { and_ids: { ids: [name('spiffe://a'), ip] } },
    { and_ids: { ids: [name('spiffe://b'), ip] } },
  ])
  assert.deepEqual(rule?.permissions, [
    {
      and_rules: { rules: [{ header: { name: ':method', string_match: { exact: 'GET' } } }, port] },
    },
    { and_rules: { rules: [{ url_path: { path: { exact: '/a' } } }, port] } },
  ])
})

test('a principal of the mesh trust domain holds for all its aliases', () => {
  const mesh = (domain: string, aliases: string) =>
    `apiVersion: mesh.istio.io/v1alpha1\nkind: MeshConfig\nmetadata: { name: m }\ntrustDomain: ${domain}\ntrustDomainAliases: ${aliases}\n`
  const names = (principal: string, config: string) => {
    const rule = ruleOf(`{ from: [{ source: { principals: ["${principal}"] } }] }`, 'http', config)
    const [first] = rule?.principals ?? []
    return (first?.or_ids?.ids ?? [first]).map((id) => {
      const { exact, prefix, suffix } = id?.authenticated?.principal_name ?? {}
      return exact ?? (prefix ? `${prefix}*` : `*${suffix}`)
    })
  }
  const rest = '/ns/shop/sa/a'
  const both = mesh('new', '[old]')
  assert.deepEqual(names(`new${rest}`, both), [`spiffe://new${rest}`, `spiffe://old${rest}`])
  assert.deepEqual(names(`old${rest}`, both), [`spiffe://new${rest}`, `spiffe://old${rest}`])
  assert.deepEqual(names(`cluster.local${rest}`, both), [
    `spiffe://new${rest}`,
    `spiffe://old${rest}`,
  ])
  assert.deepEqual(names(`foreign${rest}`, both), [`spiffe://foreign${rest}`])
  assert.deepEqual(names(`*${rest}`, both), [`*${rest}`])
  assert.deepEqual(names('new/ns/shop/*', both), ['spiffe://new/ns/shop/*'])
  assert.deepEqual(names('new/ns/shop/sa/*', both), [
    'spiffe://new/ns/shop/sa/*',
    'spiffe://old/ns/shop/sa/*',
  ])
  const suffix = mesh('new-td', '[old-td, other]')
  assert.deepEqual(names(`*-td${rest}`, suffix), [`*-td${rest}`, `spiffe://other${rest}`])
  assert.deepEqual(names(`new${rest}`, mesh('new', '[]')), [`spiffe://new${rest}`])
})

test('empty policies, rules and lists of rules', () => {
  const table: [what: string, specs: string[], allowed: boolean][] = [
    ['no policy', [], true],
    ['no rules: nobody', ['{}'], false],
    ['ALLOW said, no rules', ['{ action: ALLOW, rules: [] }'], false],
    ['one empty rule: everybody', ['{ rules: [{}] }'], true],
    ['DENY without rules matches nothing', ['{ action: DENY }'], true],
    ['DENY of everything', ['{ action: DENY, rules: [{}] }'], false],
    ['DENY before ALLOW', ['{ action: DENY, rules: [{}] }', '{ rules: [{}] }'], false],
    [
      'a DENY that does not match decides nothing',
      ['{ action: DENY, rules: [{ to: [{ operation: { paths: [/b] } }] }] }'],
      true,
    ],
    [
      'an ALLOW that does not match',
      ['{ rules: [{ to: [{ operation: { paths: [/b] } }] }] }'],
      false,
    ],
    ['any of several ALLOW', ['{}', '{ rules: [{ to: [{ operation: { paths: [/] } }] }] }'], true],
    ['AUDIT decides nothing', ['{ action: AUDIT, rules: [{}] }'], true],
    [
      'CUSTOM denies what it matches',
      [
        '{ action: CUSTOM, provider: { name: x }, rules: [{ to: [{ operation: { methods: [GET] } }] }] }',
      ],
      false,
    ],
    [
      'CUSTOM leaves the rest',
      [
        '{ action: CUSTOM, provider: { name: x }, rules: [{ to: [{ operation: { methods: [PUT] } }] }] }',
      ],
      true,
    ],
  ]
  for (const [what, specs, expected] of table) {
    const policies = specs.map((spec, index) => policy(`shop/p${index}`, spec))
    for (const target of ['http', 'tcp'] as const) {
      // A TCP chain cannot tell a path or method; what follows from that is the next test's matter.
      if (target === 'tcp' && specs.some((spec) => spec.includes('operation'))) continue
      assert.equal(isAllowed(rulesOf(policies, target), REQUEST), expected, `${what}, ${target}`)
    }
  }
})

test('policies of the namespace and of the mesh are joined, where their selectors match', () => {
  const deny = (paths: string) =>
    `action: DENY, rules: [{ to: [{ operation: { paths: [${paths}] } }] }]`
  const rules = rulesOf([
    policy('istio-system/all', `{ ${deny('/mesh')} }`),
    policy('istio-system/web', `{ selector: { matchLabels: { app: web } }, ${deny('/mesh-web')} }`),
    policy(
      'istio-system/cart',
      `{ selector: { matchLabels: { app: cart } }, ${deny('/mesh-cart')} }`,
    ),
    policy('shop/all', `{ ${deny('/shop')} }`),
    policy('shop/web', `{ selector: { matchLabels: { app: web } }, ${deny('/web')} }`),
    policy('shop/cart', `{ selector: { matchLabels: { app: cart } }, ${deny('/cart')} }`),
    policy('bank/all', `{ ${deny('/bank')} }`),
    policy('shop/target', `{ targetRefs: [{ kind: Gateway, name: g }], ${deny('/gateway')} }`),
  ])
  const denied = [
    '/mesh',
    '/mesh-web',
    '/mesh-cart',
    '/shop',
    '/web',
    '/cart',
    '/bank',
    '/gateway',
  ].filter((one) => !isAllowed(rules, path(one)))
  assert.deepEqual(denied, ['/mesh', '/mesh-web', '/shop', '/web'])
  assert.deepEqual(rulesOf(policy('bank/all', '{}')), {})
  const inRoot = rulesOf(policy('istio-system/p', '{}'), 'http', {
    ...WEB,
    namespace: 'istio-system',
  })
  assert.deepEqual(Object.keys(inRoot.allow?.policies ?? {}), [
    'ns[istio-system]-policy[p]-rule[0]',
  ])
})

test('on a chain without HTTP an ALLOW rule about HTTP is gone, a DENY rule keeps the rest', () => {
  const http = ['hosts: [a]', 'methods: [GET]', 'paths: [/a]', 'notPaths: [/a]']
  for (const field of http) {
    assert.equal(ruleOf(`{ to: [{ operation: { ${field}, ports: ["80"] } }] }`, 'tcp'), undefined)
    const { deny } = rulesOf(
      policy(
        'shop/p',
        `{ action: DENY, rules: [{ to: [{ operation: { ${field}, ports: ["80"] } }] }] }`,
      ),
      'tcp',
    )
    const [only] = Object.values(deny?.policies ?? {})
    assert.deepEqual(only?.permissions, [{ destination_port: 80 }], field)
  }
  for (const key of ['request.headers[a]', 'request.auth.claims[a]', 'request.auth.principal']) {
    assert.equal(ruleOf(`{ when: [{ key: "${key}", values: [a] }] }`, 'tcp'), undefined, key)
  }
  const kept = ruleOf(
    '{ from: [{ source: { principals: [a] } }], to: [{ operation: { ports: ["80"] } }] }',
    'tcp',
  )
  assert.deepEqual(kept?.permissions, [{ destination_port: 80 }])
  const { allow } = rulesOf(
    policy('shop/p', '{ rules: [{ to: [{ operation: { methods: [GET] } }] }] }'),
    'tcp',
  )
  assert.deepEqual(allow, { action: 'ALLOW', policies: {} })
  assert.equal(evaluate(allow, REQUEST).allowed, false)
})

const invalid: [rule: string, code: string][] = [
  ['{ from: [{ source: { ipBlocks: ["10.0.0.0/33"] } }] }', 'L0253'],
  ['{ from: [{ source: { ipBlocks: ["10.0.0.9", "nonsense"] } }] }', 'L0253'],
  ['{ from: [{ source: { remoteIpBlocks: ["10.0.0"] } }] }', 'L0253'],
  ['{ from: [{ source: { notIpBlocks: ["1.2.3.4/x"] } }] }', 'L0253'],
  ['{ from: [{ source: { serviceAccounts: ["a/b/c"] } }] }', 'L0253'],
  ['{ from: [{ source: { principals: [""] } }] }', 'L0253'],
  ['{ to: [{ operation: { ports: ["http"] } }] }', 'L0253'],
  ['{ to: [{ operation: { ports: ["65536"] } }] }', 'L0253'],
  ['{ to: [{ operation: { paths: ["/{**}/a/{*}"] } }] }', 'L0253'],
  ['{ to: [{ operation: { paths: ["/{name}/{*}"] } }] }', 'L0253'],
  ['{ to: [{ operation: { paths: ["/{*}x/a"] } }] }', 'L0253'],
  ['{ to: [{ operation: { paths: ["/{*}/*"] } }] }', 'L0253'],
  ['{ to: [{ operation: { notPaths: ["{*}"] } }] }', 'L0253'],
  ['{ from: [] }', 'L0255'],
  ['{ to: [] }', 'L0255'],
  ['{ from: [{}] }', 'L0255'],
  ['{ from: [{ source: {} }] }', 'L0255'],
  ['{ to: [{ operation: { paths: [] } }] }', 'L0255'],
  ['{ when: [{ key: source.ip }] }', 'L0255'],
  ['{ when: [{ key: source.colour, values: [red] }] }', 'L0254'],
  ['{ when: [{ key: "request.headers[a b]", values: [x] }] }', 'L0254'],
  ['{ when: [{ key: "request.headers[]", values: [x] }] }', 'L0254'],
  ['{ when: [{ key: "request.headers[a][b]", values: [x] }] }', 'L0254'],
  ['{ when: [{ key: "request.auth.claims", values: [x] }] }', 'L0254'],
  ['{ when: [{ key: "experimental.envoy.filters.a", values: [x] }] }', 'L0254'],
]

test('a rule that is wrong opens nothing, closes at least what it says, and its line is reported', () => {
  for (const [rule, code] of invalid) {
    const allow = policy('shop/p', `{ rules: [${rule}] }`)
    assert.equal(isAllowed(rulesOf(allow), REQUEST), false, `ALLOW ${rule}`)
    const deny = policy('shop/p', `{ action: DENY, rules: [${rule}] }`)
    assert.equal(isAllowed(rulesOf(deny), REQUEST), false, `DENY ${rule}`)
    for (const yaml of [allow, deny]) {
      const [document] = viewOf(yaml).mesh.tables.AuthorizationPolicy.rows.values()
      const found = checkAuthorizationPolicy(document!)
      assert.deepEqual(
        found.map((one) => one.code),
        [code],
        rule,
      )
      assert.equal(found[0]?.severity, 'error')
      assert.equal(found[0]?.origin?.line, 4)
      assert.equal(found[0]?.about, 'AuthorizationPolicy/shop/p')
    }
  }
})

test('what is not wrong but surprising is said too', () => {
  const table: [spec: string, codes: string[], annotations?: string][] = [
    ['{ rules: [{}] }', []],
    ['{}', []],
    ['{ action: DENY }', ['L0252']],
    ['{ action: CUSTOM, provider: { name: x }, rules: [{}] }', ['L0250']],
    ['{ action: DENY, provider: { name: x }, rules: [{}] }', ['L0258']],
    ['{ targetRefs: [{ kind: Gateway, name: g }] }', ['L0251']],
    [
      '{ selector: { matchLabels: { a: b } }, targetRef: { kind: Gateway, name: g } }',
      ['L0251', 'L0258'],
    ],
    ['{ rules: [{ from: [{ source: { principals: ["spiffe://a/ns/b/sa/c"] } }] }] }', ['L0256']],
    ['{ rules: [{ from: [{ source: { serviceAccounts: [a], namespaces: [b] } }] }] }', ['L0258']],
    ['{ rules: [{}] }', ['L0258'], '{ istio.io/dry-run: "yes" }'],
    ...[...principals, ...permissions].map(([field]): [string, string[]] => {
      const place = principals.some(([one]) => one === field)
        ? 'from: [{ source'
        : 'to: [{ operation'
      return [`{ rules: [{ ${place}: { ${field} } }] }] }`, []]
    }),
  ]
  for (const [spec, codes, annotations] of table) {
    const [document] = viewOf(
      policy('shop/p', spec, annotations),
    ).mesh.tables.AuthorizationPolicy.rows.values()
    assert.deepEqual(
      checkAuthorizationPolicy(document!, () => 'there is no such provider').map(
        ({ code }) => code,
      ),
      codes,
      spec,
    )
  }
})

test('identities: what matches a peer, and what a plain-text caller', () => {
  const shop = 'spiffe://cluster.local/ns/shop/sa/cart'
  const table: [source: string, request: RbacRequest, allowed: boolean][] = [
    ['principals: ["cluster.local/ns/shop/sa/cart"]', peer(shop), true],
    ['principals: ["cluster.local/ns/shop/sa/cart"]', peer(`${shop}x`), false],
    ['principals: ["cluster.local/ns/shop/sa/cart"]', REQUEST, false],
    ['principals: ["*"]', peer(shop), true],
    ['principals: ["*"]', REQUEST, false],
    ['notPrincipals: ["cluster.local/ns/shop/sa/cart"]', peer(shop), false],
    ['notPrincipals: ["cluster.local/ns/shop/sa/cart"]', REQUEST, true],
    ['notPrincipals: ["*"]', REQUEST, true],
    ['namespaces: ["shop"]', peer(shop), true],
    ['namespaces: ["sho"]', peer(shop), false],
    ['namespaces: ["sh*"]', peer(shop), true],
    ['namespaces: ["s.op"]', peer(shop), false],
    ['notNamespaces: ["shop"]', REQUEST, true],
    ['serviceAccounts: ["cart"]', peer(shop), true],
    ['serviceAccounts: ["car"]', peer(shop), false],
    ['serviceAccounts: ["shop/cart"]', peer(shop), true],
    ['serviceAccounts: ["bank/cart"]', peer(shop), false],
    ['serviceAccounts: ["c.rt"]', peer(shop), false],
    ['trustDomains: ["cluster.local"]', peer(shop), true],
    ['trustDomains: ["cluster.loca"]', peer(shop), false],
    ['requestPrincipals: ["https://a/b"]', claims({ iss: 'https://a', sub: 'b' }), true],
    ['requestPrincipals: ["https://a/b"]', claims({ iss: 'https:', sub: '/a/b' }), false],
    ['requestPrincipals: ["*"]', claims({ iss: 'i', sub: 's' }), true],
    ['requestPrincipals: ["*"]', REQUEST, false],
    ['notRequestPrincipals: ["*"]', REQUEST, true],
    [
      'ipBlocks: ["10.0.0.0/24"]',
      request({ directRemoteIp: '10.0.0.77', remoteIp: '8.8.8.8' }),
      true,
    ],
    [
      'remoteIpBlocks: ["10.0.0.0/24"]',
      request({ directRemoteIp: '10.0.0.77', remoteIp: '8.8.8.8' }),
      false,
    ],
  ]
  for (const [source, what, expected] of table) {
    const rules = rulesOf(policy('shop/p', `{ rules: [{ from: [{ source: { ${source} } }] }] }`))
    assert.equal(isAllowed(rules, what), expected, `${source} ${JSON.stringify(what)}`)
  }
})

test('hosts, paths, repeated headers and claims', () => {
  const to = (operation: string) => `{ to: [{ operation: { ${operation} } }] }`
  const when = (key: string, values: string) => `{ when: [{ key: "${key}", ${values} }] }`
  const host = (value: string) => request({ headers: { ':authority': value } })
  const user = (...values: string[]) => request({ headers: { 'x-user': values } })
  const table: [rule: string, request: RbacRequest, matches: boolean][] = [
    [to('hosts: [a.com]'), host('A.com'), true],
    [to('hosts: [a.com]'), host('a.com:80'), false],
    [to('hosts: ["a.com*"]'), host('a.com:80'), true],
    [to('notHosts: [a.com]'), host('a.COM'), false],
    [to('paths: [/a]'), path('/a?b=c'), true],
    [to('paths: [/a]'), path('/a#b'), true],
    [to('paths: [/a]'), path('/ab'), false],
    [to('paths: ["/a/{*}"]'), path('/a/b=c'), true],
    [to('paths: ["/a/{*}"]'), path('/a/*'), true],
    [to('paths: ["/a/{*}"]'), path('/a/'), false],
    [to('paths: ["/a/{*}"]'), path('/a/b/c'), false],
    [to('paths: ["/a/{**}"]'), path('/a/b/c'), true],
    [to('paths: ["/a/{**}"]'), path('/a'), false],
    [when('request.headers[X-User]', 'values: [root]'), user('guest', 'root'), true],
    [when('request.headers[X-User]', 'notValues: [root]'), user('guest', 'root'), false],
    [when('request.headers[X-User]', 'notValues: [root]'), REQUEST, true],
    [when('request.headers[X-User]', 'values: ["*"]'), REQUEST, false],
    [
      when('request.auth.claims[groups]', 'values: [admin]'),
      claims({ groups: ['a', 'admin'] }),
      true,
    ],
    [when('request.auth.claims[groups]', 'values: [admin]'), claims({ groups: 'admin' }), true],
    [when('request.auth.claims[groups]', 'values: [admin]'), claims({ groups: 'admins' }), false],
    [when('request.auth.claims[a][b]', 'values: [c]'), claims({ a: { b: 'c' } }), true],
    [when('connection.sni', 'values: [a.com]'), request({ serverName: 'a.com' }), true],
    [when('destination.port', 'values: ["8080"]'), REQUEST, true],
    [to('ports: ["8081"]'), REQUEST, false],
  ]
  for (const [rule, what, expected] of table) {
    const allow = rulesOf(policy('shop/p', `{ rules: [${rule}] }`))
    assert.equal(isAllowed(allow, what), expected, `${rule} ${JSON.stringify(what)}`)
    const deny = rulesOf(policy('shop/p', `{ action: DENY, rules: [${rule}] }`))
    assert.equal(isAllowed(deny, what), !expected, `DENY ${rule} ${JSON.stringify(what)}`)
  }
})

test('a decision names its policy and line', () => {
  const { deny, allow } = rulesOf(`apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: p, namespace: shop }
spec:
  action: DENY
  rules:
    - to: [{ operation: { paths: [/a] } }]
    - to:
        - operation: { paths: [/b] }
`)
  assert.equal(allow, undefined)
  const decision = evaluate(deny!, path('/b'))
  assert.equal(decision.allowed, false)
  assert.equal(decision.policy, 'ns[shop]-policy[p]-rule[1]')
  assert.equal(decision.origin && printOrigin(decision.origin), 'mesh.yaml:8:7')
  assert.equal(nearestOrigin(deny, '/policies/ns[shop]-policy[p]-rule[0]/permissions')?.line, 7)
  assert.deepEqual(evaluate(deny!, path('/c')), { allowed: true })
})

test('a dry-run policy only casts a shadow', () => {
  const dry = '{ istio.io/dry-run: "true" }'
  const rules = rulesOf([
    policy('shop/allow', '{}', dry),
    policy('shop/deny', '{ action: DENY, rules: [{}] }', dry),
  ])
  assert.deepEqual(Object.keys(rules), ['shadowDeny', 'shadowAllow'])
  assert.equal(
    rulesOf(policy('shop/p', '{}', '{ istio.io/dry-run: "false" }')).allow?.action,
    'ALLOW',
  )
})

test('rules reach Envoy by the virtual host; the filters never change', () => {
  assert.deepEqual(
    rbacHttpFilters.map(({ name }) => name),
    ['lotse.rbac.audit', 'lotse.rbac.deny', 'lotse.rbac.allow'],
  )
  for (const { typed_config: config } of rbacHttpFilters) {
    assert.equal(config?.rules ?? config?.shadow_rules, undefined)
  }
  const view = viewOf(
    [
      policy('shop/deny', '{ action: DENY, rules: [{}] }'),
      policy('shop/allow', '{ selector: { matchLabels: { app: web } } }'),
    ].join('\n---\n'),
  )
  const perRoute = rbacPerRoute(view, WEB)
  assert.deepEqual(Object.keys(perRoute), ['lotse.rbac.deny', 'lotse.rbac.allow'])
  assert.equal(rbacPerRoute(view, { namespace: 'shop', labels: { app: 'web', x: 'y' } }), perRoute)
  assert.equal(rbacPerRoute(view, ownWorkload(view)), perRoute)
  assert.deepEqual(Object.keys(rbacPerRoute(view, { namespace: 'shop', labels: {} })), [
    'lotse.rbac.deny',
  ])
  assert.deepEqual(rbacPerRoute(view, { namespace: 'bank', labels: {} }), {})
  const network = rbacNetworkFilters(view, WEB)
  assert.deepEqual(
    network.map(({ name }) => name),
    ['lotse.rbac.deny', 'lotse.rbac.allow'],
  )
  assert.equal(network[0]?.typed_config?.stat_prefix, 'tcp.deny.')
  assert.equal(rbacNetworkFilters(view, { namespace: 'shop', labels: { app: 'web' } }), network)
})

test('a policy elsewhere leaves the identical objects', () => {
  const first = viewOf(policy('shop/p', '{}'))
  const before = rbacPerRoute(first, WEB)
  const documents = [
    ...first.mesh.tables.AuthorizationPolicy.rows.values(),
    ...viewOf(policy('bank/p', '{}')).mesh.tables.AuthorizationPolicy.rows.values(),
  ]
  const mesh = nextMesh(first.mesh, { documents, enrolments: [] })
  assert.notEqual(mesh, first.mesh)
  assert.equal(rbacPerRoute(new View(mesh, first.node, first.cache), WEB), before)
})

test('addresses and blocks', () => {
  const good = [
    '0.0.0.0/0',
    '1.2.3.4',
    '::',
    '::/0',
    '1::',
    '::1',
    '1:2:3:4:5:6:7:8',
    'fe80::1:2/64',
    '::ffff:1.2.3.4',
    '1::8/128',
  ]
  const bad = [
    '',
    '/',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '256.1.1.1',
    '1.2.3.4/',
    '1.2.3.4/033',
    '1.2.3.4/33',
    '1.2.3.4/8/8',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
    '::1%lo',
    '::/129',
    '1.2.3.4::',
    '::1.2.3',
    'a.com',
    '1:2:3:4:5:6:7::8:9',
  ]
  for (const text of good) assert.ok(cidrRange(text), text)
  for (const text of bad) assert.equal(cidrRange(text), undefined, text)
})

test('every rule made here can be encoded', () => {
  assert.ok(made.length > 200)
  for (const { rules } of made) {
    const encoded = encodeMessage('envoy.config.rbac.v3.RBAC', rules)
    assert.ok('bytes' in encoded, JSON.stringify(encoded))
  }
})

test('Envoy accepts every rule made here', { skip }, async () => {
  const of = (target: AuthorizationTarget) => made.filter((one) => one.target === target)
  const perRoute = of('http').map(({ rules }, index) => ({
    name: `v${index}`,
    domains: [`v${index}`],
    typed_per_filter_config: {
      'lotse.rbac.deny': {
        '@type': `${TYPE}envoy.extensions.filters.http.rbac.v3.RBACPerRoute`,
        rbac: { rules },
      },
    },
  }))
  const network = of('tcp').map(({ rules }, index) => ({
    name: `n${index}`,
    typed_config: {
      '@type': `${TYPE}envoy.extensions.filters.network.rbac.v3.RBAC`,
      rules,
      stat_prefix: 'tcp.',
    },
  }))
  const manager = {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': `${TYPE}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: 'test',
      route_config: { name: 'test', virtual_hosts: perRoute },
      http_filters: [
        ...rbacHttpFilters,
        {
          name: 'envoy.filters.http.router',
          typed_config: { '@type': `${TYPE}envoy.extensions.filters.http.router.v3.Router` },
        },
      ],
    },
  }
  const address = { socket_address: { address: '127.0.0.1', port_value: 0 } }
  const listener = { name: 'test', address, filter_chains: [{ filters: [...network, manager] }] }
  assert.deepEqual(await validate([{ static_resources: { listeners: [listener] } }]), [undefined])
})
