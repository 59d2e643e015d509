// Kubernetes' own kinds that Lotse reads: Service, EndpointSlice, Namespace, Secret, ConfigMap.
import {
  anything,
  boolean,
  enumOf,
  type Infer,
  int32,
  integerOrString,
  list,
  map,
  object,
  port,
  required,
  string,
  struct,
} from '../shape.ts'
import { labels, strings } from './match.ts'

const servicePort = object({
  name: string,
  protocol: enumOf('TCP', 'UDP', 'SCTP'),
  appProtocol: string,
  port: required(port),
  targetPort: integerOrString,
  nodePort: port,
})

export const service = object({
  ports: list(servicePort),
  selector: labels,
  clusterIP: string,
  clusterIPs: strings,
  type: enumOf('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'),
  externalIPs: strings,
  externalName: string,
  sessionAffinity: string,
  sessionAffinityConfig: struct,
  loadBalancerIP: string,
  loadBalancerSourceRanges: strings,
  loadBalancerClass: string,
  externalTrafficPolicy: string,
  internalTrafficPolicy: string,
  healthCheckNodePort: int32,
  publishNotReadyAddresses: boolean,
  ipFamilies: strings,
  ipFamilyPolicy: string,
  allocateLoadBalancerNodePorts: boolean,
  trafficDistribution: string,
})

const endpoint = object({
  addresses: required(strings),
  conditions: object({ ready: boolean, serving: boolean, terminating: boolean }),
  hostname: string,
  nodeName: string,
  zone: string,
  targetRef: object({
    kind: string,
    namespace: string,
    name: string,
    uid: string,
    apiVersion: string,
    resourceVersion: string,
    fieldPath: string,
  }),
  deprecatedTopology: labels,
  hints: anything,
})

export const endpointSlice = object({
  addressType: required(enumOf('IPv4', 'IPv6', 'FQDN')),
  endpoints: list(endpoint),
  ports: list(object({ name: string, protocol: string, port, appProtocol: string })),
})

export const namespace = object({ finalizers: strings })

export const secret = object({
  type: string,
  /** Base64. */
  data: map(string),
  stringData: map(string),
  immutable: boolean,
})

export const configMap = object({ data: map(string), binaryData: map(string), immutable: boolean })

export type Service = Infer<typeof service>
export type ServicePort = Infer<typeof servicePort>
export type EndpointSlice = Infer<typeof endpointSlice>
export type Endpoint = Infer<typeof endpoint>
export type Namespace = Infer<typeof namespace>
export type Secret = Infer<typeof secret>
export type ConfigMap = Infer<typeof configMap>
