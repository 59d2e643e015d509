// Checks of one document: each code with an object that has it, at its place, and one that has not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { CODES, type Code } from '../../src/model/codes.ts'
import type { Document, Kind } from '../../src/model/document.ts'
import { validate } from '../../src/translate/validate/index.ts'
import { regexProblem } from '../../src/translate/validate/regex.ts'

/** The origin of a path is the path itself, joined by dots. */
function documentOf(kind: Kind, spec: string, annotations = {}): Document {
  return {
    kind,
    apiVersion: 'networking.istio.io/v1',
    metadata: { name: 'it', namespace: 'shop', labels: {}, annotations },
    spec: parse(spec),
    at: (path) => ({ source: path.join('.'), line: 0, column: 0 }),
  }
}

function found(kind: Kind, spec: string): string[] {
  return validate(documentOf(kind, spec)).map(
    ({ code, severity, origin }) => `${severity} ${code} ${origin?.source}`,
  )
}

interface Row {
  readonly kind: Kind
  /** Fills in the `_` of the specs. */
  readonly frame?: string
  readonly bad: string
  /** `error L0201 spec.hosts.0`; all that is said. */
  readonly says: string | readonly string[]
  readonly good: string
}

const VS = 'VirtualService'
const DR = 'DestinationRule'
const SE = 'ServiceEntry'
/** A rule with one more field. */
const RULE = '{ hosts: [a.com], http: [{ route: [{ destination: { host: b } }], _ }] }'
const MATCH = '{ hosts: [a.com], http: [{ match: [_], route: [{ destination: { host: b } }] }] }'
const ROUTE = '{ hosts: [a.com], http: [{ route: _ }] }'
const HTTP = '{ hosts: [a.com], http: [{ _ }] }'
const HOSTS = '{ hosts: _, http: [{ route: [{ destination: { host: b } }] }] }'
const TCP = '{ hosts: [a.com], tcp: [_] }'
const POLICY = '{ host: b, trafficPolicy: { _ } }'
const ENTRY = '{ hosts: [a.com], ports: [{ number: 80, name: http, protocol: HTTP }], _ }'
const SERVER = '{ selector: { a: b }, servers: [{ hosts: ["*"], _ }] }'
const PORT =
  '{ selector: { a: b }, servers: [{ hosts: ["*"], port: { number: 443, name: x, protocol: HTTPS }, _ }] }'

