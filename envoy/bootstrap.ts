// The bootstrap configuration of a proxy: who it is, where its control plane is, and how it proves itself there. Pure.
import type {
  Bootstrap,
  Bootstrap_DynamicResources,
  Cluster,
  ConfigSource,
  Node,
  Typed,
} from '../proto/envoy.d.ts'
import type { ProxySettings } from '../src/model/proxy-settings.ts'
import { type ControlPlaneTls, meshTls } from './mesh-tls.ts'
import { metricsClusters, withSettings } from './metrics.ts'
import { signalStats } from './stats.ts'

export interface Endpoint {
  /** An address, or a name that is resolved again and again. IPv6 without brackets. */
  readonly host: string
  readonly port: number
}

/** The workload a proxy stands beside (or the gateway it is). */
export interface ProxyIdentity {
  readonly namespace: string
  readonly workload: string
  /** Where other workloads call it. */
  readonly address: string
  readonly gateway?: boolean
  readonly labels?: Readonly<Record<string, string>>
  /** `region/zone/subzone`; parts may be missing. */
  readonly locality?: string
  /** Domain suffix of the mesh, `cluster.local` by default. */
  readonly domain?: string
  /** More node metadata, beside LABELS, NAMESPACE, NAME and LOTSE_CERT_DIR. */
  readonly metadata?: Readonly<Record<string, string>>
}

export interface BootstrapOptions {
  readonly proxy: ProxyIdentity
  /** The control plane; with several, the connection goes to one that answers. */
  readonly xds: readonly Endpoint[]
  /** Without it the connection is plain text: for loopback only. */
  readonly tls?: ControlPlaneTls
  /** Default 127.0.0.1:0, a free port, which Envoy tells in its `--admin-address-path` file. */
  readonly admin?: Endpoint
  /** Incremental xDS (default) or state of the world. */
  readonly delta?: boolean
  /** Connections a proxy accepts at most before it refuses more; default 50,000. */
  readonly maxConnections?: number
  /** What the mesh says of how this proxy is started. */
  readonly settings?: ProxySettings
  /** Where statistics are sent, and which; sinks may use the cluster `XDS_CLUSTER`. By default what the service graph needs. */
  readonly stats?: Partial<ReturnType<typeof signalStats>>
}

/** The static cluster that carries the xDS stream. */
export const XDS_CLUSTER = 'xds-grpc'
const RUNTIME_LAYER = 'lotse'

const TYPE = 'type.googleapis.com/' as const

/** The node id in Istio's form, `sidecar~IP~NAME.NS~NS.svc.cluster.local`. */
export function nodeId(proxy: ProxyIdentity): string {
  const { namespace, workload, address } = proxy
  const domain = `${namespace}.svc.${proxy.domain ?? 'cluster.local'}`
  return `${proxy.gateway ? 'router' : 'sidecar'}~${address}~${workload}.${namespace}~${domain}`
}

export function bootstrap(options: BootstrapOptions): Bootstrap {
  return {
    ...withSettings(options.stats ?? signals(options), options.settings, options.tls),
    node: node(options),
    admin: {
      address: socket(options.admin ?? { host: '127.0.0.1', port: 0 }),
      ignore_global_conn_limit: true,
    },
    dynamic_resources: dynamicResources(options.delta ?? true),
    static_resources: {
      clusters: [
        controlPlane(options),
        ...metricsClusters(options.settings, options.tls),
        ...(options.settings?.selfDiscovery ? [LOCAL_CLUSTER] : []),
      ],
    },
    ...(options.settings?.selfDiscovery && {
      cluster_manager: { local_cluster_name: LOCAL_CLUSTER.name },
    }),
    layered_runtime: {
      layers: [
        {
          name: 'static',
          // Regular expressions are limited where they are written; Envoy's default of 100 refuses common ones.
          static_layer: { re2: { max_program_size: { error_level: 32768 } } },
        },
        ...(options.settings?.runtime
          ? [{ name: 'mesh', static_layer: runtimeOf(options.settings.runtime) }]
          : []),
        // What the control plane switches while the proxy runs. One that has none keeps nobody waiting for long.
        {
          name: RUNTIME_LAYER,
          rtds_layer: {
            name: RUNTIME_LAYER,
            rtds_config: { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '2s' },
          },
        },
      ],
    },
    overload_manager: {
      resource_monitors: [
        {
          name: 'envoy.resource_monitors.global_downstream_max_connections',
          typed_config: {
            '@type': `${TYPE}envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig`,
            max_active_downstream_connections: options.maxConnections ?? 50_000,
          } satisfies Typed<'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig'>,
        },
      ],
    },
  }
}

