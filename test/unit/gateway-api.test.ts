// The Kubernetes Gateway API as pure functions: attachment with its reasons, precedence, permissions, places, who gets which secret.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainIn } from '../../src/explained.ts'
import { CODES, type Code } from '../../src/model/codes.ts'
import type { Document } from '../../src/model/document.ts'
import { GATEWAY_NAME } from '../../src/model/gateway-api.ts'
import { type Mesh, nextMesh } from '../../src/model/mesh.ts'
import { printOrigin } from '../../src/model/origin.ts'
import { check } from '../../src/registry/check.ts'
import { parentsOf } from '../../src/translate/gateway-api/attachment.ts'
import { listenersOf } from '../../src/translate/gateway-api/listener.ts'
import { attachedRules } from '../../src/translate/gateway-api/served.ts'
import { gatewayApiStatuses } from '../../src/translate/gateway-api/status.ts'
import { nodeOf } from '../../src/translate/node.ts'
import { translate } from '../../src/translate/translate.ts'
import { validate } from '../../src/translate/validate/index.ts'
import { references } from '../../src/translate/validate/references.ts'
import { testCa } from '../support/certificates.ts'
import { edgeGateway, gatewayApi, gatewayClass, route, to } from '../support/gateway-api.ts'
import { viewOf } from '../support/views.ts'
import { join, pairSecret, policy, service, workload } from '../support/workload.ts'

const LABEL = { [GATEWAY_NAME]: 'edge' }
const ONE = service('edge/one', { app: 'one' }, 'http:80:8080')
const HTTP = '[{name: http, port: 80, protocol: HTTP}]'

/** A mesh seen by the Gateway's proxy. */
function edgeView(...objects: readonly string[]) {
  const proxy = workload({ workload: 'edge/gateway', address: '10.1.1.1', labels: LABEL })
  const node = { namespace: 'edge', workload: 'gateway', type: 'gateway', labels: LABEL } as const
  return viewOf(join(gatewayClass(), proxy, ONE, ...objects), { ...node, address: '10.1.1.1' })
}

function reasonsOf(listeners: string, spec: string, namespace = 'edge', more = ''): string[] {
  const object = gatewayApi('HTTPRoute', `${namespace}/r`, spec)
  const view = edgeView(edgeGateway(listeners), object, ...(more ? [more] : []))
  const parents = parentsOf(view, view.get('HTTPRoute', `${namespace}/r`)!)
  return parents.map(
    ({ refused, attached }) =>
      refused?.reason ??
      attached
        .map(({ listener, hostnames }) => `${listener.listener.name} ${hostnames}`)
        .join('; '),
  )
}

test('a route is attached where port, name, kind, namespace and hostname allow it', () => {
  const two = `[{name: a, port: 80, protocol: HTTP, hostname: "*.a.test"}, {name: b, port: 81, protocol: HTTP}]`
  const parent = (more = '') => `parentRefs: [{name: edge, namespace: edge${more}}]`
  const reasons = (spec: string, namespace?: string, more?: string) =>
    reasonsOf(two, `{${spec}}`, namespace, more)
  assert.deepEqual(reasons(parent()), ['a *.a.test; b *'])
  assert.deepEqual(reasons(parent(', sectionName: a')), ['a *.a.test'])
  assert.deepEqual(reasons(parent(', port: 81')), ['b *'])
  assert.deepEqual(reasons(parent(', sectionName: a, port: 81')), ['NoMatchingParent'])
  assert.deepEqual(reasons(parent(', sectionName: c')), ['NoMatchingParent'])
  assert.deepEqual(reasons(parent(), 'other'), ['NotAllowedByListeners'])
  const hosts = (list: string) => `${parent(', sectionName: a')}, hostnames: [${list}]`
  assert.deepEqual(reasons(hosts('x.A.test, a.test, "*.y.a.test", "*.test"')), [
    'a x.a.test,*.y.a.test,*.a.test',
  ])
  assert.deepEqual(reasons(hosts('a.test, xa.test')), ['NoMatchingListenerHostname'])
  const both =
    'parentRefs: [{name: edge, sectionName: a}, {name: edge, sectionName: c}, {name: none}]'
  assert.deepEqual(reasons(both), ['a *.a.test', 'NoMatchingParent'])
  assert.deepEqual(reasons('parentRefs: [{group: "", kind: Service, name: edge}]'), [])
})