const ROWS: readonly Row[] = [
  // Hosts and names
  {
    kind: VS,
    frame: HOSTS,
    bad: "['a b']",
    says: 'error L0201 spec.hosts.0',
    good: "['*.a.com', b, C.com]",
  },
  {
    kind: VS,
    frame: HOSTS,
    bad: "['a*.com']",
    says: 'error L0201 spec.hosts.0',
    good: '[xn--a.com]',
  },
  {
    kind: VS,
    frame: HOSTS,
    bad: "['http://a.com']",
    says: 'error L0201 spec.hosts.0',
    good: '[a.com]',
  },
  {
    kind: VS,
    frame: HOSTS,
    bad: "['a.com:80']",
    says: 'error L0201 spec.hosts.0',
    good: '[a.com]',
  },
  { kind: VS, frame: HOSTS, bad: '[10.0.0.1]', says: 'error L0201 spec.hosts.0', good: '[10.com]' },
  {
    kind: VS,
    bad: '{ gateways: [g], tcp: [{ route: [{ destination: { host: b } }] }] }',
    says: 'error L0201 spec',
    good: '{ hosts: [10.0.0.1], gateways: [g], tcp: [{ route: [{ destination: { host: b } }] }] }',
  },
  {
    kind: DR,
    bad: "{ host: '' }",
    says: 'error L0201 spec.host',
    good: "{ host: '*.shop.svc.cluster.local' }",
  },
  {
    kind: VS,
    frame: HOSTS,
    bad: "['*.com', b.com]",
    says: 'error L0202 spec.hosts.1',
    good: "['*.a.com', a.com]",
  },
  {
    kind: VS,
    frame: HOSTS,
    bad: '[A.com, b.com, a.com]',
    says: 'error L0202 spec.hosts.2',
    good: '[a.com, b.com]',
  },
  {
    kind: VS,
    frame: HOSTS,
    bad: "['*.a.b', '*.b']",
    says: 'error L0202 spec.hosts.1',
    good: "['*.a.b', '*.c']",
  },
  {
    kind: SE,
    bad: '{ hosts: [a.com, A.com], ports: [{ number: 80, name: http }] }',
    says: 'error L0202 spec.hosts.1',
    good: '{ hosts: [a.com, b.com], ports: [{ number: 80, name: http }] }',
  },
  {
    kind: VS,
    frame: '{ gateways: _, hosts: ["*"], http: [{ route: [{ destination: { host: b } }] }] }',
    bad: '[mesh, g]',
    says: 'error L0203 spec.hosts.0',
    good: '[g]',
  },
  {
    kind: VS,
    frame: ROUTE,
    bad: "[{ destination: { host: '*' } }]",
    says: 'error L0203 spec.http.0.route.0.destination.host',
    good: '[{ destination: { host: b } }]',
  },
  {
    kind: SE,
    frame: '{ hosts: [_], ports: [{ number: 80, name: http }] }',
    bad: "'*'",
    says: 'error L0203 spec.hosts.0',
    good: "'*.a.com'",
  },
  {
    kind: SE,
    frame: "{ hosts: ['*.a.com'], ports: [{ number: 80, name: http }], resolution: _ }",
    bad: 'DNS',
    says: 'error L0203 spec.hosts.0',
    good: 'DYNAMIC_DNS',
  },
  // Destinations and answers
  {
    kind: VS,
    frame: ROUTE,
    bad: '[{ destination: { host: b } }, { destination: { host: c }, weight: 0 }]',
    says: 'error L0204 spec.http.0.route',
    good: '[{ destination: { host: b } }, { destination: { host: c }, weight: 1 }]',
  },
  {
    kind: VS,
    frame: ROUTE,
    bad: '[{ destination: { host: b }, weight: 2147483647 }, { destination: { host: c }, weight: 2147483647 }, { destination: { host: d }, weight: 2 }]',
    says: 'error L0204 spec.http.0.route',
    good: '[{ destination: { host: b }, weight: 0 }]',
  },
  {
    kind: VS,
    frame: HTTP,
    bad: 'timeout: 1s',
    says: 'error L0205 spec.http.0',
    good: 'directResponse: { status: 404 }',
  },
  {
    kind: VS,
    frame: RULE,
    bad: 'redirect: { uri: / }',
    says: 'error L0205 spec.http.0',
    good: 'timeout: 0s',
  },
  {
    kind: VS,
    frame: HTTP,
    bad: 'redirect: { uri: / }, fault: { abort: { httpStatus: 500, percentage: { value: 1 } } }',
    says: 'error L0205 spec.http.0.fault',
    good: 'redirect: { uri: / }',
  },
  {
    kind: VS,
    frame: HTTP,
    bad: 'directResponse: { status: 200 }, rewrite: { uri: / }',
    says: 'error L0205 spec.http.0.rewrite',
    good: 'directResponse: { status: 200 }',
  },
  {
    kind: VS,
    bad: '{ hosts: [a.com] }',
    says: 'error L0205 spec',
    good: '{ hosts: [a.com], tcp: [{ route: [{ destination: { host: b } }] }] }',
  },
  {
    kind: VS,
    frame: TCP,
    bad: '{ route: [] }',
    says: 'error L0205 spec.tcp.0',
    good: '{ route: [{ destination: { host: b } }] }',
  },
  {
    kind: 'Gateway',
    bad: '{ selector: { a: b } }',
    says: 'error L0205 spec',
    good: '{ selector: { a: b }, servers: [{ hosts: [a.com], port: { number: 80, name: http, protocol: HTTP } }] }',
  },
  // Numbers
  {
    kind: VS,
    frame: RULE,
    bad: 'fault: { abort: { httpStatus: 500, percentage: { value: 100.5 } } }',
    says: 'error L0206 spec.http.0.fault.abort.percentage.value',
    good: 'fault: { abort: { httpStatus: 500, percentage: { value: 0.001 } } }',
  },
  {
    kind: VS,
    frame: RULE,
    bad: 'mirrors: [{ destination: { host: c }, percentage: { value: -1 } }]',
    says: 'error L0206 spec.http.0.mirrors.0.percentage.value',
    good: 'mirrors: [{ destination: { host: c }, percentage: { value: 0 } }]',
  },
  {
    kind: VS,
    frame: HTTP,
    bad: 'redirect: { uri: /, redirectCode: 304 }',
    says: 'error L0207 spec.http.0.redirect.redirectCode',
    good: 'redirect: { uri: /, redirectCode: 308 }',
  },
  {
    kind: VS,
    frame: RULE,
    bad: 'timeout: 100us',
    says: 'error L0212 spec.http.0.timeout',
    good: 'timeout: 1ms',
  },
  {
    kind: VS,
    frame: RULE,
    bad: 'retries: { attempts: 1, backoff: 0s }',
    says: 'error L0212 spec.http.0.retries.backoff',
    good: 'retries: { attempts: 1, backoff: 10ms, perTryTimeout: 0s }',
  },
  {
    kind: DR,
    frame: POLICY,
    bad: 'connectionPool: { tcp: { connectTimeout: 0s } }',
    says: 'error L0212 spec.trafficPolicy.connectionPool.tcp.connectTimeout',
    good: 'connectionPool: { tcp: { connectTimeout: 30ms, idleTimeout: 0s } }',
  },
  {
    kind: DR,
    frame: POLICY,
    bad: 'outlierDetection: { interval: 1500us }',
    says: 'error L0212 spec.trafficPolicy.outlierDetection.interval',
    good: 'outlierDetection: { interval: 1.5s }',
  },
  {
    kind: VS,
    frame: ROUTE,
    bad: '[{ destination: { host: b, port: { number: 0 } } }]',
    says: 'error L0213 spec.http.0.route.0.destination.port.number',
    good: '[{ destination: { host: b, port: { number: 65535 } } }]',
  },
  {
    kind: 'WorkloadEntry',
    bad: '{ address: 10.0.0.1, ports: { http: 0 } }',
    says: 'error L0213 spec.ports.http',
    good: '{ address: 10.0.0.1, ports: { http: 1 } }',
  },
  {
    kind: DR,
    frame: POLICY,
    bad: 'portLevelSettings: [{ tls: { mode: SIMPLE } }]',
    says: 'error L0213 spec.trafficPolicy.portLevelSettings.0',
    good: 'portLevelSettings: [{ port: { number: 80 }, tls: { mode: SIMPLE } }]',
  },
  {
    kind: DR,
    frame: POLICY,
    bad: 'portLevelSettings: [{ port: { number: 80 } }, { port: { number: 80 } }]',
    says: 'error L0214 spec.trafficPolicy.portLevelSettings.1.port',
    good: 'portLevelSettings: [{ port: { number: 80 } }, { port: { number: 81 } }]',
  },
  {
    kind: 'Service',
    bad: '{ ports: [{ port: 80, name: a }, { port: 80, name: b }] }',
    says: 'error L0214 spec.ports.1.port',
    good: '{ ports: [{ port: 53, name: a }, { port: 53, name: b, protocol: UDP }] }',
  },
  {
    kind: 'Service',
    bad: '{ ports: [{ port: 80 }, { port: 81, name: b }] }',
    says: 'error L0214 spec.ports.0',
    good: '{ ports: [{ port: 80 }] }',
  },
  {
    kind: 'Service',
    bad: '{ ports: [{ port: 80, name: A_b }] }',
    says: 'error L0214 spec.ports.0.name',
    good: '{ ports: [{ port: 80, name: a-b, targetPort: web }] }',
  },
  {
    kind: SE,
    frame: '{ hosts: [a.com], ports: _ }',
    bad: '[{ number: 80, name: http }, { number: 80, name: http }]',
    says: ['error L0214 spec.ports.1.number', 'error L0214 spec.ports.1.name'],
    good: '[{ number: 80, name: http }, { number: 81, name: http-2 }]',
  },
  // Matches
  {
    kind: VS,
    frame: RULE,
    bad: 'fault: {}',
    says: 'error L0208 spec.http.0.fault',
    good: 'fault: { delay: { fixedDelay: 1s, percent: 1 } }',
  },
  {
    kind: VS,
    frame: RULE,
    bad: 'fault: { delay: { percentage: { value: 1 } } }',
    says: 'error L0208 spec.http.0.fault.delay',
    good: 'fault: { delay: { fixedDelay: 1s, percentage: { value: 1 } } }',
  },
  {
    kind: VS,
    frame: RULE,
    bad: 'fault: { abort: { percentage: { value: 1 } } }',
    says: 'error L0208 spec.http.0.fault.abort',
    good: 'fault: { abort: { grpcStatus: NOT_FOUND, percentage: { value: 1 } } }',
  },
  {
    kind: VS,
    frame: RULE,
    bad: 'fault: { abort: { grpcStatus: unavailable, percentage: { value: 1 } } }',
    says: 'error L0208 spec.http.0.fault.abort.grpcStatus',
    good: 'fault: { abort: { grpcStatus: UNAVAILABLE, percentage: { value: 1 } } }',
  },
  {
    kind: VS,
    frame: RULE,
    bad: "retries: { attempts: 1, retryOn: '5xx,never' }",
    says: 'error L0209 spec.http.0.retries.retryOn',
    good: "retries: { attempts: 1, retryOn: '503, 5xx,reset-before-request' }",
  },
  {
    kind: VS,
    frame: RULE,
    bad: 'retries: { retryOn: 5xx }',
    says: 'error L0209 spec.http.0.retries',
    good: 'retries: { attempts: 0 }',
  },
  {
    kind: VS,
    frame: RULE,
    bad: 'retries: { attempts: -1 }',
    says: 'error L0209 spec.http.0.retries.attempts',
    good: 'retries: { attempts: 1 }',
  },
  {
    kind: VS,
    frame: MATCH,
    bad: "{ uri: { regex: '/a(?!b)' } }",
    says: 'error L0210 spec.http.0.match.0.uri.regex',
    good: "{ uri: { regex: '/a(?:b|c)' } }",
  },
  {
    kind: VS,
    frame: MATCH,
    bad: "{ uri: { regex: '*' } }",
    says: 'error L0210 spec.http.0.match.0.uri.regex',
    good: "{ headers: { x: { regex: '*' } } }",
  },
  {
    kind: VS,
    frame: RULE,
    bad: "rewrite: { uriRegexRewrite: { match: '(a)\\1', rewrite: b } }",
    says: 'error L0210 spec.http.0.rewrite.uriRegexRewrite.match',
    good: "rewrite: { uriRegexRewrite: { match: '(a)', rewrite: '\\1' } }",
  },
  {
    kind: VS,
    frame: MATCH,
    bad: "{ uri: { prefix: '' } }",
    says: 'error L0211 spec.http.0.match.0.uri.prefix',
    good: "{ headers: { x: { exact: '' } } }",
  },
  {
    kind: VS,
    frame: MATCH,
    bad: "{ queryParams: { '': { exact: a } } }",
    says: 'error L0211 spec.http.0.match.0.queryParams.',
    good: '{ queryParams: { q: { exact: a } } }',
  },
  {
    kind: VS,
    frame: MATCH,
    bad: "{ queryParams: { q: { regex: '' } } }",
    says: 'error L0211 spec.http.0.match.0.queryParams.q.regex',
    good: '{ queryParams: { q: {} } }',
  },
  {
    kind: VS,
    bad: '{ hosts: [a.com], http: [{ route: [{ destination: { host: b } }] }, { redirect: { uri: / } }] }',
    says: 'warning L0215 spec.http.1',
    good: '{ hosts: [a.com], http: [{ match: [{ port: 80 }], route: [{ destination: { host: b } }] }, { redirect: { uri: / } }] }',
  },
  {
    kind: VS,
    frame: '{ hosts: [a.com], http: [{ match: [_], redirect: { uri: / } }] }',
    bad: '{ uri: { prefix: / } }, { uri: { exact: /a } }',
    says: 'warning L0215 spec.http.0.match.1',
    good: '{ uri: { prefix: / }, headers: { a: {} } }, { uri: { exact: /a } }',
  },
  {
    kind: VS,
    frame: '{ hosts: [a.com], http: [{ match: [_], redirect: { uri: / } }] }',
    bad: '{ uri: { exact: /a }, name: x }, { name: y, uri: { exact: /a } }',
    says: 'warning L0215 spec.http.0.match.1',
    good: '{ uri: { exact: /a } }, { uri: { exact: /A } }',
  },
  {
    kind: VS,
    frame: MATCH,
    bad: "{ headers: { 'a b': {} } }",
    says: 'error L0216 spec.http.0.match.0.headers.a b',
    good: '{ headers: { X-A_b: {} } }',
  },
  {
    kind: VS,
    frame: RULE,
    bad: "headers: { request: { set: { x: '100%' } } }",
    says: 'error L0216 spec.http.0.headers.request.set.x',
    good: "headers: { request: { set: { x: '100%%', y: '%REQ(:path)% %START_TIME%' } } }",
  },
  {
    kind: VS,
    frame: RULE,
    bad: 'headers: { response: { add: { x: "a\\nb" } } }',
    says: 'error L0216 spec.http.0.headers.response.add.x',
    good: "headers: { response: { add: { x: '' } } }",
  },
  {
    kind: VS,
    frame: '{ gateways: [g], hosts: [a.com], http: [{ match: [_], redirect: { uri: / } }] }',
    bad: "{ headers: { '@request.auth.claims': {} } }",
    says: 'error L0216 spec.http.0.match.0.headers.@request.auth.claims',
    good: "{ headers: { '@request.auth.claims.sub': {} } }",
  },
  {
    kind: VS,
    frame: RULE,
    bad: 'corsPolicy: { allowOrigins: [{}] }',
    says: 'error L0217 spec.http.0.corsPolicy.allowOrigins.0',
    good: "corsPolicy: { allowOrigins: [{ exact: '*' }] }",
  },
  {
    kind: VS,
    frame: RULE,
    bad: 'corsPolicy: { allowMethods: [get] }',
    says: 'error L0217 spec.http.0.corsPolicy.allowMethods.0',
    good: "corsPolicy: { allowMethods: [GET, '*'] }",
  },
  {
    kind: VS,
    frame: RULE,
    bad: 'corsPolicy: { maxAge: 1500ms }',
    says: 'error L0217 spec.http.0.corsPolicy.maxAge',
    good: 'corsPolicy: { maxAge: 24h }',
  },
  {
    kind: VS,
    frame: HTTP,
    bad: 'redirect: {}',
    says: 'error L0218 spec.http.0.redirect',
    good: 'redirect: { scheme: https }',
  },
  {
    kind: VS,
    frame: HTTP,
    bad: 'redirect: { authority: a/b }',
    says: 'error L0218 spec.http.0.redirect.authority',
    good: 'redirect: { authority: "a.com:8080" }',
  },
  {
    kind: VS,
    frame: HTTP,
    bad: 'match: [{ uri: { exact: /a } }], redirect: { prefixRewrite: /b }',
    says: 'error L0218 spec.http.0.redirect.prefixRewrite',
    good: 'match: [{ uri: { prefix: /a } }], redirect: { prefixRewrite: /b }',
  },
  {
    kind: VS,
    frame: RULE,
    bad: 'rewrite: {}',
    says: 'error L0218 spec.http.0.rewrite',
    good: 'rewrite: { authority: c.com }',
  },
  {
    kind: VS,
    frame: RULE,
    bad: "rewrite: { uriRegexRewrite: { match: 'a(?:b)(c)', rewrite: '\\2' } }",
    says: 'error L0218 spec.http.0.rewrite.uriRegexRewrite.rewrite',
    good: "rewrite: { uriRegexRewrite: { match: 'a(?P<n>b)([(])', rewrite: '\\2\\0\\\\' } }",
  },
  // Gateways, export, TLS and TCP
  {
    kind: VS,
    frame: '{ hosts: [a.com], gateways: [_], http: [{ redirect: { uri: / } }] }',
    bad: 'a/b/c',
    says: 'error L0219 spec.gateways.0',
    good: 'a/b',
  },
  {
    kind: VS,
    frame: MATCH,
    bad: '{ gateways: [g] }',
    says: 'warning L0219 spec.http.0.match.0.gateways.0',
    good: '{ gateways: [mesh] }',
  },
  {
    kind: VS,
    frame: MATCH,
    bad: "{ headers: { '@request.auth.claims.sub': {} } }",
    says: 'error L0219 spec.http.0.match.0.headers.@request.auth.claims.sub',
    good: '{ headers: { sub: {} } }',
  },
  {
    kind: DR,
    frame: '{ host: b, exportTo: _ }',
    bad: '[A]',
    says: 'error L0220 spec.exportTo.0',
    good: '[., other]',
  },
  {
    kind: DR,
    frame: '{ host: b, exportTo: _ }',
    bad: '[a, a]',
    says: 'error L0220 spec.exportTo.1',
    good: '["~"]',
  },
  {
    kind: DR,
    frame: '{ host: b, exportTo: _ }',
    bad: '[a, "*"]',
    says: 'error L0220 spec.exportTo',
    good: '["*"]',
  },
  {
    kind: VS,
    frame: TCP,
    bad: '{ match: [{ destinationSubnets: [10.0.0.0/33] }], route: [{ destination: { host: b } }] }',
    says: 'error L0221 spec.tcp.0.match.0.destinationSubnets.0',
    good: "{ match: [{ destinationSubnets: [10.0.0.1, 10.0.0.0/8, '2001:db8::/32'] }], route: [{ destination: { host: b } }] }",
  },
  {
    kind: VS,
    frame: "{ hosts: ['*.a.com'], gateways: [g], tls: [_] }",
    bad: '{ match: [{ sniHosts: [a.com] }], route: [{ destination: { host: b } }] }',
    says: 'error L0221 spec.tls.0.match.0.sniHosts.0',
    good: "{ match: [{ sniHosts: [x.a.com, '*.y.a.com'] }], route: [{ destination: { host: b } }] }",
  },
  // Service entries and workloads
  {
    kind: SE,
    frame: ENTRY,
    bad: 'endpoints: [{ address: 10.0.0.1 }]',
    says: 'error L0222 spec.endpoints',
    good: 'resolution: STATIC, endpoints: [{ address: 10.0.0.1, ports: { http: 8080 } }]',
  },
  {
    kind: SE,
    frame: ENTRY,
    bad: 'resolution: STATIC, endpoints: [{ address: 10.0.0.1, ports: { htp: 8080 } }]',
    says: 'error L0222 spec.endpoints.0.ports.htp',
    good: 'resolution: STATIC',
  },
  {
    kind: SE,
    frame: ENTRY,
    bad: 'resolution: DNS_ROUND_ROBIN, endpoints: [{ address: a.com }, { address: b.com }]',
    says: 'error L0222 spec.endpoints',
    good: 'resolution: DNS_ROUND_ROBIN, endpoints: [{ address: a.com }]',
  },
  {
    kind: SE,
    frame: ENTRY,
    bad: 'resolution: DNS, addresses: [10.0.0.0/8]',
    says: 'error L0222 spec.addresses.0',
    good: 'addresses: [10.0.0.0/8]',
  },
  {
    kind: SE,
    frame: '{ hosts: [a.com], ports: [{ number: 80, name: http, targetPort: 81 }], resolution: _ }',
    bad: 'NONE',
    says: 'error L0222 spec.ports.0.targetPort',
    good: 'DNS',
  },
  {
    kind: SE,
    frame: '{ hosts: [a.com], ports: [{ number: 3306, name: mysql, protocol: MySQL }], _ }',
    bad: 'resolution: DNS',
    says: 'warning L0222 spec.ports.0',
    good: 'resolution: DNS, addresses: [10.0.0.1]',
  },
  {
    kind: SE,
    frame: ENTRY,
    bad: 'addresses: [a.com]',
    says: 'error L0223 spec.addresses.0',
    good: "addresses: ['::1', '2001:db8::1/64']",
  },
  {
    kind: SE,
    frame: ENTRY,
    bad: 'resolution: STATIC, endpoints: [{ address: a.com }]',
    says: 'error L0223 spec.endpoints.0.address',
    good: "resolution: STATIC, endpoints: [{ address: 'unix:///run/a.sock' }, { address: '::1' }]",
  },
  {
    kind: SE,
    frame: ENTRY,
    bad: "resolution: DNS, endpoints: [{ address: 'unix:///run/a' }]",
    says: 'error L0223 spec.endpoints.0.address',
    good: 'resolution: DNS, endpoints: [{ address: a.com }, { address: 10.0.0.1 }]',
  },
  { kind: 'WorkloadEntry', bad: '{}', says: 'error L0223 spec', good: '{ network: other }' },
  {
    kind: 'WorkloadEntry',
    bad: "{ address: 'a b' }",
    says: 'error L0223 spec.address',
    good: '{ address: vm.example.com }',
  },
  {
    kind: 'WorkloadEntry',
    bad: "{ address: 'unix://a' }",
    says: 'error L0223 spec.address',
    good: "{ address: 'unix:///a' }",
  },
  {
    kind: 'WorkloadEntry',
    bad: "{ address: 'unix:///a', ports: { http: 1 } }",
    says: 'error L0223 spec.ports',
    good: "{ address: '1:2:3:4:5:6:7:8' }",
  },
  {
    kind: 'Service',
    bad: '{ type: ExternalName }',
    says: 'error L0223 spec',
    good: '{ type: ExternalName, externalName: a.com }',
  },
  {
    kind: 'Service',
    bad: '{ clusterIP: a.com }',
    says: 'error L0223 spec.clusterIP',
    good: "{ clusterIP: None, clusterIPs: ['10.0.0.1', 'fd00::1'] }",
  },
  {
    kind: 'WorkloadEntry',
    bad: "{ address: 10.0.0.1, labels: { app: 'a b' } }",
    says: 'error L0228 spec.labels.app',
    good: "{ address: 10.0.0.1, labels: { 'example.com/app': a.b_c, v: '' } }",
  },
  {
    kind: 'Service',
    bad: "{ selector: { app: 'a*' } }",
    says: 'error L0228 spec.selector.app',
    good: '{ selector: { app: a } }',
  },
  // Traffic policies
  {
    kind: DR,
    frame: '{ host: b, subsets: _ }',
    bad: '[{ name: v1 }, { name: v1 }]',
    says: 'error L0224 spec.subsets.1.name',
    good: '[{ name: v1 }, { name: v1.2-b }]',
  },
  {
    kind: DR,
    frame: '{ host: b, subsets: _ }',
    bad: '[{ name: v|1 }]',
    says: 'error L0224 spec.subsets.0.name',
    good: '[{ name: V1 }]',
  },
  {
    kind: VS,
    frame: ROUTE,
    bad: "[{ destination: { host: b, subset: 'v 1' } }]",
    says: 'error L0224 spec.http.0.route.0.destination.subset',
    good: '[{ destination: { host: b, subset: v1 } }]',
  },
  {
    kind: DR,
    frame: POLICY,
    bad: 'connectionPool: { http: { http2MaxRequests: -1 } }',
    says: 'error L0225 spec.trafficPolicy.connectionPool.http.http2MaxRequests',
    good: 'connectionPool: { http: { http2MaxRequests: 0 } }',
  },
  {
    kind: DR,
    frame: POLICY,
    bad: 'connectionPool: { http: { useClientProtocol: true, h2UpgradePolicy: UPGRADE } }',
    says: 'error L0225 spec.trafficPolicy.connectionPool.http.useClientProtocol',
    good: 'connectionPool: { http: { useClientProtocol: true } }',
  },
  {
    kind: DR,
    frame: POLICY,
    bad: 'outlierDetection: { consecutiveLocalOriginFailures: 3 }',
    says: 'error L0225 spec.trafficPolicy.outlierDetection.consecutiveLocalOriginFailures',
    good: 'outlierDetection: { consecutiveLocalOriginFailures: 3, splitExternalLocalOriginErrors: true }',
  },
  {
    kind: DR,
    frame: POLICY,
    bad: 'loadBalancer: { consistentHash: { useSourceIp: true, maglev: { tableSize: 65536 } } }',
    says: 'error L0225 spec.trafficPolicy.loadBalancer.consistentHash.maglev.tableSize',
    good: 'loadBalancer: { consistentHash: { useSourceIp: true, maglev: { tableSize: 65537 } } }',
  },
  {
    kind: DR,
    frame: POLICY,
    bad: 'loadBalancer: { consistentHash: { useSourceIp: true, ringHash: { minimumRingSize: 8388609 } } }',
    says: 'error L0225 spec.trafficPolicy.loadBalancer.consistentHash.ringHash.minimumRingSize',
    good: 'loadBalancer: { consistentHash: { useSourceIp: true, ringHash: { minimumRingSize: 1024 } } }',
  },
  {
    kind: DR,
    frame: POLICY,
    bad: 'tls: { mode: MUTUAL, clientCertificate: a.pem }',
    says: 'error L0226 spec.trafficPolicy.tls',
    good: 'tls: { mode: MUTUAL, clientCertificate: a.pem, privateKey: a.key }',
  },
  {
    kind: DR,
    frame: POLICY,
    bad: 'tls: { mode: ISTIO_MUTUAL, caCertificates: a.pem }',
    says: 'error L0226 spec.trafficPolicy.tls.caCertificates',
    good: 'tls: { mode: ISTIO_MUTUAL, sni: a.com }',
  },
  {
    kind: DR,
    frame: POLICY,
    bad: 'tls: { mode: SIMPLE, credentialName: a, caCertificates: a.pem }',
    says: 'error L0226 spec.trafficPolicy.tls.caCertificates',
    good: 'tls: { mode: SIMPLE, caCertificates: a.pem }',
  },
  {
    kind: DR,
    frame: POLICY,
    bad: 'tls: { mode: SIMPLE, insecureSkipVerify: true, subjectAltNames: [a.com] }',
    says: 'error L0226 spec.trafficPolicy.tls.insecureSkipVerify',
    good: 'tls: { mode: SIMPLE, subjectAltNames: [a.com] }',
  },
  {
    kind: DR,
    frame: POLICY,
    bad: 'loadBalancer: { consistentHash: { maglev: {} } }',
    says: 'error L0227 spec.trafficPolicy.loadBalancer.consistentHash',
    good: 'loadBalancer: { consistentHash: { httpCookie: { name: a } } }',
  },
  {
    kind: DR,
    frame: POLICY,
    bad: 'loadBalancer: { localityLbSetting: { distribute: [{ from: a, to: { a: 50, b: 40 } }] } }',
    says: 'error L0227 spec.trafficPolicy.loadBalancer.localityLbSetting.distribute.0.to',
    good: 'loadBalancer: { localityLbSetting: { distribute: [{ from: a, to: { a: 60, b: 40 } }] } }',
  },
  {
    kind: DR,
    frame: POLICY,
    bad: 'loadBalancer: { localityLbSetting: { failover: [{ from: a, to: a }] } }',
    says: 'error L0227 spec.trafficPolicy.loadBalancer.localityLbSetting.failover.0',
    good: 'loadBalancer: { localityLbSetting: { failover: [{ from: a, to: b }] } }',
  },
  // Sidecars and gateways
  {
    kind: 'Sidecar',
    frame:
      '{ ingress: [{ port: { number: 80 }, bind: 10.0.0.1 }, { port: { number: _ }, bind: 10.0.0.2 }] }',
    bad: '80',
    says: 'error L0231 spec.ingress.1.port',
    good: '81',
  },
  {
    kind: 'MeshConfig',
    frame: '{ defaultHttpRetryPolicy: { attempts: 2, backoff: _ } }',
    bad: '0s',
    says: 'error L0212 defaultHttpRetryPolicy.backoff',
    good: '1s',
  },
  {
    kind: 'MeshConfig',
    frame: '{ dnsRefreshRate: _ }',
    bad: '0s',
    says: 'error L0212 dnsRefreshRate',
    good: '1s',
  },
  {
    kind: 'Sidecar',
    frame: '{ egress: [{ hosts: [_] }] }',
    bad: 'web.shop.svc.cluster.local',
    says: 'error L0229 spec.egress.0.hosts.0',
    good: './web.shop.svc.cluster.local',
  },
  {
    kind: 'Sidecar',
    frame: '{ egress: [{ hosts: [_] }] }',
    bad: 'A/*',
    says: 'error L0229 spec.egress.0.hosts.0',
    good: '~/*',
  },
  {
    kind: 'Sidecar',
    frame: '{ egress: [{ hosts: [_] }] }',
    bad: "'*/a b'",
    says: 'error L0229 spec.egress.0.hosts.0',
    good: "'*/*.a.com'",
  },
  {
    kind: 'Gateway',
    frame:
      '{ selector: { a: b }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [_] }] }',
    bad: '~/a.com',
    says: 'error L0229 spec.servers.0.hosts.0',
    good: './a.com, "*"',
  },
  {
    kind: 'Sidecar',
    frame: '{ ingress: [{ port: { number: 80 }, defaultEndpoint: _ }] }',
    bad: '10.0.0.1:8080',
    says: 'error L0230 spec.ingress.0.defaultEndpoint',
    good: '0.0.0.0:8080',
  },
  {
    kind: 'Sidecar',
    frame: '{ ingress: [{ port: { number: 80 }, defaultEndpoint: _ }] }',
    bad: '127.0.0.1',
    says: 'error L0230 spec.ingress.0.defaultEndpoint',
    good: "'[::1]:8080'",
  },
  {
    kind: 'Sidecar',
    frame: '{ ingress: [{ port: { number: 80 }, defaultEndpoint: _ }] }',
    bad: "'unix:/a'",
    says: 'error L0230 spec.ingress.0.defaultEndpoint',
    good: "'unix:///a'",
  },
  {
    kind: 'Sidecar',
    frame: '{ ingress: _ }',
    bad: '[{ port: { number: 80 } }, { port: { number: 80 } }]',
    says: 'error L0231 spec.ingress.1.port',
    good: '[{ port: { number: 80 } }, { port: { number: 81 } }]',
  },
  {
    kind: 'Sidecar',
    frame: '{ egress: _ }',
    bad: "[{ hosts: ['*/*'] }, { port: { number: 80 }, hosts: ['*/*'] }]",
    says: 'error L0231 spec.egress.0',
    good: "[{ port: { number: 80 }, hosts: ['*/*'] }, { hosts: ['*/*'] }]",
  },
  {
    kind: 'Sidecar',
    frame: "{ egress: [{ port: { number: 80 }, hosts: ['*/*'], _ }] }",
    bad: "bind: 'unix:///a', captureMode: IPTABLES",
    says: 'error L0231 spec.egress.0.captureMode',
    good: "bind: 'unix:///a', captureMode: NONE",
  },
  {
    kind: SE,
    frame: '{ hosts: [a.com], ports: [{ number: 80, name: a, protocol: _ }] }',
    bad: 'HTTP3',
    says: 'error L0232 spec.ports.0.protocol',
    good: 'grpc-web',
  },
  {
    kind: 'Gateway',
    frame: SERVER,
    bad: 'port: { number: 53, name: dns, protocol: UDP }',
    says: 'error L0232 spec.servers.0.port.protocol',
    good: 'port: { number: 53, name: dns, protocol: TCP }',
  },
  {
    kind: 'Gateway',
    frame: PORT,
    bad: 'name: x',
    says: 'error L0233 spec.servers.0.port.protocol',
    good: 'tls: { mode: PASSTHROUGH }',
  },
  {
    kind: 'Gateway',
    frame: PORT,
    bad: 'tls: { mode: PASSTHROUGH, httpsRedirect: true }',
    says: 'error L0233 spec.servers.0.tls.httpsRedirect',
    good: 'tls: { mode: AUTO_PASSTHROUGH }',
  },
  {
    kind: 'Gateway',
    frame: SERVER,
    bad: 'port: { number: 80, name: http, protocol: HTTP }, tls: { mode: SIMPLE, credentialName: a }',
    says: 'error L0233 spec.servers.0.tls',
    good: 'port: { number: 80, name: http, protocol: HTTP }, tls: { httpsRedirect: true }',
  },
  {
    kind: 'Gateway',
    frame: SERVER,
    bad: 'port: { number: 80, name: tcp, protocol: TCP }, tls: { httpsRedirect: true }',
    says: 'error L0233 spec.servers.0.tls.httpsRedirect',
    good: 'port: { number: 80, name: tcp, protocol: TCP }',
  },
  {
    kind: 'Gateway',
    frame: PORT,
    bad: 'tls: { mode: SIMPLE }',
    says: 'error L0226 spec.servers.0.tls',
    good: 'tls: { mode: SIMPLE, serverCertificate: a.pem, privateKey: a.key }',
  },
  {
    kind: 'Gateway',
    frame: PORT,
    bad: 'tls: { mode: MUTUAL, serverCertificate: a.pem, privateKey: a.key }',
    says: 'error L0226 spec.servers.0.tls',
    good: 'tls: { mode: MUTUAL, credentialName: a }',
  },
  {
    kind: 'Gateway',
    frame: PORT,
    bad: 'tls: { credentialName: a }',
    says: 'error L0226 spec.servers.0.tls',
    good: 'tls: { mode: SIMPLE, credentialName: a }',
  },
  {
    kind: 'Gateway',
    frame: PORT,
    bad: 'tls: { mode: SIMPLE, credentialName: a, minProtocolVersion: TLSV1_3, maxProtocolVersion: TLSV1_2 }',
    says: 'error L0226 spec.servers.0.tls.maxProtocolVersion',
    good: 'tls: { mode: SIMPLE, credentialName: a, minProtocolVersion: TLSV1_2 }',
  },
  {
    kind: 'Gateway',
    frame: SERVER,
    bad: 'bind: localhost, port: { number: 80, name: http, protocol: HTTP }',
    says: 'error L0223 spec.servers.0.bind',
    good: 'bind: 127.0.0.1, port: { number: 80, name: http, protocol: HTTP }',
  },
  // What has no effect
  {
    kind: VS,
    frame: RULE,
    bad: 'fault: { abort: { httpStatus: 500 } }',
    says: 'warning L0238 spec.http.0.fault.abort',
    good: 'fault: { abort: { httpStatus: 500, percentage: { value: 100 } } }',
  },
  {
    kind: VS,
    frame: RULE,
    bad: 'fault: { delay: { fixedDelay: 1s } }',
    says: 'warning L0238 spec.http.0.fault.delay',
    good: 'fault: { delay: { fixedDelay: 1s, percent: 100 } }',
  },
  {
    kind: VS,
    frame: RULE,
    bad: "headers: { request: { set: { ':path': / } } }",
    says: 'warning L0238 spec.http.0.headers.request.set.:path',
    good: "headers: { request: { set: { ':authority': c.com } } }",
  },
  {
    kind: VS,
    frame: RULE,
    bad: 'headers: { response: { remove: [Host] } }',
    says: 'warning L0238 spec.http.0.headers.response.remove.0',
    good: 'headers: { response: { remove: [server] } }',
  },
  {
    kind: VS,
    frame: RULE,
    bad: 'mirrorPercent: 10',
    says: 'warning L0238 spec.http.0.mirrorPercent',
    good: 'mirror: { host: c }, mirrorPercent: 10',
  },
  {
    kind: VS,
    frame: RULE,
    bad: 'timeout: 1s, retries: { attempts: 2, perTryTimeout: 1s }',
    says: 'warning L0238 spec.http.0.retries.perTryTimeout',
    good: 'timeout: 1s, retries: { attempts: 2, perTryTimeout: 300ms }',
  },
  {
    kind: VS,
    frame: HTTP,
    bad: 'match: [{ uri: { prefix: /a } }], rewrite: { uri: / }, route: [{ destination: { host: b } }]',
    says: 'warning L0238 spec.http.0.rewrite.uri',
    good: 'match: [{ uri: { prefix: /a/ } }], rewrite: { uri: / }, route: [{ destination: { host: b } }]',
  },
  {
    kind: VS,
    frame: MATCH,
    bad: '{ gateways: [mesh], sourceLabels: { a: b } }',
    says: 'warning L0238 spec.http.0.match.0.sourceLabels',
    good: '{ sourceLabels: { a: b } }',
  },
  {
    kind: VS,
    frame: MATCH,
    bad: '{ uri: { regex: a }, ignoreUriCase: true }',
    says: 'warning L0238 spec.http.0.match.0.ignoreUriCase',
    good: '{ uri: { exact: /a }, ignoreUriCase: true }',
  },
  {
    kind: VS,
    frame: HTTP,
    bad: 'redirect: { uri: / }, timeout: 1s',
    says: 'warning L0238 spec.http.0.timeout',
    good: 'redirect: { uri: / }, headers: { response: { set: { a: b } } }',
  },
  {
    kind: DR,
    frame: '{ host: b, trafficPolicy: { _ } }',
    bad: '',
    says: 'warning L0238 spec.trafficPolicy',
    good: 'tls: { mode: DISABLE }',
  },
  {
    kind: DR,
    frame: POLICY,
    bad: 'connectionPool: {}',
    says: 'warning L0238 spec.trafficPolicy.connectionPool',
    good: 'connectionPool: { http: {} }',
  },
  {
    kind: DR,
    frame: POLICY,
    bad: 'outlierDetection: { consecutiveErrors: 3 }',
    says: 'warning L0238 spec.trafficPolicy.outlierDetection.consecutiveErrors',
    good: 'outlierDetection: { consecutive5xxErrors: 3 }',
  },
  {
    kind: SE,
    bad: '{ hosts: [a.com] }',
    says: 'warning L0238 spec',
    good: '{ hosts: [a.com], ports: [{ number: 80, name: http }] }',
  },
  {
    kind: 'Sidecar',
    bad: '{}',
    says: 'warning L0238 spec',
    good: '{ outboundTrafficPolicy: { mode: ALLOW_ANY } }',
  },
  {
    kind: 'Gateway',
    frame: '{ _ servers: [{ hosts: [a.com], port: { number: 80, name: http, protocol: HTTP } }] }',
    bad: '',
    says: 'warning L0238 spec',
    good: 'selector: { a: b },',
  },
]

