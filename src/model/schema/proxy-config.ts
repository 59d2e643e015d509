// ProxyConfig: how the proxies of some workloads are started. EnvoyFilter: raw changes to what they are sent.
import {
  enumOf,
  type Infer,
  int32,
  list,
  map,
  object,
  port,
  string,
  struct,
  unused,
} from '../shape.ts'
import { policySelector, targetRef, workloadSelector } from './match.ts'

export const proxyConfig = object({
  selector: policySelector,
  concurrency: int32,
  environmentVariables: map(string),
  image: unused(
    object({ imageType: string }),
    'the Envoy that runs is the one of the machine or of the image that was injected',
  ),
})

const proxyMatch = object({ proxyVersion: string, metadata: map(string) })

const listenerMatch = object({
  portNumber: port,
  portName: unused(string, 'Istio reads it for the routes of gateways only; write portNumber'),
  filterChain: object({
    name: string,
    sni: string,
    transportProtocol: string,
    applicationProtocols: string,
    filter: object({ name: string, subFilter: object({ name: string }) }),
    destinationPort: port,
  }),
  listenerFilter: string,
  name: string,
})

const routeConfigurationMatch = object({
  portNumber: port,
  portName: string,
  gateway: string,
  vhost: object({
    name: string,
    domainName: string,
    route: object({
      name: string,
      action: enumOf('ANY', 'ROUTE', 'REDIRECT', 'DIRECT_RESPONSE'),
    }),
  }),
  name: string,
})

const clusterMatch = object({ portNumber: port, service: string, subset: string, name: string })

const configPatch = object({
  applyTo: enumOf(
    'INVALID',
    'LISTENER',
    'FILTER_CHAIN',
    'NETWORK_FILTER',
    'HTTP_FILTER',
    'ROUTE_CONFIGURATION',
    'VIRTUAL_HOST',
    'HTTP_ROUTE',
    'CLUSTER',
    'EXTENSION_CONFIG',
    'BOOTSTRAP',
    'LISTENER_FILTER',
  ),
  match: object(
    {
      context: enumOf('ANY', 'SIDECAR_INBOUND', 'SIDECAR_OUTBOUND', 'GATEWAY', 'WAYPOINT'),
      proxy: proxyMatch,
      listener: listenerMatch,
      routeConfiguration: routeConfigurationMatch,
      cluster: clusterMatch,
      waypoint: struct,
    },
    [['listener', 'routeConfiguration', 'cluster', 'waypoint']],
  ),
  patch: object({
    operation: enumOf(
      'INVALID',
      'MERGE',
      'ADD',
      'REMOVE',
      'INSERT_BEFORE',
      'INSERT_AFTER',
      'INSERT_FIRST',
      'REPLACE',
      'MERGE_AND_REPLACE_LIST',
    ),
    value: struct,
    filterClass: enumOf('UNSPECIFIED', 'AUTHN', 'AUTHZ', 'STATS'),
  }),
})

export const envoyFilter = object({
  workloadSelector,
  targetRefs: list(targetRef),
  configPatches: list(configPatch),
  priority: int32,
})

export type ProxyConfig = Infer<typeof proxyConfig>
export type EnvoyFilter = Infer<typeof envoyFilter>
export type EnvoyConfigPatch = Infer<typeof configPatch>