test('allowedRoutes: namespaces by label, kinds by name', () => {
  const allowed = (text: string) =>
    `[{name: a, port: 80, protocol: HTTP, allowedRoutes: {${text}}}]`
  const reasons = (text: string, more = '') =>
    reasonsOf(allowed(text), '{parentRefs: [{name: edge, namespace: edge}]}', 'other', more)
  assert.deepEqual(reasons('namespaces: {from: All}'), ['a *'])
  assert.deepEqual(reasons('namespaces: {from: None}'), ['NotAllowedByListeners'])
  const byName = 'selector: {matchLabels: {kubernetes.io/metadata.name: other}}'
  assert.deepEqual(reasons(`namespaces: {from: Selector, ${byName}}`), ['a *'])
  const byLabel =
    'namespaces: {from: Selector, selector: {matchExpressions: [{key: t, operator: In, values: [x]}]}}'
  const labelled = (value: string) =>
    `apiVersion: v1\nkind: Namespace\nmetadata: {name: other, labels: {t: ${value}}}\n`
  assert.deepEqual(reasons(byLabel), ['NotAllowedByListeners'])
  assert.deepEqual(reasons(byLabel, labelled('y')), ['NotAllowedByListeners'])
  assert.deepEqual(reasons(byLabel, labelled('x')), ['a *'])
  assert.deepEqual(reasons('namespaces: {from: Selector}'), ['NotAllowedByListeners'])
  assert.deepEqual(reasons('namespaces: {from: All}, kinds: [{kind: HTTPRoute}]'), ['a *'])
  assert.deepEqual(reasons('namespaces: {from: All}, kinds: [{kind: TCPRoute}]'), [
    'NotAllowedByListeners',
  ])
})

test('listeners: conflicts, protocols, kinds and certificates', async () => {
  const pair = await (await testCa('public')).issue({ dns: 'a.test' })
  const https = (name: string, more: string) =>
    `{name: ${name}, port: 443, protocol: HTTPS, hostname: ${name}.test, tls: {${more}}}`
  const view = edgeView(
    pairSecret('edge/good', pair),
    pairSecret('other/far', pair),
    edgeGateway(`[
      {name: one, port: 80, protocol: HTTP, hostname: A.test}, {name: two, port: 80, protocol: HTTP, hostname: a.test},
      {name: three, port: 80, protocol: HTTP}, {name: four, port: 81, protocol: HTTP}, {name: five, port: 81, protocol: HTTPS},
      {name: six, port: 82, protocol: UDP},
      {name: seven, port: 83, protocol: HTTP, allowedRoutes: {kinds: [{kind: HTTPRoute}, {kind: Other}]}},
      ${https('good', 'certificateRefs: [{name: good}]')}, ${https('none', 'certificateRefs: []')},
      ${https('far', 'certificateRefs: [{name: good}, {name: far, namespace: other}]')},
      ${https('kind', 'certificateRefs: [{name: good, kind: ConfigMap}]')},
      ${https('mode', 'mode: Passthrough')}]`),
  )
  const states = listenersOf(view, view.get('KubernetesGateway', 'edge/edge')!)
  const reason = ({ refused, conflict, unresolved }: (typeof states)[number]) =>
    [refused, conflict, unresolved].map((one) => one?.reason ?? '').join()
  assert.deepEqual(
    states.map((state) => [state.listener.name, reason(state), state.certificates.join()]),
    [
      ['one', ',HostnameConflict,', ''],
      ['two', ',HostnameConflict,', ''],
      ['three', ',,', ''],
      ['four', ',ProtocolConflict,', ''],
      ['five', ',ProtocolConflict,InvalidCertificateRef', ''],
      ['six', 'UnsupportedProtocol,,', ''],
      ['seven', ',,InvalidRouteKinds', ''],
      ['good', ',,', 'edge/good'],
      ['none', ',,InvalidCertificateRef', ''],
      ['far', ',,RefNotPermitted', 'edge/good'],
      ['kind', ',,InvalidCertificateRef', ''],
      ['mode', ',,InvalidCertificateRef', ''],
    ],
  )
  assert.deepEqual(states[6]!.kinds, ['HTTPRoute'])
})

