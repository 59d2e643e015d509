// The gRPC services of xDS, with messages as bytes: they are framed and read here, not by gRPC.
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js'
import type { ResourceType } from '../model/resource.ts'
import type { Mode } from './holdings.ts'

export interface Method {
  readonly mode: Mode
  /** The only type it serves; undefined for all. */
  readonly type: ResourceType | undefined
  readonly definition: MethodDefinition<Buffer, Buffer>
}

function method(path: string, mode: Mode, type?: ResourceType): Method {
  return {
    mode,
    type,
    definition: {
      path,
      requestStream: true,
      responseStream: true,
      requestSerialize: (bytes) => bytes,
      requestDeserialize: (bytes) => bytes,
      responseSerialize: (bytes) => bytes,
      responseDeserialize: (bytes) => bytes,
    },
  }
}

/** Package, service and the word its methods end with. */
const SINGLE: readonly [type: ResourceType, service: string, plural: string][] = [
  ['listener', 'listener.v3.ListenerDiscoveryService', 'Listeners'],
  ['cluster', 'cluster.v3.ClusterDiscoveryService', 'Clusters'],
  ['endpoint', 'endpoint.v3.EndpointDiscoveryService', 'Endpoints'],
  ['route', 'route.v3.RouteDiscoveryService', 'Routes'],
  ['secret', 'secret.v3.SecretDiscoveryService', 'Secrets'],
  ['extensionConfig', 'extension.v3.ExtensionConfigDiscoveryService', 'ExtensionConfigs'],
  ['runtime', 'runtime.v3.RuntimeDiscoveryService', 'Runtime'],
]

const ADS = '/envoy.service.discovery.v3.AggregatedDiscoveryService'

export const METHODS: readonly Method[] = [
  method(`${ADS}/StreamAggregatedResources`, 'sotw'),
  method(`${ADS}/DeltaAggregatedResources`, 'delta'),
  ...SINGLE.flatMap(([type, service, plural]) => [
    method(`/envoy.service.${service}/Stream${plural}`, 'sotw', type),
    method(`/envoy.service.${service}/Delta${plural}`, 'delta', type),
  ]),
  // Virtual hosts exist as delta only.
  method(
    '/envoy.service.route.v3.VirtualHostDiscoveryService/DeltaVirtualHosts',
    'delta',
    'virtualHost',
  ),
]

export const SERVICE: ServiceDefinition = Object.fromEntries(
  METHODS.map(({ definition }) => [definition.path, definition]),
)
