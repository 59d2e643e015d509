// Checks of documents against each other, and that they tell the truth about what translation does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { Cache } from '../../src/model/cache.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import { type Document, type Kind, nameOf } from '../../src/model/document.ts'
import { EMPTY_MESH, type Mesh, nextMesh } from '../../src/model/mesh.ts'
import type { Node } from '../../src/model/node.ts'
import { translate } from '../../src/translate/translate.ts'
import { references } from '../../src/translate/validate/references.ts'

interface Written {
  kind: Kind
  metadata?: { name?: string; namespace?: string; labels?: object; creationTimestamp?: string }
  spec?: object
}

/** Names and namespaces default to `it` and `shop`; the origin of a path is `name:path`. */
function meshOf(yaml: string): Mesh {
  const documents = parseAllDocuments(yaml.replace(/---\n$/, '')).map((parsed): Document => {
    const { kind, metadata, spec } = parsed.toJS() as Written
    const { name = 'it', namespace = 'shop', labels = {}, ...times } = metadata ?? {}
    return {
      kind,
      apiVersion: 'networking.istio.io/v1',
      metadata: { name, namespace, labels: { ...labels }, annotations: {}, ...times },
      spec: spec ?? {},
      at: (path) => ({ source: `${name}:${path.join('.')}`, line: 0, column: 0 }),
    }
  })
  return nextMesh(EMPTY_MESH, { documents, enrolments: [] })
}

function found(yaml: string): string[] {
  return references(meshOf(yaml)).map(
    ({ code, severity, origin }) => `${severity} ${code} ${origin?.source}`,
  )
}

const WEB = `
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80, name: http }, { port: 81, name: http-2 }] }
---
kind: WorkloadEntry
metadata: { name: web-1 }
spec: { address: 10.0.0.1, labels: { app: web, v: '1' } }
---
`
const SUBSET = `
kind: DestinationRule
metadata: { name: rule }
spec: { host: web, subsets: [{ name: v1, labels: { v: '1' } }] }
---
`

function rule(name: string, spec: string, more = ''): string {
  return `kind: VirtualService\nmetadata: { name: ${name}${more} }\nspec: ${spec}\n---\n`
}

function to(destination: string): string {
  return `{ hosts: [web], http: [{ route: [{ destination: ${destination} }] }] }`
}

test('L0240–L0242: hosts, ports and subsets that rules lead to', () => {
  const at = 'a:spec.http.0.route.0.destination'
  const check = (destination: string) => found(WEB + SUBSET + rule('a', to(destination)))
  assert.deepEqual(check('{ host: web }'), [])
  assert.deepEqual(
    check('{ host: WEB.shop.svc.cluster.local, port: { number: 81 }, subset: v1 }'),
    [],
  )
  assert.deepEqual(check('{ host: wbe }'), [`warning L0240 ${at}.host`])
  assert.deepEqual(check('{ host: web, subset: v2 }'), [`warning L0241 ${at}.subset`])
  assert.deepEqual(check('{ host: web, port: { number: 82 } }'), [`warning L0242 ${at}.port`])
  const text = (destination: string, namespace = 'shop') =>
    references(meshOf(WEB + rule('a', to(destination), `, namespace: ${namespace}`))).find(
      ({ severity }) => severity === 'warning',
    )?.text ?? ''
  assert.match(text('{ host: web.shop }'), /write web\.shop\.svc\.cluster\.local$/)
  assert.match(
    text('{ host: web }', 'other'),
    /host web\.other\..*own namespace.*write web\.shop\./,
  )
  const others = `{ hosts: [web], http: [{ route: [{ destination: { host: web } }], mirrors: [{ destination: { host: x } }] }], tcp: [{ route: [{ destination: { host: y } }] }] }`
  assert.deepEqual(found(WEB + rule('a', others)), [
    'warning L0240 a:spec.http.0.mirrors.0.destination.host',
    'warning L0240 a:spec.tcp.0.route.0.destination.host',
  ])
  const wildcard = SUBSET.replace('host: web', "host: '*.shop.svc.cluster.local'")
  assert.deepEqual(found(WEB + wildcard + rule('a', to('{ host: web, subset: v1 }'))), [])
})