test('matches of all routes of a host in one order: path, method, headers, parameters, age, place', () => {
  const match = (text: string) => `{matches: [{${text}}], ${to('one')}}`
  const path = (value: string, type = 'PathPrefix') => `path: {type: ${type}, value: ${value}}`
  const header = (...names: string[]) =>
    `headers: [${names.map((name) => `{name: ${name}, value: v}`).join(', ')}]`
  const query = 'queryParams: [{name: q, value: v}]'
  const named = (name: string, rule: string) => rule.replace('{', `{name: ${name}, `)
  const young = [
    named('prefix', match(path('/a'))),
    named('exact-short', match(path('/a', 'Exact'))),
    named('method', match(`${path('/a')}, method: GET`)),
    named('query', match(`${path('/a')}, ${query}`)),
    named('header', match(`${path('/a')}, ${header('x')}`)),
    named('headers', match(`${path('/a')}, ${header('x', 'y')}`)),
    named('header-query', match(`${path('/a')}, ${header('x')}, ${query}`)),
    named('regex', match(path('"/a.*"', 'RegularExpression'))),
    named('root', match(query)),
  ]
  const old = [
    named('old-prefix', match(path('/a'))),
    named('old-again', match(path('/a'))),
    named('longer', match(path('/a/b'))),
    named('exact', match(path('/a/b', 'Exact'))),
  ]
  const view = edgeView(
    edgeGateway(HTTP),
    route('young', `[${young.join(', ')}]`, '', 2),
    route('old', `[${old.join(', ')}]`, '', 1),
  )
  const [rule] = attachedRules(view, '')
  assert.deepEqual(
    rule?.document.spec.http?.map(({ name }) => name),
    [
      ...['exact', 'exact-short', 'regex', 'longer', 'method', 'headers', 'header-query', 'header'],
      ...['query', 'old-prefix', 'old-again', 'prefix', 'root'],
    ],
  )
})

test('every part of a made route leads to the line that it was written in', () => {
  const yaml = join(
    edgeGateway(HTTP),
    `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: edge}
spec:
  parentRefs: [{name: edge}]
  rules:
    - matches:
        - path: {value: /a}
        - path: {value: /b}
      filters:
        - type: RequestHeaderModifier
          requestHeaderModifier: {set: [{name: a, value: b}]}
        - type: RequestMirror
          requestMirror: {backendRef: {name: one, port: 80}}
      timeouts:
        request: 1s
      backendRefs:
        - {name: none, port: 80}
        - {name: one, port: 80, weight: 2}
        - {name: one, port: 80, weight: 3}
`,
  )
  const [rule] = attachedRules(edgeView(yaml), '')
  const written = edgeView(yaml).get('HTTPRoute', 'edge/r')!
  const first = Number(/:(\d+):/.exec(printOrigin(written.at([])))![1])
  const line = (...path: (string | number)[]) =>
    Number(/:(\d+):/.exec(printOrigin(rule!.document.at(['spec', 'http', ...path])))![1]) - first
  assert.equal(rule?.document.spec.http?.length, 2)
  assert.equal(line(0, 'match', 0), 7)
  assert.equal(line(1, 'match', 0), 8)
  assert.equal(line(1, 'headers'), 10)
  assert.equal(line(1, 'mirrors', 0), 13)
  assert.equal(line(1, 'timeout'), 15)
  assert.equal(line(0, 'route', 0), 18)
  assert.equal(line(0, 'route', 1), 19)
  assert.equal(line(0, 'unresolved'), 17)
})