/** The proxies of the same application, of which Envoy only counts how many are in its zone. It starts without them rather than late. */
const LOCAL_CLUSTER = {
  name: 'local_cluster',
  type: 'EDS',
  connect_timeout: '1s',
  eds_cluster_config: {
    eds_config: { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '5s' },
  },
} as const satisfies Cluster

/** Envoy reads numbers and truth values by their own type only. */
function runtimeOf(
  values: Readonly<Record<string, string>>,
): Record<string, string | number | boolean> {
  const typed = (text: string) => {
    if (text === 'true' || text === 'false') return text === 'true'
    return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text
  }
  return Object.fromEntries(Object.entries(values).map(([key, text]) => [key, typed(text)]))
}

/** As Istio's agent has it: `ISTIO_META_NAME` is the metadata NAME. */
function metadataIn(environment: ProxySettings['environment'] = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      name.startsWith('ISTIO_META_') ? [[name.slice('ISTIO_META_'.length), value]] : [],
    ),
  )
}

function signals({ proxy, tls }: BootstrapOptions) {
  return signalStats({ cluster: XDS_CLUSTER, ...(tls ? {} : { nodeId: nodeId(proxy) }) })
}

function node({ proxy, tls, settings }: BootstrapOptions): Node {
  const [region, zone, subZone] = (proxy.locality ?? settings?.locality ?? '').split('/')
  return {
    id: nodeId(proxy),
    cluster: `${proxy.workload}.${proxy.namespace}`,
    metadata: {
      ...metadataIn(settings?.environment),
      ...(settings?.meshId && { MESH_ID: settings.meshId }),
      NAME: proxy.workload,
      NAMESPACE: proxy.namespace,
      ...(proxy.labels && { LABELS: { ...proxy.labels } }),
      ...(tls && { LOTSE_CERT_DIR: tls.certificates }),
      ...proxy.metadata,
    },
    ...(region && {
      locality: { region, ...(zone && { zone }), ...(subZone && { sub_zone: subZone }) },
    }),
  }
}

function dynamicResources(delta: boolean): Bootstrap_DynamicResources {
  // No time limit for the first answer: a proxy is ready when it has its configuration, never before.
  const ads: ConfigSource = { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' }
  return {
    ads_config: {
      api_type: delta ? 'DELTA_GRPC' : 'GRPC',
      transport_api_version: 'V3',
      // The node message lists every extension of the binary, some 60 kB.
      set_node_on_first_message_only: true,
      grpc_services: [
        {
          envoy_grpc: {
            cluster_name: XDS_CLUSTER,
            retry_policy: {
              retry_back_off: { base_interval: '0.25s', max_interval: '10s' },
            },
          },
        },
      ],
    },
    cds_config: ads,
    lds_config: ads,
  }
}

function controlPlane({ xds, tls }: BootstrapOptions): Cluster {
  const numeric = xds.every(({ host }) => isAddress(host))
  return {
    name: XDS_CLUSTER,
    type: numeric ? 'STATIC' : 'STRICT_DNS',
    connect_timeout: '5s',
    load_assignment: {
      cluster_name: XDS_CLUSTER,
      endpoints: [
        { lb_endpoints: xds.map((address) => ({ endpoint: { address: socket(address) } })) },
      ],
    },
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': `${TYPE}envoy.extensions.upstreams.http.v3.HttpProtocolOptions`,
        explicit_http_config: {
          http2_protocol_options: {
            // A control plane that vanished without closing is noticed within 50 s; one that is only busy is not left.
            connection_keepalive: { interval: '30s', timeout: '20s' },
          },
        },
      } satisfies Typed<'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'>,
    },
    upstream_connection_options: {
      tcp_keepalive: { keepalive_probes: 3, keepalive_time: 30, keepalive_interval: 5 },
    },
    ...(tls && { transport_socket: meshTls(tls, { names: [controlPlaneName(tls)] }) }),
  }
}

function controlPlaneName({ trustDomain }: ControlPlaneTls) {
  return { exact: `spiffe://${trustDomain}/ns/istio-system/sa/lotse` }
}

function socket({ host, port }: Endpoint) {
  return { socket_address: { address: host, port_value: port } }
}

function isAddress(host: string): boolean {
  return /^[0-9.]+$/.test(host) || host.includes(':')
}
