// A cluster for a test: the API server with Lotse's definitions, and objects as its controllers and kubelets would make them.
import { definitions } from '../../../src/install/definition.ts'
import type { Cleanup } from '../../support/cleanup.ts'
import { waitFor } from '../../support/wait.ts'
import { type ApiServer, startApiServer } from './api-server.ts'

type Labels = Readonly<Record<string, string>>

export interface PodOptions {
  readonly name: string
  readonly namespace?: string
  readonly address: string
  readonly labels?: Labels
  readonly account?: string
  readonly node?: string
  readonly ready?: boolean
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[]
}

export interface Cluster extends ApiServer {
  namespace(name: string, labels?: Labels): Promise<void>
  account(namespace: string, name: string): Promise<void>
  node(name: string, labels: Labels): Promise<void>
  /** A pod that runs. */
  pod(options: PodOptions): Promise<Record<string, unknown>>
  setReady(namespace: string, name: string, ready: boolean): Promise<void>
  service(named: string, selector: Labels, ports: readonly object[], more?: object): Promise<void>
  /** The endpoint slice of a service, replaced. */
  endpoints(
    service: string,
    ports: readonly object[],
    pods: readonly { readonly name: string; readonly address: string; readonly ready?: boolean }[],
  ): Promise<void>
  /** Creates or replaces a custom resource `namespace/name`, or throws with the server's words. */
  apply(apiVersion: string, plural: string, named: string, spec: object): Promise<void>
  remove(apiVersion: string, plural: string, named: string): Promise<void>
  /** Applies a whole object, as of `lotse install`. */
  install(object: object): Promise<void>
}

export async function startCluster(t: Cleanup): Promise<Cluster> {
  const server = await startApiServer(t)
  for (const definition of definitions()) {
    await server.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition)
  }
  await waitFor(
    'the definitions to be served',
    async () => (await server.call('GET', '/apis/telemetry.istio.io/v1/telemetries')).status,
    (status) => status === 200,
    { timeout: 60_000, every: 50 },
  )
  return { ...server, ...objects(server) }
}

function objects(server: ApiServer): Omit<Cluster, keyof ApiServer> {
  const put = (path: string, name: string, object: object) => replace(server, path, name, object)
  const self: Omit<Cluster, keyof ApiServer> = {
    async namespace(name, labels = {}) {
      await put('/api/v1/namespaces', name, { metadata: { name, labels } })
      await self.account(name, 'default')
    },
    async account(namespace, name) {
      await put(`/api/v1/namespaces/${namespace}/serviceaccounts`, name, { metadata: { name } })
    },
    async node(name, labels) {
      await put('/api/v1/nodes', name, { metadata: { name, labels } })
    },
    pod: (options) => runningPod(server, options),
    async setReady(namespace, name, ready) {
      await patchStatus(server, namespace, name, { conditions: [readiness(ready)] })
    },
    async service(named, selector, ports, more = {}) {
      const [namespace, name = ''] = named.split('/')
      const spec = { selector, ports, ...more }
      await put(`/api/v1/namespaces/${namespace}/services`, name, { metadata: { name }, spec })
    },
    async endpoints(service, ports, pods) {
      const [namespace = '', name = ''] = service.split('/')
      const slice = {
        metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
        addressType: 'IPv4',
        ports,
        endpoints: pods.map((pod) => ({
          addresses: [pod.address],
          conditions: { ready: pod.ready ?? true },
          targetRef: { kind: 'Pod', namespace, name: pod.name },
        })),
      }
      const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`
      await put(path, `${name}-1`, slice)
    },
    async apply(apiVersion, plural, named, spec) {
      const [namespace, name = ''] = named.split('/')
      await put(`/apis/${apiVersion}/namespaces/${namespace}/${plural}`, name, {
        apiVersion,
        kind: kindOf(plural),
        metadata: { name },
        spec,
      })
    },
    async remove(apiVersion, plural, named) {
      const [namespace, name] = named.split('/')
      await server.call('DELETE', `/apis/${apiVersion}/namespaces/${namespace}/${plural}/${name}`)
    },
    install: (object) => install(server, object as Installed),
  }
  return self
}

function kindOf(plural: string): string {
  for (const one of definitions() as { spec: { names: { plural: string; kind: string } } }[]) {
    if (one.spec.names.plural === plural) return one.spec.names.kind
  }
  throw new Error(`there is no kind for ${plural}`)
}

interface Installed {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
}

async function install(server: ApiServer, object: Installed): Promise<void> {
  const { apiVersion, kind, metadata } = object
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const place = metadata.namespace ? `/namespaces/${metadata.namespace}` : ''
  const { status, body } = await server.call(
    'PATCH',
    `${root}${place}/${pluralOf(kind)}/${metadata.name}?fieldManager=test&force=true`,
    object,
    'application/apply-patch+yaml',
  )
  if (status >= 300) throw new Error(`${kind} ${metadata.name}: ${JSON.stringify(body)}`)
}

function pluralOf(kind: string): string {
  const lower = kind.toLowerCase()
  if (lower.endsWith('y')) return `${lower.slice(0, -1)}ies`
  return lower.endsWith('s') ? `${lower}es` : `${lower}s`
}

async function replace(server: ApiServer, path: string, name: string, object: object) {
  const { status, body } = await server.call<{ metadata: { resourceVersion: string } }>(
    'GET',
    `${path}/${name}`,
  )
  if (status === 404) return server.create(path, object)
  const { metadata } = object as { metadata: object }
  const { resourceVersion } = body.metadata
  const next = { ...object, metadata: { ...metadata, resourceVersion } }
  const replaced = await server.call('PUT', `${path}/${name}`, next)
  if (replaced.status >= 300) throw new Error(`${path}/${name}: ${JSON.stringify(replaced.body)}`)
  return replaced.body
}

async function runningPod(server: ApiServer, options: PodOptions) {
  const { name, namespace = 'default', address, labels = {}, account = 'default' } = options
  const path = `/api/v1/namespaces/${namespace}/pods`
  await server.create(path, {
    metadata: { name, labels },
    spec: {
      serviceAccountName: account,
      ...(options.node ? { nodeName: options.node } : {}),
      containers: [{ name: 'app', image: 'app', ports: options.ports ?? [] }],
    },
  })
  return patchStatus(server, namespace, name, {
    phase: 'Running',
    podIP: address,
    podIPs: [{ ip: address }],
    conditions: [readiness(options.ready ?? true)],
  })
}

function readiness(ready: boolean): object {
  return { type: 'Ready', status: ready ? 'True' : 'False' }
}

async function patchStatus(server: ApiServer, namespace: string, name: string, status: object) {
  const answer = await server.call<Record<string, unknown>>(
    'PATCH',
    `/api/v1/namespaces/${namespace}/pods/${name}/status`,
    { status },
    'application/strategic-merge-patch+json',
  )
  if (answer.status >= 300) throw new Error(`${name}: ${JSON.stringify(answer.body)}`)
  return answer.body
}
