// One static bootstrap out of resources, for `envoy --mode validate`: what each is must be judged, not whether what it names is there.
import { type Resource, TYPE_PREFIX } from '../model/resource.ts'

type Json = Readonly<Record<string, unknown>>

const ADS = 'trial-ads'
const CONNECTION_MANAGER =
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
const ROUTER = 'envoy.extensions.filters.http.router.v3.Router'

/** Types that Envoy can judge so. Endpoints hold addresses and numbers, which are checked before; secrets hold keys. */
export const JUDGED = ['cluster', 'listener', 'route', 'virtualHost', 'extensionConfig'] as const

export function isJudged({ type, body, answer }: Resource): boolean {
  if (answer || !(JUDGED as readonly string[]).includes(type)) return false
  return type !== 'extensionConfig' || isHttpFilter(body as Json)
}

/** Of what an EnvoyFilter adds it is not known where it is used; a module of WebAssembly is where the proxy is, and not here. */
function isHttpFilter({ typed_config: config }: Json): boolean {
  const type = String((config as Json | undefined)?.['@type'])
  return type.includes('.filters.http.') && !type.includes('.filters.http.wasm.')
}

/** A route configuration and its virtual hosts are judged one by one: a change of one costs no more than it. */
export function partsOf(resource: Resource): readonly Resource[] {
  return [resource, ...(resource.virtualHosts ?? [])].filter(isJudged)
}

/** Resources of several proxies may share names and addresses: the second gets others. */
export function trialOf(resources: readonly Resource[]): object {
  const names = new Set([ADS])
  const taken = { names: new Set<string>(), addresses: new Set<string>() }
  const clusters: Json[] = []
  const listeners: Json[] = []
  for (const resource of resources) {
    const body = withoutCrash(resource.body) as Json
    if (resource.type === 'cluster') {
      const name = String(body.name)
      for (const one of clustersFor(body)) clusters.push({ ...one, name: free(names, name) })
    } else {
      const listener = resource.type === 'listener' ? body : carrierOf(resource, body)
      listeners.push(elsewhere(listener, taken))
    }
  }
  const named = new Set(
    resources.flatMap(({ type, body }) => (type === 'cluster' ? [] : [...clusterNames(body)])),
  )
  const standIns = [...named].filter((name) => !names.has(name)).map(standIn)
  return {
    node: { id: 'preflight', cluster: 'preflight' },
    dynamic_resources: {
      ads_config: {
        api_type: 'DELTA_GRPC',
        transport_api_version: 'V3',
        grpc_services: [{ envoy_grpc: { cluster_name: ADS } }],
      },
    },
    static_resources: { clusters: [standIn(ADS), ...standIns, ...clusters], listeners },
    // As in the bootstrap of proxies.
    layered_runtime: {
      layers: [
        { name: 'static', static_layer: { re2: { max_program_size: { error_level: 32768 } } } },
      ],
    },
  }
}

function free(names: Set<string>, name: string): string {
  let chosen = name
  for (let count = 2; names.has(chosen); count++) chosen = `${name}~${count}`
  names.add(chosen)
  return chosen
}

/**
 * Validation also crashes where a cluster that needs no endpoints from the control plane waits for a certificate from it: how
 * such a cluster talks TLS is shown by one that needs them.
 */
function clustersFor(cluster: Json): readonly Json[] {
  const { transport_socket, transport_socket_matches, ...plain } = cluster
  const sockets = { transport_socket, transport_socket_matches }
  if (cluster.type === 'EDS' || !JSON.stringify(sockets).includes('sds_config')) return [cluster]
  const eds_config = { ads: {}, resource_api_version: 'V3' }
  return [plain, { type: 'EDS', eds_cluster_config: { eds_config }, ...sockets }]
}

/** Of two listeners at one address the second is put at another. */
function elsewhere(
  listener: Json,
  taken: { readonly names: Set<string>; readonly addresses: Set<string> },
): Json {
  const named = { ...listener, name: free(taken.names, String(listener.name)) }
  if (!listener.address) return named
  const place = JSON.stringify(listener.address)
  if (!taken.addresses.has(place)) {
    taken.addresses.add(place)
    return named
  }
  const { additional_addresses: _, ...rest } = named as Json
  const count = taken.names.size
  const address = `127.1.${(count >> 8) & 255}.${count & 255}`
  return { ...rest, address: { socket_address: { address, port_value: 1 } } }
}

/** A listener that uses a route configuration, a virtual host or an extension's configuration. */
function carrierOf(resource: Resource, body: Json): Json {
  const filter = resource.type === 'extensionConfig' ? [{ ...body, name: String(body.name) }] : []
  const host = resource.type === 'virtualHost' ? { virtual_hosts: [body] } : {}
  const route = resource.type === 'route' ? body : host
  const { vhds: _, ...configuration } = route as Json
  return {
    name: `${resource.type} ${resource.name}`,
    address: { socket_address: { address: '127.1.0.0', port_value: 1 } },
    filter_chains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: {
              '@type': `${TYPE_PREFIX}${CONNECTION_MANAGER}`,
              stat_prefix: 'trial',
              route_config: { name: resource.name, ...configuration, validate_clusters: false },
              http_filters: [
                ...filter,
                { name: 'router', typed_config: { '@type': `${TYPE_PREFIX}${ROUTER}` } },
              ],
            },
          },
        ],
      },
    ],
  }
}

/** Envoy 1.40 crashes as `--mode validate` ends where loggers of statistics share a scope. */
const CRASHES = 'sharing_name'

function withoutCrash(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutCrash)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([key]) => key !== CRASHES)
  return Object.fromEntries(fields.map(([key, part]) => [key, withoutCrash(part)]))
}

/** Values of fields that name a cluster: some filters look whether it is there. */
function* clusterNames(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, part] of Object.entries(value)) {
    if (typeof part === 'string' && /(^|_)cluster(_name)?$/.test(key)) yield part
    else yield* clusterNames(part)
  }
}

function standIn(name: string): Json {
  return { name, load_assignment: { cluster_name: name } }
}
