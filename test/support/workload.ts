// YAML for meshes of tests: a workload with the listeners its proxy binds, services, and rules.

/** Where the proxy takes requests in, and the application behind it. */
export interface Serves {
  readonly port: number
  /** `auto` leaves it out. */
  readonly protocol: string
  readonly application: number
}

export interface Calls {
  readonly port: number
  readonly protocol: string
  /** `namespace/host`; everything by default. */
  readonly hosts?: readonly string[]
}

export interface WorkloadOptions {
  /** `namespace/name`. */
  readonly workload: string
  readonly address: string
  readonly labels?: Readonly<Record<string, string>>
  readonly account?: string
  readonly serves?: readonly Serves[]
  readonly calls?: readonly Calls[]
  readonly locality?: string
}

/** A WorkloadEntry, and a Sidecar that binds its listeners where it serves or calls anything. */
export function workload(options: WorkloadOptions): string {
  const { address, account, serves = [], calls = [], locality } = options
  const [namespace = '', name = ''] = options.workload.split('/')
  const labels = { ...options.labels, workload: name }
  const entry = object('networking.istio.io/v1', 'WorkloadEntry', options.workload, {
    ...{ address, labels },
    ...(account ? { serviceAccount: account } : {}),
    ...(locality ? { locality } : {}),
  })
  if (serves.length === 0 && calls.length === 0) return entry
  const sidecar = object('networking.istio.io/v1', 'Sidecar', `${namespace}/${name}`, {
    workloadSelector: { labels: { workload: name } },
    ingress: serves.map(({ port, protocol, application }) => ({
      ...{ port: portOf(port, protocol), bind: address, captureMode: 'NONE' },
      defaultEndpoint: `127.0.0.1:${application}`,
    })),
    egress: calls.length > 0 ? calls.map(egressAt(address)) : NOTHING,
  })
  return join(entry, sidecar)
}

/** An empty list would be everything. */
const NOTHING = [{ captureMode: 'NONE', hosts: ['~/*'] }]

const egressAt =
  (bind: string) =>
  ({ port, protocol, hosts = ['*/*'] }: Calls) => ({
    ...{ port: portOf(port, protocol), bind, captureMode: 'NONE', hosts },
  })

function portOf(number: number, protocol: string) {
  return protocol === 'auto'
    ? { number, name: `p${number}` }
    : { number, name: `${protocol.toLowerCase()}-${number}`, protocol }
}

/** Ports as `http:8000` or `http:8000:8080` (with the target port); a first part `auto` gives no protocol. */
export function service(
  named: string,
  selector: Readonly<Record<string, string>>,
  ...ports: readonly string[]
): string {
  return object('v1', 'Service', named, {
    selector,
    ports: ports.map((text) => {
      const [protocol, port, target = port] = text.split(':')
      const name = protocol === 'auto' ? `p${port}` : `${protocol}-${port}`
      return { name, port: Number(port), targetPort: Number(target) }
    }),
  })
}

const GROUPS: Readonly<Record<string, string>> = {
  VirtualService: 'networking.istio.io/v1',
  DestinationRule: 'networking.istio.io/v1',
  Gateway: 'networking.istio.io/v1',
  ServiceEntry: 'networking.istio.io/v1',
  Sidecar: 'networking.istio.io/v1',
  PeerAuthentication: 'security.istio.io/v1',
  AuthorizationPolicy: 'security.istio.io/v1',
  RequestAuthentication: 'security.istio.io/v1',
  EnvoyFilter: 'networking.istio.io/v1alpha3',
  WorkloadGroup: 'networking.istio.io/v1',
  ProxyConfig: 'networking.istio.io/v1beta1',
  Telemetry: 'telemetry.istio.io/v1',
  WasmPlugin: 'extensions.istio.io/v1alpha1',
  TrafficExtension: 'extensions.istio.io/v1alpha1',
}

/** A policy `namespace/name` with its spec as YAML; an age as creation time, years after 2020. */
export function policy(kind: string, named: string, spec: string, year = 0): string {
  const [namespace, name] = named.split('/')
  const created = `creationTimestamp: "${2020 + year}-01-01T00:00:00Z"`
  return `apiVersion: ${GROUPS[kind]}
kind: ${kind}
metadata: {name: ${name}, namespace: ${namespace}, ${created}}
spec: ${spec}
`
}

/** A Secret of texts, as Kubernetes has it. */
export function secret(named: string, texts: Readonly<Record<string, string>>): string {
  const [namespace, name] = named.split('/')
  const data = Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  )
  return JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data })
}

export function pairSecret(
  named: string,
  { chainPem, keyPem }: { readonly chainPem: string; readonly keyPem: string },
  more: Readonly<Record<string, string>> = {},
): string {
  return secret(named, { 'tls.crt': chainPem, 'tls.key': keyPem, ...more })
}

export function join(...documents: readonly string[]): string {
  return documents.join('\n---\n')
}

function object(apiVersion: string, kind: string, named: string, spec: object): string {
  const [namespace, name] = named.split('/')
  return JSON.stringify({ apiVersion, kind, metadata: { name, namespace }, spec })
}
