// Meshes of any size for measuring: services with endpoints, rules for every tenth, as YAML by file name.

export interface MeshOptions {
  readonly services: number
  /** How endpoints are written: one EndpointSlice a service, or one WorkloadEntry an endpoint. */
  readonly endpoints?: 'slices' | 'entries'
  /** `services`: one file a service with all that belongs to it. `one`: everything in one file. */
  readonly files?: 'services' | 'one'
  /** The HTTP port of all services is 80; with `many` it is one of ten. */
  readonly ports?: 'one' | 'many'
}

/** Endpoints of each service. */
export const ENDPOINTS = 5
/** Every so many-th service has a VirtualService and a DestinationRule with two subsets. */
export const RULES_EVERY = 10
/** Services of one namespace. */
const NAMESPACE_SIZE = 100

/** YAML by file name. */
export function meshFiles(options: MeshOptions): Map<string, string> {
  const files = new Map<string, string>()
  for (let index = 0; index < options.services; index++) {
    files.set(`${serviceName(index)}.yaml`, serviceFile(options, index))
  }
  if (options.files !== 'one') return files
  return new Map([['mesh.yaml', [...files.values()].join('---\n')]])
}

/** What every route holds: how often it is tried again. */
export function meshConfig(delivery: string, attempts: number): string {
  return `apiVersion: mesh.istio.io/v1alpha1
kind: MeshConfig
metadata:
  name: mesh
  namespace: istio-system
  annotations: {lotse/delivery: ${delivery}}
defaultHttpRetryPolicy: {attempts: ${attempts}}
`
}

/** The file of one service, with what a measurement changes in it. */
export function serviceFile(
  options: MeshOptions,
  index: number,
  change: { readonly mark?: string; readonly address?: string; readonly comment?: string } = {},
): string {
  const documents = [service(options, index), ...endpoints(options, index, change.address)]
  if (index % RULES_EVERY === 0) {
    documents.push(rule(index, change.mark ?? 'none'), destinationRule(index))
  }
  const head = change.comment?.replaceAll(/^/gm, '# ').concat('\n') ?? ''
  return head + documents.join('---\n')
}

export function serviceName(index: number): string {
  return `service-${index}`
}

export function namespaceOf(index: number): string {
  return `space-${Math.floor(index / NAMESPACE_SIZE)}`
}

/** Workload of the proxy with this number, which the mesh does not name; proxies are spread over the namespaces. */
export function clientWorkload(
  services: number,
  index: number,
): { namespace: string; name: string; address: string } {
  const spaces = Math.max(1, Math.ceil(services / NAMESPACE_SIZE))
  return {
    namespace: `space-${index % spaces}`,
    name: `client-${index}`,
    address: `10.255.${index >> 8}.${index & 255}`,
  }
}

function portOf({ ports }: MeshOptions, index: number): number {
  return ports === 'many' ? 8000 + (index % 10) : 80
}

function service(options: MeshOptions, index: number): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${serviceName(index)}
  namespace: ${namespaceOf(index)}
  labels:
    app: ${serviceName(index)}
spec:
  clusterIP: 10.96.${index >> 8}.${index & 255}
  ${options.endpoints === 'entries' ? `selector:\n    app: ${serviceName(index)}` : 'type: ClusterIP'}
  ports:
    - name: http
      port: ${portOf(options, index)}
      targetPort: 8080
`
}

function endpointAddress(index: number, endpoint: number): string {
  return `10.${index >> 8}.${index & 255}.${endpoint + 1}`
}

function endpoints(options: MeshOptions, index: number, first: string | undefined): string[] {
  const addresses = Array.from({ length: ENDPOINTS }, (_, at) => endpointAddress(index, at))
  if (first !== undefined) addresses[0] = first
  if (options.endpoints === 'entries') {
    return addresses.map((address, at) => workloadEntry(index, at, address))
  }
  const list = addresses.map(
    (address) => `  - addresses:
      - ${address}
    conditions:
      ready: true
`,
  )
  return [
    `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: ${serviceName(index)}-a
  namespace: ${namespaceOf(index)}
  labels:
    kubernetes.io/service-name: ${serviceName(index)}
addressType: IPv4
ports:
  - name: http
    port: 8080
endpoints:
${list.join('')}`,
  ]
}

function workloadEntry(index: number, at: number, address: string): string {
  return `apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata:
  name: ${serviceName(index)}-${at}
  namespace: ${namespaceOf(index)}
spec:
  address: ${address}
  serviceAccount: ${serviceName(index)}
  labels:
    app: ${serviceName(index)}
    version: v${1 + (at % 2)}
`
}

function rule(index: number, mark: string): string {
  const host = `${serviceName(index)}.${namespaceOf(index)}.svc.cluster.local`
  return `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: ${serviceName(index)}
  namespace: ${namespaceOf(index)}
spec:
  hosts:
    - ${host}
  http:
    - match:
        - headers:
            x-canary:
              exact: ${mark}
      route:
        - destination:
            host: ${host}
            subset: v2
    - route:
        - destination:
            host: ${host}
            subset: v1
          weight: 90
        - destination:
            host: ${host}
            subset: v2
          weight: 10
      timeout: 5s
`
}

function destinationRule(index: number): string {
  return `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: ${serviceName(index)}
  namespace: ${namespaceOf(index)}
spec:
  host: ${serviceName(index)}.${namespaceOf(index)}.svc.cluster.local
  trafficPolicy:
    connectionPool:
      http:
        http2MaxRequests: 1000
  subsets:
    - name: v1
      labels:
        version: v1
    - name: v2
      labels:
        version: v2
`
}
