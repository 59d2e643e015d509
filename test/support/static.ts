// Makes one static bootstrap out of xDS resources, so that `envoy --mode validate` can judge what would come by ADS.

import { XDS_CLUSTER } from '../../envoy/bootstrap.ts'
import type { Bootstrap, Cluster, Listener } from '../../proto/envoy.d.ts'
import { testCa } from './certificates.ts'

type Json = Readonly<Record<string, unknown>>

/** Resources as they would be served; each list may be missing. */
export interface Resources {
  readonly listeners?: readonly object[]
  readonly routes?: readonly object[]
  /** Resources of VHDS, named `ROUTE/HOST`. */
  readonly virtualHosts?: readonly object[]
  readonly clusters?: readonly object[]
  readonly endpoints?: readonly object[]
  readonly secrets?: readonly object[]
  /** `TypedExtensionConfig`s of ECDS. */
  readonly extensions?: readonly object[]
}

export interface StaticOptions {
  /** Keeps the stats access loggers: for an Envoy that runs, not for one that only validates. */
  readonly counting?: boolean
}

const ADDRESS = { socket_address: { address: '127.0.0.1', port_value: 1 } }

/**
 * Every reference over ADS is replaced by the resource it names: RDS, VHDS and ECDS where they are used, EDS in the
 * clusters, SDS by secrets of the same names with keys made here. Throws when a name is referred to that is not served.
 */
export async function asStatic(
  resources: Resources,
  { counting = false }: StaticOptions = {},
): Promise<Bootstrap> {
  const secrets = await standIns(resources.secrets ?? [])
  const filled = fill(resources, counting)
  const clusters = (resources.clusters ?? []).map((one) => endpointsInto(one as Json, resources))
  const xds: Cluster = {
    name: XDS_CLUSTER,
    load_assignment: {
      cluster_name: XDS_CLUSTER,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: ADDRESS } }] }],
    },
  }
  return {
    node: { id: 'validate', cluster: 'validate' },
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } },
    // What stays on demand (ODCDS) needs to know that there is an ADS.
    dynamic_resources: {
      ads_config: {
        api_type: 'DELTA_GRPC',
        transport_api_version: 'V3',
        grpc_services: [{ envoy_grpc: { cluster_name: XDS_CLUSTER } }],
      },
    },
    static_resources: {
      listeners: (resources.listeners ?? []).map((one) => filled(one) as Listener),
      clusters: [...clusters.map((one) => filled(one) as Cluster), xds],
      secrets,
    },
  }
}

/** A function that walks a resource and puts in what it refers to. */
function fill(resources: Resources, counting: boolean): (value: unknown) => unknown {
  const routes = byName(resources.routes)
  const extensions = byName(resources.extensions)
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    const object = { ...(value as Record<string, unknown>) }
    const rds = object.rds as { route_config_name?: string } | undefined
    if (rds?.route_config_name !== undefined) {
      delete object.rds
      const route = need(routes, 'route', rds.route_config_name)
      object.route_config = withVirtualHosts(route, resources.virtualHosts ?? [])
    }
    if (object.config_discovery !== undefined) {
      delete object.config_discovery
      object.typed_config = need(extensions, 'extension', String(object.name)).typed_config
    }
    if (isSecretReference(object)) return { name: object.name }
    if (!counting && Array.isArray(object.access_log)) {
      object.access_log = object.access_log.filter(isNoStats)
    }
    return Object.fromEntries(Object.entries(object).map(([key, part]) => [key, walk(part)]))
  }
  return walk
}

function withVirtualHosts(route: Json, virtualHosts: readonly object[]): Json {
  if (route.vhds === undefined) return route
  const { vhds: _, virtual_hosts: own = [], ...rest } = route
  const loaded = (virtualHosts as Json[]).filter((host) =>
    String(host.name).startsWith(`${String(route.name)}/`),
  )
  return { ...rest, virtual_hosts: [...(own as Json[]), ...loaded] }
}

function endpointsInto(cluster: Json, resources: Resources): Json {
  if (cluster.type !== 'EDS') return cluster
  const { eds_cluster_config: eds, ...rest } = cluster
  const name = (eds as { service_name?: string } | undefined)?.service_name ?? cluster.name
  const all = new Map(
    (resources.endpoints ?? []).map((one) => [(one as Json).cluster_name, one as Json]),
  )
  const load_assignment = all.get(name)
  if (!load_assignment) throw new Error(`no endpoints are served for ${String(name)}`)
  return { ...rest, type: 'STATIC', load_assignment }
}

/** Envoy 1.40 says that a listener with this logger is valid, and then crashes as `--mode validate` ends. */
function isNoStats(log: unknown): boolean {
  return (log as Json).name !== 'envoy.access_loggers.stats'
}

function isSecretReference(object: Json): boolean {
  return (
    object.sds_config !== undefined &&
    typeof object.name === 'string' &&
    Object.keys(object).length === 2
  )
}

/** Secrets of the same names and kinds with a key pair of their own: files are not there, and keys are not shown. */
async function standIns(secrets: readonly object[]) {
  if (secrets.length === 0) return []
  const pair = await (await testCa()).issue({ dns: 'validate.test' })
  const inline = (text: string) => ({ inline_string: text })
  return (secrets as Json[]).map(({ name, ...kind }) =>
    kind.validation_context === undefined
      ? {
          name: String(name),
          tls_certificate: {
            certificate_chain: inline(pair.chainPem),
            private_key: inline(pair.keyPem),
          },
        }
      : {
          name: String(name),
          validation_context: {
            ...withoutFiles(kind.validation_context),
            trusted_ca: inline(pair.rootPem),
          },
        },
  )
}

function withoutFiles(context: unknown): object {
  const { crl: _, watched_directory: __, ...rest } = context as Json
  return rest
}

function byName(list: readonly object[] = []): ReadonlyMap<string, Json> {
  return new Map(list.map((one) => [String((one as Json).name), one as Json]))
}

function need(from: ReadonlyMap<string, Json>, kind: string, name: string): Json {
  const found = from.get(name)
  if (!found) throw new Error(`no ${kind} ${name} is served`)
  return found
}