test('a Gateway is served by proxies of its own namespace with its name, and no other has its secret', async () => {
  const pair = await (await testCa('public')).issue({ dns: 'a.test' })
  const listener =
    '[{name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: s}]}}]'
  const { mesh } = viewOf(
    join(
      gatewayClass(),
      edgeGateway(listener),
      pairSecret('edge/s', pair),
      workload({ workload: 'edge/gateway', address: '10.1.1.1', labels: LABEL }),
      workload({ workload: 'other/gateway', address: '10.1.1.2', labels: LABEL }),
      workload({ workload: 'edge/web', address: '10.1.1.3', labels: { app: 'web' } }),
      // Istio's way to name a secret does not lead to other namespaces.
      policy(
        'Gateway',
        'other/istio',
        `{selector: {${GATEWAY_NAME}: edge}, servers: [{port: {number: 444, name: https, protocol: HTTPS}, hosts: ["*"],
          tls: {mode: SIMPLE, credentialName: edge/s, secrets: [edge/s]}}]}`,
      ),
    ),
  )
  const seen = (namespace: string, name: string, certified = true) => {
    const node = nodeOf(mesh, { namespace, workload: name, certified }, { id: '' })
    const set = translate(mesh, node)
    const text = JSON.stringify(set.secret.flat().map(({ body }) => body))
    return `${node.type} ${text.includes('PRIVATE KEY')}`
  }
  assert.equal(seen('edge', 'gateway'), 'gateway true')
  assert.equal(seen('edge', 'gateway', false), 'gateway false')
  // It is a gateway for the Istio Gateway alone.
  assert.equal(seen('other', 'gateway'), 'gateway false')
  assert.equal(seen('edge', 'web'), 'sidecar false')
})

test('what is said of Gateways and routes, with the code and place', () => {
  const said = (...objects: readonly string[]) =>
    references(edgeView(...objects).mesh)
      .filter(({ code }) => code >= 'L0264' && code <= 'L0266')
      .map(({ code, severity, text }) => `${code} ${severity} ${text}`)
  const [unknown] = said(edgeGateway(HTTP).replace('lotse', 'none'))
  assert.match(unknown!, /^L0264 warning there is no GatewayClass none/)
  assert.deepEqual(
    said(edgeGateway(HTTP).replace('lotse', 'its'), gatewayClass('its', 'a.test/b')),
    [],
  )
  const [nobody] = said(edgeGateway(HTTP).replace('name: edge', 'name: lonely'))
  assert.match(nobody!, /^L0264 warning no workload of the namespace edge has the label/)
  const [address] = said(edgeGateway(HTTP, ', addresses: [{value: 10.9.9.9}]'))
  assert.match(address!, /^L0264 warning no workload has one of these addresses/)
  const [listener] = said(edgeGateway('[{name: a, port: 80, protocol: TCP}]'))
  assert.match(listener!, /^L0264 error .*\(listener a: UnsupportedProtocol\)$/)
  const [parent] = said(route('r', '[{}]'))
  assert.equal(parent, 'L0265 warning there is no Gateway edge/edge')
  const [backend] = said(edgeGateway(HTTP), route('r', `[{${to('none')}}]`))
  assert.equal(backend, 'L0266 warning there is no Service edge/none (BackendNotFound)')
})

