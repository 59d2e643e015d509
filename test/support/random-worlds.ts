// Random worlds of services and rules, as a sidecar and as a gateway have them, with the requests that are for them.
import fc from 'fast-check'
import type { ResourceSet } from '../../src/model/resource.ts'
import { translate } from '../../src/translate/translate.ts'
import type { Dice } from './dice.ts'
import { matchBlock, requestsTo } from './random-requests.ts'
import { viewOf } from './views.ts'
import { join, policy, service, workload } from './workload.ts'

export const PORT = 8000

const SERVICES = [
  ...['web', 'web.shop.svc.cluster.local', 'cart', 'web.else.svc.cluster.local'],
  ...['pods', 'alias'],
]
const RULE_HOSTS = [...SERVICES, '*.shop.svc.cluster.local', 'a.ext.test', '*.ext.test', '*.b.test']
const EDGE_HOSTS = ['a.test', '*.test', 'b.test', '*.b.test', '*.x.b.test', 'a.ext.test']

const request = requestsTo(
  ...['web', 'WEB', 'web:8000', 'web.shop', 'web.shop.svc', 'web.shop.svc.cluster.local'],
  ...[
    'web.shop.svc.cluster.local.',
    'cart',
    'cart.shop:80',
    'web.else',
    'web.else.svc',
    '10.9.0.1',
  ],
  ...['a.ext.test', 'b.ext.test', 'x.b.ext.test', 'ext.test', 'elsewhere', 'q.b.test', 'b.test'],
  ...['pods', 'pod-0.pods', 'pod-0.pods.shop.svc', 'alias', 'alias.shop', 'patched', 'c.test'],
)
const edgeRequest = requestsTo(
  ...[
    'a.test',
    'A.test:8000',
    'b.test',
    'q.b.test',
    'x.b.test',
    'q.x.b.test',
    'c.test',
    'else.where',
  ],
  ...['a.ext.test', 'test', 'a.test.', 'a.test.:8000', 'a.test..', '.'],
)

const mesh = join(
  service('shop/web', { app: 'web' }, `http:${PORT}`, 'http:8001'),
  service('shop/cart', { app: 'cart' }, `http:${PORT}`),
  service('else/web', { app: 'web' }, `grpc:${PORT}`),
  policy(
    'ServiceEntry',
    'shop/ext',
    '{hosts: ["*.ext.test"], ports: [{number: 8000, name: http, protocol: HTTP}]}',
  ),
  policy(
    'ServiceEntry',
    'shop/ip',
    '{hosts: [ip.test], addresses: [10.9.0.1], ports: [{number: 8000, name: http, protocol: HTTP}], resolution: STATIC, endpoints: [{address: 10.9.9.9}]}',
  ),
  '{apiVersion: v1, kind: Service, metadata: {name: pods, namespace: shop}, spec: {clusterIP: None, selector: {app: web}, ports: [{name: http, port: 8000}]}}',
  '{apiVersion: v1, kind: Service, metadata: {name: alias, namespace: shop}, spec: {type: ExternalName, externalName: cart.shop.svc.cluster.local}}',
)

/** Rules with subsets, by exact host or wildcard, in the client's namespace or the service's; some are hidden. */
function destinationRules(random: Dice): string[] {
  return ['web', 'web.else.svc.cluster.local', '"*.shop.svc.cluster.local"', 'pods'].flatMap(
    (host, index) => {
      if (random.chance(0.3)) return []
      const subsets = random.some(['{name: v1, labels: {v: "1"}}', '{name: v2}', '{name: v3}'], 0.6)
      const hidden = random.chance(0.2) ? ', exportTo: ["."]' : ''
      const settings = random.pick([
        '',
        ', trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x-a}}}',
        ', trafficPolicy: {portLevelSettings: [{port: {number: 8000}, connectionPool: {http: {maxRetries: 1}}}]}',
      ])
      const spec = `{host: ${host}, subsets: [${subsets}]${hidden}${settings}}`
      return [policy('DestinationRule', `${random.pick(['shop', 'else'])}/d${index}`, spec)]
    },
  )
}

/** Hosts from elsewhere, found in each of the ways. */
function serviceEntries(random: Dice): string[] {
  const ways = [
    'resolution: STATIC, endpoints: [{address: 10.9.9.8}]',
    'resolution: DNS',
    'resolution: NONE',
    'resolution: DNS, exportTo: ["."]',
  ]
  const ports = ['name: http, protocol: HTTP', 'name: grpc, protocol: GRPC', 'name: any']
  return random.some(['q.b.test', 'b.test', 'c.test'], 0.4).map((host, index) => {
    const port = `ports: [{number: 8000, ${random.pick(ports)}}]`
    const spec = `{hosts: [${host}], ${port}, ${random.pick(ways)}}`
    return policy('ServiceEntry', `${random.pick(['shop', 'else'])}/more${index}`, spec)
  })
}