/** Of delegation: they need both documents, see the tests of delegates. */
const MESH_CODES = ['L0234', 'L0235', 'L0236']
const DOCUMENT_CODES = Object.keys(CODES).filter(
  (code) => code > 'L0200' && code < 'L0240' && !MESH_CODES.includes(code),
) as Code[]

for (const code of DOCUMENT_CODES) {
  test(`${code}: ${CODES[code]}`, () => {
    const rows = ROWS.filter(({ says }) => [says].flat()[0]?.split(' ')[1] === code)
    assert.ok(rows.length > 0, 'no example')
    for (const { kind, frame = '_', bad, says, good } of rows) {
      assert.deepEqual(
        found(
          kind,
          frame.replace('_', () => bad),
        ),
        [says].flat(),
        `${kind} ${bad}`,
      )
      assert.deepEqual(
        found(
          kind,
          frame.replace('_', () => good),
        ),
        [],
        `${kind} ${good}`,
      )
    }
  })
}

test('a name or length beyond its limit', () => {
  const long = (host: string) => `{ hosts: [${host}], http: [{ redirect: { uri: / } }] }`
  assert.deepEqual(found(VS, long('a'.repeat(64))), ['error L0201 spec.hosts.0'])
  assert.deepEqual(found(VS, long(`${'a'.repeat(60)}.`.repeat(5))), ['error L0201 spec.hosts.0'])
  const body = (length: number) =>
    `{ hosts: [a], http: [{ directResponse: { status: 200, body: { string: ${'x'.repeat(length)} } } }] }`
  assert.deepEqual(found(VS, body(1024 * 1024 + 1)), [
    'error L0218 spec.http.0.directResponse.body',
  ])
  assert.deepEqual(found(VS, body(1024 * 1024)), [])
})