test('L0243: gateways that are not there or let nothing in', () => {
  const spec = (host: string) =>
    `{ hosts: [${host}], gateways: [edge], http: [{ route: [{ destination: { host: web } }] }] }`
  const gateway = (hosts: string) =>
    `kind: Gateway\nmetadata: { name: edge }\nspec: { selector: { app: web }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [${hosts}] }] }\n---\n`
  assert.deepEqual(found(WEB + rule('a', spec('a.com'))), ['warning L0243 a:spec.gateways.0'])
  assert.deepEqual(found(WEB + gateway("'*.com'") + rule('a', spec('a.com'))), [])
  assert.deepEqual(found(WEB + gateway("'*.com'") + rule('a', spec("'*'"))), [])
  assert.deepEqual(found(WEB + gateway('b.com') + rule('a', spec('a.com'))), [
    'warning L0243 a:spec.gateways.0',
  ])
  assert.deepEqual(found(WEB + gateway('other/a.com') + rule('a', spec('a.com'))), [
    'warning L0243 a:spec.gateways.0',
  ])
})

test('L0244 and L0249: DestinationRules without a service, and several for one', () => {
  const dr = (name: string, spec: string, more = '') =>
    `kind: DestinationRule\nmetadata: { name: ${name}${more} }\nspec: ${spec}\n---\n`
  assert.deepEqual(found(WEB + dr('a', '{ host: wbe }')), ['warning L0244 a:spec.host'])
  assert.deepEqual(found(WEB + dr('a', "{ host: '*.shop.svc.cluster.local' }")), [])
  assert.deepEqual(found(WEB + dr('a', "{ host: '*.other.svc.cluster.local' }")), [
    'warning L0244 a:spec.host',
  ])
  const full = '{ host: web, trafficPolicy: { tls: { mode: DISABLE } }, subsets: [{ name: v1 }] }'
  const both = ['warning L0249 a:spec.subsets.0', 'warning L0249 a:spec.trafficPolicy']
  assert.deepEqual(
    found(
      WEB +
        dr('b', full, ", creationTimestamp: '2020-01-01T00:00:00Z'") +
        dr('a', full, ", creationTimestamp: '2021-01-01T00:00:00Z'"),
    ),
    both,
  )
  assert.deepEqual(found(WEB + dr('b', full) + dr('a', full, ', namespace: other')), [
    'warning L0244 a:spec.host',
  ])
  assert.deepEqual(
    found(WEB + dr('b', full) + dr('a', '{ host: web, subsets: [{ name: v2 }] }')),
    [],
  )
})

test('L0245: services nobody serves, and selectors that pick nobody', () => {
  const service = (selector: string) =>
    `kind: Service\nmetadata: { name: b }\nspec: { selector: ${selector}, ports: [{ port: 80 }] }\n---\n`
  assert.deepEqual(found(WEB + service('{ app: web, v: "1" }')), [])
  assert.deepEqual(found(WEB + service('{ app: web, v: "2" }')), ['info L0245 b:spec.selector'])
  assert.deepEqual(
    found(
      `kind: ServiceEntry\nspec: { hosts: [a.com], resolution: STATIC, ports: [{ number: 80, name: http }] }`,
    ),
    ['info L0245 it:spec'],
  )
  const policies = (labels: string) => `
kind: Sidecar
metadata: { name: s }
spec: { workloadSelector: { labels: ${labels} } }
---
kind: PeerAuthentication
metadata: { name: p }
spec: { selector: { matchLabels: ${labels} }, mtls: { mode: STRICT } }
---
kind: AuthorizationPolicy
metadata: { name: r, namespace: istio-system }
spec: { selector: { matchLabels: ${labels} }, rules: [{}] }
---
kind: Gateway
metadata: { name: g, namespace: other }
spec: { selector: ${labels}, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ['*'] }] }
---
`
  assert.deepEqual(found(WEB + policies('{ app: web }')), [])
  assert.deepEqual(found(WEB + policies('{ app: web, v: "3" }')), [
    'info L0245 g:spec.selector',
    'info L0245 p:spec.selector',
    'info L0245 r:spec.selector',
    'info L0245 s:spec.workloadSelector',
  ])
  assert.deepEqual(found(policies('{ app: web }')), [], 'without workload entries nothing is known')
})