/** Raw changes to hosts and routes. */
function patches(random: Dice, context: string): string[] {
  const all = [
    `{applyTo: VIRTUAL_HOST, match: {context: ${context}}, patch: {operation: ADD, value: {name: patched, domains: [patched],
      routes: [{match: {prefix: /}, directResponse: {status: 410}}]}}}`,
    `{applyTo: HTTP_ROUTE, match: {context: ${context}}, patch: {operation: INSERT_FIRST, value: {match: {path: /a/b}, directResponse: {status: 410}}}}`,
    `{applyTo: HTTP_ROUTE, match: {context: ${context}, routeConfiguration: {vhost: {route: {action: DIRECT_RESPONSE}}}},
      patch: {operation: MERGE, value: {match: {headers: [{name: x-b, presentMatch: true}]}}}}`,
    `{applyTo: VIRTUAL_HOST, match: {context: ${context}, routeConfiguration: {vhost: {name: "cart.shop.svc.cluster.local:8000"}}}, patch: {operation: REMOVE}}`,
  ]
  const some = random.some(all, 0.25)
  return some.length > 0
    ? [policy('EnvoyFilter', 'shop/patches', `{configPatches: [${some}]}`)]
    : []
}

/** Rules for a host of the list, with every kind of action; some of them for other ports, clients or gateways. */
function virtualService(
  random: Dice,
  name: string,
  hosts: readonly string[],
  gateways: readonly string[],
) {
  const seed = random.below(2 ** 31)
  const blocks = fc.sample(fc.array(matchBlock, { maxLength: 2 }), { numRuns: 5, seed })
  const http = blocks.map((block, index) => ({
    name: `r${index}`,
    ...(block.length > 0 || random.chance(0.3)
      ? { match: block.map((match) => ({ ...match, ...clientOf(random) })) }
      : {}),
    ...action(random),
  }))
  const spec = { hosts: [random.pick(hosts)], ...(gateways.length > 0 ? { gateways } : {}), http }
  return policy('VirtualService', `shop/${name}`, JSON.stringify(spec), random.below(9))
}

/** What only the control plane looks at. */
function clientOf(random: Dice): object {
  if (random.chance(0.8)) return {}
  return random.pick([
    { port: PORT },
    { port: 8001 },
    { sourceLabels: { workload: 'client' } },
    { sourceNamespace: 'else' },
  ])
}

function action(random: Dice): object {
  const destination = () => ({
    destination: {
      host: random.pick([...SERVICES, 'a.ext.test', 'gone']),
      ...(random.chance(0.4) ? { subset: random.pick(['v1', 'v2', 'none']) } : {}),
      ...(random.chance(0.5) ? { port: { number: PORT } } : {}),
    },
    weight: random.below(3) + (random.chance(0.7) ? 1 : 0),
  })
  const roll = random.below(10)
  if (roll === 0) return { directResponse: { status: 418 } }
  if (roll === 1)
    return { redirect: { uri: '/elsewhere', redirectCode: random.pick([301, 302, 307]) } }
  const route = [
    { ...destination(), weight: 1 },
    ...(random.chance(0.4) ? [destination(), destination()] : []),
  ]
  return {
    route,
    ...(random.chance(0.3) ? { rewrite: { uri: '/rewritten', authority: 'b.test' } } : {}),
    ...(random.chance(0.2) ? { mirror: { host: 'cart', port: { number: PORT } } } : {}),
    ...(random.chance(0.2) ? { headers: { request: { set: { 'x-a': 'v' } } } } : {}),
  }
}

export interface World {
  readonly set: ResourceSet
  readonly direction: 'outbound' | 'inbound'
  readonly request: typeof request
}

function around(random: Dice, context: string): string[] {
  return [...destinationRules(random), ...serviceEntries(random), ...patches(random, context)]
}

export function sidecarWorld(random: Dice, address: string): World {
  const scopes = [
    ['*/*'],
    ['*/*'],
    ['./*'],
    ['./*', 'else/*'],
    ['else/*', './cart.shop.svc.cluster.local', '*/*.test'],
  ]
  const calls = [{ port: PORT, protocol: 'HTTP', hosts: random.pick(scopes) }]
  const rules = Array.from({ length: 6 }, (_, index) =>
    virtualService(random, `r${index}`, RULE_HOSTS, []),
  )
  const mode = random.pick(['REGISTRY_ONLY', 'ALLOW_ANY'])
  const config = `{apiVersion: mesh.istio.io/v1alpha1, kind: MeshConfig, outboundTrafficPolicy: {mode: ${mode}}}`
  const client = workload({ workload: 'shop/client', address, calls })
  const yaml = join(mesh, config, client, ...rules, ...around(random, 'SIDECAR_OUTBOUND'))
  const view = viewOf(yaml, { ...NODE, address, labels: { workload: 'client' } })
  return { set: translate(view.mesh, view.node), direction: 'outbound', request }
}

export function edgeWorld(random: Dice, address: string): World {
  const server = (index: number) => ({
    port: { number: PORT, name: `http-${index}`, protocol: 'HTTP' },
    ...{
      bind: address,
      hosts: [random.pick(['*', 'a.test', '*.test', 'shop/*.b.test', 'else/*', 'b.test'])],
    },
    ...(random.chance(0.2) ? { tls: { httpsRedirect: true } } : {}),
  })
  const gateway = JSON.stringify({
    selector: { istio: 'edge' },
    servers: [server(0), server(1), server(2)],
  })
  const rules = Array.from({ length: 7 }, (_, index) =>
    virtualService(random, `r${index}`, EDGE_HOSTS, ['edge']),
  )
  const edge = policy('Gateway', 'shop/edge', gateway)
  const view = viewOf(join(mesh, edge, ...rules, ...around(random, 'GATEWAY')), {
    ...{ ...NODE, address, type: 'gateway', labels: { istio: 'edge' } },
  })
  return { set: translate(view.mesh, view.node), direction: 'outbound', request: edgeRequest }
}

const NODE = { workload: 'client', certified: 'no' } as const