test('input made to keep a checker busy is judged all the same', () => {
  const many = Array.from({ length: 50_000 }, (_, index) => `h${index}.a.com`).join()
  assert.deepEqual(
    found(VS, `{ hosts: [${many}, '*.com'], http: [{ redirect: { uri: / } }] }`).length,
    1,
  )
  const value = (text: string) =>
    found(
      VS,
      `{ hosts: [a], http: [{ redirect: { uri: / }, headers: { request: { set: { x: '${text}' } } } }] }`,
    )
  const at = 'error L0216 spec.http.0.headers.request.set.x'
  assert.deepEqual(value(`%A(${'x'.repeat(200_000)}`), [at])
  assert.deepEqual(value(`%A(${'(x)'.repeat(50_000)}`), [at])
  const rewrite = `{ hosts: [a], http: [{ route: [{ destination: { host: b } }], rewrite: { uriRegexRewrite: { match: '[${'\\\\a'.repeat(300)}', rewrite: x } } }] }`
  assert.deepEqual(found(VS, rewrite), ['error L0210 spec.http.0.rewrite.uriRegexRewrite.match'])
  assert.equal(regexProblem(`${'('.repeat(512)}${')'.repeat(512)}`), undefined)
  assert.equal(typeof regexProblem('['.repeat(1024)), 'string')
})