test('L0246: imports of a Sidecar that match no service and no rule', () => {
  const wild =
    "kind: ServiceEntry\nspec: { hosts: ['*.wild.com'], ports: [{ number: 80, name: http }] }\n---\n"
  const sidecar = (host: string) =>
    found(
      `${WEB}${wild}${rule('a', '{ hosts: [b.com], gateways: [mesh], tcp: [] }')}kind: Sidecar\nspec: { egress: [{ hosts: [${host}] }] }`,
    ).filter((line) => !line.startsWith('info'))
  for (const host of [
    './web.shop.svc.cluster.local',
    "'*/*.shop.svc.cluster.local'",
    'shop/*',
    'none/*',
    '~/*',
    "'*/b.com'",
    './x.wild.com',
  ]) {
    assert.deepEqual(sidecar(host), [], host)
  }
  for (const host of ['./web', 'other/web.shop.svc.cluster.local', "'*/*.a.com'", '*/com']) {
    assert.deepEqual(
      sidecar(host.startsWith("'") ? host : `'${host}'`),
      ['warning L0246 it:spec.egress.0.hosts.0'],
      host,
    )
  }
})

test('L0247: of two rules for a host inside the mesh the older has it, where both are seen', () => {
  const made = (year: number, more = '') => `, creationTimestamp: '${year}-01-01T00:00:00Z'${more}`
  const spec = to('{ host: web }')
  const both = WEB + rule('a', spec, made(2021)) + rule('b', spec, made(2020))
  assert.deepEqual(found(both), ['warning L0247 a:spec.hosts.0'])
  assert.match(
    references(meshOf(both))[0]?.text ?? '',
    /VirtualService\/shop\/b \(b:metadata\.name\)/,
  )
  const edge = spec.replace('{ hosts', '{ gateways: [edge], hosts')
  assert.deepEqual(
    found(WEB + rule('a', edge) + rule('b', spec)).filter((line) => line.includes('L0247')),
    [],
  )
  const full = to('{ host: web.shop.svc.cluster.local }').replace(
    '[web]',
    '[web.shop.svc.cluster.local]',
  )
  const own = full.replace('{ hosts', '{ exportTo: [.], hosts')
  assert.deepEqual(found(WEB + rule('a', own) + rule('b', own, ', namespace: other')), [])
  assert.deepEqual(found(WEB + rule('a', own) + rule('b', full, ', namespace: other')), [
    'warning L0247 b:spec.hosts.0',
    'error L0297 b:spec.hosts.0',
  ])
})

test('L0248: servers that cannot share a port', () => {
  const gateway = (name: string, server: string, selector = '{ app: web }') =>
    `kind: Gateway\nmetadata: { name: ${name} }\nspec: { selector: ${selector}, servers: [{ ${server} }] }\n---\n`
  const http = "port: { number: 80, name: http, protocol: HTTP }, hosts: ['*']"
  const tls = (host: string) =>
    `port: { number: 80, name: tls, protocol: TLS }, hosts: [${host}], tls: { mode: PASSTHROUGH }`
  const tcp = "port: { number: 80, name: tcp, protocol: TCP }, hosts: ['*']"
  const at = 'warning L0248 b:spec.servers.0'
  assert.deepEqual(found(WEB + gateway('a', http) + gateway('b', http)), [])
  assert.deepEqual(found(WEB + gateway('a', http) + gateway('b', tls('a.com'))), [`${at}.port`])
  assert.deepEqual(found(WEB + gateway('a', tcp) + gateway('b', tcp)), [`${at}.port`])
  assert.deepEqual(found(WEB + gateway('a', tls('a.com')) + gateway('b', tls('b.com'))), [])
  assert.deepEqual(found(WEB + gateway('a', tls('a.com')) + gateway('b', tls('./a.com'))), [
    `${at}.hosts.0`,
  ])
  assert.deepEqual(found(WEB + gateway('a', http) + gateway('b', tls('a.com'), '{ v: "1" }')), [])
  assert.deepEqual(found(WEB + gateway('a', http) + gateway('b', `bind: 10.0.0.1, ${tcp}`)), [])
})

