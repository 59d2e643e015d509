// A mesh for tests of the Kubernetes Gateway API: a gateway of one class in front of three services without proxies.
import type { TestContext } from 'node:test'
import { CONTROLLER, GATEWAY_NAME } from '../../src/model/gateway-api.ts'
import { type HttpRequest, request } from './http.ts'
import { startMesh, type TestMesh } from './mesh.ts'
import { loopback } from './ports.ts'
import { type Echo, httpUpstream, type Upstream } from './upstreams.ts'
import { join, service, workload } from './workload.ts'

export const PORT = 8080

/** An object `namespace/name` of the Gateway API with its spec as YAML; an age as creation time, years after 2020. */
export function gatewayApi(kind: string, named: string, spec: string, year = 0): string {
  const [namespace, name] = named.split('/')
  return `apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata: {name: ${name}, namespace: ${namespace}, creationTimestamp: "${2020 + year}-01-01T00:00:00Z"}
spec: ${spec}
`
}

export function gatewayClass(name = 'lotse', controller = CONTROLLER): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: ${name}}
spec: {controllerName: ${controller}}
`
}

/** The Gateway `edge/edge`; the listeners are YAML. */
export function edgeGateway(listeners: string, more = ''): string {
  return gatewayApi(
    'Gateway',
    'edge/edge',
    `{gatewayClassName: lotse, listeners: ${listeners}${more}}`,
  )
}

/** A route of the namespace `edge` attached to the Gateway `edge`; the rules are YAML. */
export function route(name: string, rules: string, more = '', year = 0): string {
  const spec = `{parentRefs: [{name: edge}], rules: ${rules}${more}}`
  return gatewayApi('HTTPRoute', `edge/${name}`, spec, year)
}

/** As a rule of a route sends to a service. */
export function to(...names: readonly string[]): string {
  return `backendRefs: [${names.map((name) => `{name: ${name}, port: 80}`).join(', ')}]`
}

export interface Answer {
  readonly status: number
  /** Name of the upstream that answered. */
  readonly by: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly echo: Echo | undefined
}

export interface GatewayMesh {
  readonly mesh: TestMesh
  /** Of the gateway. */
  readonly address: string
  readonly one: Upstream
  readonly two: Upstream
  /** Of the namespace `other`. */
  readonly three: Upstream
  ask(path: string, options?: Partial<HttpRequest>): Promise<Answer>
  /** Replaces the Gateway, routes and grants. Those that are refused are meant so if told. */
  set(...objects: readonly string[]): Promise<void>
}

/** The first objects; the upstreams `one` and `two` are services of the namespace `edge`, port 80. */
export async function startGatewayMesh(
  t: TestContext,
  ...objects: readonly string[]
): Promise<GatewayMesh> {
  const address = loopback()
  const upstream = (name: string) => httpUpstream(t, { name, address: loopback(), port: PORT })
  const [one, two, three] = [await upstream('one'), await upstream('two'), await upstream('three')]
  const bound = (texts: readonly string[]) => join(...texts).replaceAll('ADDRESS', address)
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        gatewayClass(),
        workload({ workload: 'edge/gateway', address, labels: { [GATEWAY_NAME]: 'edge' } }),
        workload({ workload: 'edge/one', address: one.address, labels: { app: 'one' } }),
        workload({ workload: 'edge/two', address: two.address, labels: { app: 'two' } }),
        workload({ workload: 'other/three', address: three.address, labels: { app: 'three' } }),
        service('edge/one', { app: 'one' }, 'http:80:8080'),
        service('edge/two', { app: 'two' }, 'http:80:8080'),
        service('edge/idle', { app: 'idle' }, 'http:80:8080'),
        service('other/three', { app: 'three' }, 'http:80:8080'),
      ),
      'gateway.yaml': bound(objects),
    },
    proxies: ['edge/gateway'],
  })
  return {
    ...{ mesh, address, one, two, three },
    ask: (path, options = {}) => ask({ address, port: PORT, path, host: 'any.test', ...options }),
    set: (...next) => mesh.edit('gateway.yaml', bound(next), { errors: true }),
  }
}

async function ask(options: HttpRequest): Promise<Answer> {
  const { status, headers, body } = await request(options)
  const echo = status === 200 && body.startsWith('{') ? (JSON.parse(body) as Echo) : undefined
  return { status, headers, by: echo?.name, echo }
}

/** Bound to the gateway's own address, since all of a test's proxies are on one host. */
export const OWN_ADDRESS = ', addresses: [{type: IPAddress, value: ADDRESS}]'

/** One listener for plain HTTP. */
export const HTTP = edgeGateway('[{name: http, port: 8080, protocol: HTTP}]', OWN_ADDRESS)