test('what is wrong with one object by itself', () => {
  const codes = (kind: string, spec: string) => {
    const view = viewOf(gatewayApi(kind, 'edge/x', spec))
    const [document] =
      view.mesh.tables[kind === 'Gateway' ? 'KubernetesGateway' : 'HTTPRoute'].rows.values()
    return validate(document!).map(({ code }) => code)
  }
  const rule = (text: string) => codes('HTTPRoute', `{rules: [{${text}}]}`)
  const listener = (text: string) =>
    codes(
      'Gateway',
      `{gatewayClassName: c, listeners: [{name: a, port: 80, protocol: HTTP${text}}]}`,
    )
  assert.deepEqual(rule(to('a')), [])
  assert.deepEqual(rule('matches: [{path: {value: a}}]'), ['L0211'])
  for (const path of ['/a//b', '/a/../b', '/a/.', '/a%2Fb', '/a#b']) {
    assert.deepEqual(rule(`matches: [{path: {value: "${path}"}}]`), ['L0211'], path)
  }
  assert.deepEqual(rule('matches: [{path: {type: RegularExpression, value: "("}}]'), ['L0210'])
  assert.deepEqual(rule('matches: [{headers: [{name: a b, value: v}]}]'), ['L0216'])
  assert.deepEqual(rule('matches: [{headers: [{name: a, type: RegularExpression, value: "*"}]}]'), [
    'L0210',
  ])
  const filters = (text: string) => rule(`filters: [${text}]`)
  assert.deepEqual(filters('{type: URLRewrite}'), ['L0106'])
  assert.deepEqual(filters('{type: URLRewrite, urlRewrite: {}, cors: {}}'), ['L0205'])
  const redirect = '{type: RequestRedirect, requestRedirect: {scheme: https}}'
  assert.deepEqual(filters(redirect), [])
  assert.deepEqual(filters(`${redirect}, ${redirect}`), ['L0205'])
  assert.deepEqual(filters(`${redirect}, {type: URLRewrite, urlRewrite: {}}`), ['L0205'])
  assert.deepEqual(rule(`filters: [${redirect}], ${to('a')}`), ['L0205'])
  assert.deepEqual(filters('{type: RequestRedirect, requestRedirect: {statusCode: 304}}'), [
    'L0207',
  ])
  const rewrite = (path: string) => `{type: URLRewrite, urlRewrite: {path: {${path}}}}`
  assert.deepEqual(filters(rewrite('type: ReplaceFullPath, replacePrefixMatch: /')), ['L0218'])
  const prefix = `filters: [${rewrite('type: ReplacePrefixMatch, replacePrefixMatch: /')}]`
  assert.deepEqual(rule(prefix), [])
  assert.deepEqual(rule(`matches: [{path: {type: Exact, value: /}}], ${prefix}`), ['L0218'])
  assert.deepEqual(rule(`matches: [{}, {}], ${prefix}`), ['L0218'])
  const mirror = 'backendRef: {name: a, port: 80}, fraction: {numerator: 3, denominator: 2}'
  assert.deepEqual(filters(`{type: RequestMirror, requestMirror: {${mirror}}}`), ['L0206'])
  const header = 'requestHeaderModifier: {set: [{name: a, value: "b\\nc"}], remove: ["a b"]}'
  assert.deepEqual(filters(`{type: RequestHeaderModifier, ${header}}`), ['L0216', 'L0216'])
  assert.deepEqual(codes('HTTPRoute', '{hostnames: ["*", 1.2.3.4, a.*]}'), [
    'L0203',
    'L0201',
    'L0201',
  ])
  assert.deepEqual(listener(''), [])
  assert.deepEqual(listener(', hostname: 1.2.3.4'), ['L0201'])
  assert.deepEqual(listener(', tls: {mode: Terminate}'), ['L0233'])
  assert.deepEqual(listener(', allowedRoutes: {namespaces: {from: Selector}}'), ['L0228'])
  const twice = '{name: a, port: 80, protocol: HTTP}, {name: a, port: 81, protocol: HTTP}'
  assert.deepEqual(codes('Gateway', `{gatewayClassName: c, listeners: [${twice}]}`), ['L0214'])
  const addresses = '{value: x}, {type: Hostname, value: "a b"}, {type: NamedAddress, value: a}, {}'
  assert.deepEqual(
    codes(
      'Gateway',
      `{gatewayClassName: c, listeners: [{name: a, port: 80, protocol: HTTP}], addresses: [${addresses}]}`,
    ),
    ['L0223', 'L0201', 'L0223', 'L0223'] satisfies Code[],
  )
})

test('the two kinds that are called Gateway are told apart by their group', () => {
  const kind = (apiVersion: string) =>
    check({ apiVersion, kind: 'Gateway', metadata: { name: 'a' }, spec: {} })
  assert.equal(kind('networking.istio.io/v1').content?.kind, 'Gateway')
  const other = kind('gateway.networking.k8s.io/v1')
  assert.equal(other.about, 'KubernetesGateway/default/a')
  assert.equal(other.findings[0]?.code, 'L0106')
  assert.equal(kind('gateway.networking.k8s.io/v9').findings[0]?.code, 'L0103')
  assert.ok(Object.hasOwn(CODES, 'L0103'))
  assert.equal(kind('other.test/v1').refused, false)
})

test('precedence goes by the hostname that a route wrote, not by what it has in common with the listener', () => {
  const listener = '[{name: http, port: 80, protocol: HTTP, hostname: a.b.test}]'
  const host = (list: string) => `, hostnames: [${list}]`
  const view = edgeView(
    edgeGateway(listener),
    route('any', `[{name: any, ${to('one')}}]`),
    route('wide', `[{name: wide, ${to('one')}}]`, host('"*.test"'), 1),
    route('near', `[{name: near, ${to('one')}}]`, host('"*.b.test", "*.test"'), 2),
    route('exact', `[{name: exact, ${to('one')}}]`, host('a.b.test'), 3),
  )
  const rules = attachedRules(view, '')
  assert.deepEqual(
    rules.map(({ hosts, document }) => [hosts, document.spec.http?.map(({ name }) => name)]),
    [[['a.b.test'], ['exact', 'near', 'wide', 'any']]],
  )
})