test('what is wrong with kinds that protect is told here, with their own codes', () => {
  const peer =
    'kind: PeerAuthentication\nspec: { portLevelMtls: { "80": { mode: STRICT } } }\n---\n'
  const policy = 'kind: AuthorizationPolicy\nspec: { action: DENY }\n'
  assert.deepEqual(found(peer + policy), [
    'error L0271 it:spec.portLevelMtls',
    'warning L0252 it:spec.rules',
  ])
})

test('a cluster that a route names is missing exactly where a warning says so', () => {
  const destinations = [
    '{ host: web }',
    '{ host: web, port: { number: 81 }, subset: v1 }',
    '{ host: wbe }',
    '{ host: web, subset: v2 }',
    '{ host: web, port: { number: 82 } }',
  ]
  for (const destination of destinations) {
    const mesh = meshOf(WEB + SUBSET + rule('a', to(destination)))
    const warned = references(mesh).some(({ code }) => ['L0240', 'L0241', 'L0242'].includes(code))
    const { cluster, route } = translate(mesh, CLIENT, new Cache())
    const clusters = new Set(cluster.flat().map(({ name }) => name))
    const hosts = route.flat().flatMap(({ virtualHosts = [] }) => virtualHosts)
    const named = hosts.flatMap(({ body }) =>
      [...JSON.stringify(body).matchAll(/"cluster":"([^"]+)"/g)].map(([, name]) => name!),
    )
    assert.ok(
      named.some((name) => name.startsWith('outbound|')),
      destination,
    )
    assert.equal(
      named.some((name) => !clusters.has(name)),
      warned,
      destination,
    )
  }
})

const CLIENT: Node = {
  id: 'client',
  type: 'sidecar',
  namespace: 'shop',
  workload: 'client',
  serviceAccount: 'default',
  labels: {},
  address: '10.0.0.9',
  locality: '',
  certified: 'no',
  certificateFolder: '',
}

test('a mesh of many services without a fault: nothing is said, and nothing is done twice', () => {
  const services = Array.from({ length: 300 }, (_, index) => WEB.replaceAll('web', `web${index}`))
  const rules = Array.from({ length: 100 }, (_, index) =>
    rule(`r${index}`, to(`{ host: web${index} }`).replace('[web]', `[web${index}]`)),
  )
  const mesh = meshOf([...services, ...rules].join(''))
  const cache = new Cache()
  assert.deepEqual(references(mesh, cache), [])
  const size = cache.size
  assert.deepEqual(references(mesh, cache), [])
  assert.equal(cache.size, size)
})

test('what is said of one object is not said anew where another changes', () => {
  const lonely = (name: string) => WEB.split('---\n')[0]!.replaceAll('web', name)
  const serving = (name: string) => WEB.split('---\n')[1]!.replaceAll('web', name)
  const documentsIn = (...parts: readonly string[]) => meshOf(parts.join('---\n')).from!.documents
  const [a, b] = [lonely('a'), lonely('b')]
  const x = rule('x', to('{ host: gone }'))
  const first = documentsIn(a, b, x + rule('y', to('{ host: gone }')))
  const edited = documentsIn(a, b, serving('b'), x + rule('y', to('{ host: lost }')))
  const now = edited.map((document) => {
    const same = first.find((old) => nameOf(old) === nameOf(document))
    return same && document.metadata.name !== 'y' ? same : document
  })
  const cache = new Cache()
  const one = nextMesh(EMPTY_MESH, { documents: first, enrolments: [] })
  const before = references(one, cache)
  const two = nextMesh(one, { documents: now, enrolments: [] })
  const after = references(two, cache)
  assert.deepEqual(after, references(two))
  const of = (all: readonly Diagnostic[], words: string, name: string) =>
    all.find(({ text, about }) => text.includes(words) && about?.endsWith(`/${name}`))
  assert.ok(
    of(before, 'is sent there', 'x') && of(before, 'calls to', 'a') && of(before, 'calls to', 'b'),
  )
  assert.equal(of(after, 'is sent there', 'x'), of(before, 'is sent there', 'x'))
  assert.equal(of(after, 'calls to', 'a'), of(before, 'calls to', 'a'))
  assert.equal(of(after, 'calls to', 'b'), undefined)
  assert.match(of(after, 'is sent there', 'y')?.text ?? '', /lost/)
})