test('the annotation exportTo of a Service', () => {
  const check = (value: string) =>
    validate(documentOf('Service', '{}', { 'networking.istio.io/exportTo': value })).map(
      ({ code }) => code,
    )
  assert.deepEqual(check('., other'), [])
  assert.deepEqual(check('No_Namespace'), ['L0220'])
})

test('kinds that protect are never refused', () => {
  assert.deepEqual(
    found('AuthorizationPolicy', '{ action: DENY, rules: [{ from: [{ source: {} }] }] }'),
    [],
  )
  assert.deepEqual(found('PeerAuthentication', '{ portLevelMtls: { "0": { mode: STRICT } } }'), [])
})

// What Envoy 1.40 itself says of each was tried with `envoy --mode validate`.
const TAKEN =
  'a+? a{2} a{2,} a{,2} a{x} {1 ^* \\b+ (?i)a (?i-s:a) (?P<n>a) (?<n>a) (?P<n>a)(?P<n>b) [a-] [-a] []a] [^]a] [a-b-c] [\\w-.] [\\]] [[:^alpha:]] [:alpha:] [&&] \\pL \\p{Greek} \\p{^Lu} \\p{Any} \\012 \\0 \\x{41} \\Qa(b\\E+ \\C \\- \\/ (a{100}){10} x{1000} x{0} (|a)* é+ [é-ü] | ]'
const REFUSED =
  'a(?=b) a(?!b) (?<=a)b (?<!a)b (a)\\1 \\8 a** a++ a*+ a*?? a{1}{2} *a + {2} (a a) [a [] [z-a] [a-\\d] [[:foo:]] [\\b] (?>a) (?#c) (?x)a (?P=n) (?P<>a) (?P<é>a) (?i)* (*a) \\Z \\e \\u0041 \\777 \\p{Letter} \\pX \\x{110000} \\é \\ a{1001} a{2,1} (a{100}){11}'

test('regular expressions are read as RE2 does', () => {
  for (const regex of TAKEN.split(' ')) assert.equal(regexProblem(regex), undefined, regex)
  for (const regex of REFUSED.split(' ')) {
    assert.equal(typeof regexProblem(regex), 'string', regex)
  }
  assert.equal(regexProblem('a'.repeat(1024)), undefined)
  assert.match(regexProblem('a'.repeat(1025)) ?? '', /longer than 1024/)
  assert.match(regexProblem(`(${'a'.repeat(1000)}){100}`) ?? '', /repeats too much/)
})