test('routes of services: for a library without Envoy a prefix is a pattern; their status has each parent', () => {
  const parents =
    '{group: "", kind: Service, name: one}, {group: "", kind: Service, name: one, port: 9}'
  const rules = `[{matches: [{path: {value: /a.b}}], ${to('one')}}]`
  const spec = `{parentRefs: [${parents}, {group: "", kind: Service, name: none}], rules: ${rules}}`
  const view = (type: 'grpc' | 'sidecar') =>
    viewOf(join(ONE, gatewayApi('HTTPRoute', 'edge/r', spec)), { type, namespace: 'edge' })
  const text = (type: 'grpc' | 'sidecar') => {
    const { mesh, node } = view(type)
    return JSON.stringify(translate(mesh, node))
  }
  assert.ok(text('sidecar').includes('"path_separated_prefix":"/a.b"'))
  assert.ok(text('grpc').includes(JSON.stringify({ regex: '/a\\.b(/.*)?' })))
  assert.ok(!text('grpc').includes('path_separated_prefix'))
  const status = gatewayApiStatuses(view('sidecar'), '').get('HTTPRoute/edge/r')
  assert.deepEqual(
    status?.parents?.map(({ parentRef, conditions }) => [parentRef.port, conditions[0]?.reason]),
    [
      [undefined, 'Accepted'],
      [9, 'NoMatchingParent'],
    ],
  )
  const said = references(view('sidecar').mesh).filter(({ code }) => code === 'L0265')
  assert.deepEqual(
    said.map((one) => one.text),
    ['the Service edge/one has no port 9 (NoMatchingParent)', 'there is no Service edge/none'],
  )
})

test('lotse explain names the line of the route that has a request', () => {
  const { mesh } = edgeView(
    edgeGateway(HTTP),
    route('r', `[{matches: [{path: {value: /a}}], ${to('one', 'none')}}]`),
  )
  const explained = explainIn(mesh, { workload: 'edge/gateway', host: 'any.test', path: '/a/b' })
  assert.ok(!('code' in explained))
  const place = explained.steps.find(({ what }) => what === 'route')?.place
  const written = mesh.tables.HTTPRoute.rows.get('edge/r')!
  assert.equal(place, printOrigin(written.at(['spec', 'rules', 0, 'matches', 0])))
  assert.deepEqual(explained.clusters, [
    { name: 'outbound|80||one.edge.svc.cluster.local', weight: 1 },
    { name: 'UnresolvedBackend', weight: 1 },
  ])
})

test('a changed route leaves the identical virtual hosts of others', () => {
  const routes = (more: string) => [
    gatewayApi('HTTPRoute', 'edge/a', '{parentRefs: [{name: edge}], hostnames: [a.test]}'),
    gatewayApi('HTTPRoute', 'edge/b', `{parentRefs: [{name: edge}], hostnames: [b.test]${more}}`),
  ]
  const first = edgeView(edgeGateway(HTTP), ...routes(''))
  const edited = edgeView(...routes(`, rules: [{${to('one')}}]`)).mesh.tables.HTTPRoute.rows
  const documents = Object.values(first.mesh.tables)
    .flatMap(({ rows }) => [...rows.values()] as Document[])
    .map((one) => (one.metadata.name === 'b' ? edited.get('edge/b')! : one))
  const mesh = nextMesh(first.mesh, { documents, enrolments: [] })
  const hostsIn = (one: Mesh) => {
    const hosts = translate(one, first.node, first.cache).route.flat()[0]?.virtualHosts ?? []
    return new Map(hosts.map((host) => [host.name, host]))
  }
  const [before, after] = [hostsIn(first.mesh), hostsIn(mesh)]
  assert.ok(before.get('a.test:80'))
  assert.equal(after.get('a.test:80'), before.get('a.test:80'))
  assert.notEqual(after.get('b.test:80'), before.get('b.test:80'))
})
