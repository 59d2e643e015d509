// DestinationRule: what happens to traffic after routing: load balancing, connection pools, outlier detection, TLS, subsets.
import {
  boolean,
  duration,
  enumOf,
  type Infer,
  int32,
  integer,
  list,
  number,
  object,
  percent,
  port,
  required,
  string,
  uint32,
} from '../shape.ts'
import { labels, localityLbSetting, policySelector, strings, zoneAwareLbSetting } from './match.ts'

const size = integer({ min: 0, max: Number.MAX_SAFE_INTEGER })

const consistentHash = object(
  {
    httpHeaderName: string,
    httpCookie: object({
      name: required(string),
      path: string,
      ttl: duration,
      attributes: list(object({ name: required(string), value: string })),
    }),
    useSourceIp: boolean,
    httpQueryParameterName: string,
    ringHash: object({ minimumRingSize: size }),
    maglev: object({ tableSize: size }),
    minimumRingSize: size,
  },
  [
    ['httpHeaderName', 'httpCookie', 'useSourceIp', 'httpQueryParameterName'],
    ['ringHash', 'maglev'],
  ],
)

const warmup = object({
  duration: required(duration),
  minimumPercent: number,
  aggression: number,
})

export const loadBalancerSettings = object(
  {
    simple: enumOf(
      'UNSPECIFIED',
      'LEAST_CONN',
      'RANDOM',
      'PASSTHROUGH',
      'ROUND_ROBIN',
      'LEAST_REQUEST',
    ),
    consistentHash,
    localityLbSetting,
    zoneAwareLbSetting,
    warmupDurationSecs: duration,
    warmup,
  },
  [['simple', 'consistentHash']],
)

export const tcpKeepalive = object({ probes: uint32, time: duration, interval: duration })

const h2UpgradePolicy = enumOf('DEFAULT', 'DO_NOT_UPGRADE', 'UPGRADE')

export const connectionPoolSettings = object({
  tcp: object({
    maxConnections: int32,
    connectTimeout: duration,
    tcpKeepalive,
    maxConnectionDuration: duration,
    idleTimeout: duration,
  }),
  http: object({
    http1MaxPendingRequests: int32,
    http2MaxRequests: int32,
    maxRequestsPerConnection: int32,
    maxRetries: int32,
    idleTimeout: duration,
    h2UpgradePolicy,
    useClientProtocol: boolean,
    maxConcurrentStreams: int32,
  }),
})

const outlierDetection = object({
  consecutiveErrors: int32,
  splitExternalLocalOriginErrors: boolean,
  consecutiveLocalOriginFailures: uint32,
  consecutiveGatewayErrors: uint32,
  consecutive5xxErrors: uint32,
  interval: duration,
  baseEjectionTime: duration,
  maxEjectionPercent: percent,
  minHealthPercent: percent,
  outlierDetectionHttpErrorCodes: list(integer({ min: 100, max: 599 })),
})

export const clientTlsSettings = object({
  mode: enumOf('DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL'),
  clientCertificate: string,
  privateKey: string,
  caCertificates: string,
  credentialName: string,
  subjectAltNames: strings,
  sni: string,
  insecureSkipVerify: boolean,
  caCrl: string,
})

const settings = {
  loadBalancer: loadBalancerSettings,
  connectionPool: connectionPoolSettings,
  outlierDetection,
  tls: clientTlsSettings,
}

const portTrafficPolicy = object({ ...settings, port: object({ number: port }) })

export const trafficPolicy = object({
  ...settings,
  portLevelSettings: list(portTrafficPolicy),
  tunnel: object({ protocol: string, targetHost: required(string), targetPort: required(port) }),
  proxyProtocol: object({ version: enumOf('V1', 'V2') }),
  retryBudget: object({ percent: number, minRetryConcurrency: uint32, budgetInterval: duration }),
})

const subset = object({ name: required(string), labels, trafficPolicy })

export const destinationRule = object({
  host: required(string),
  trafficPolicy,
  subsets: list(subset),
  exportTo: strings,
  workloadSelector: policySelector,
})

export type DestinationRule = Infer<typeof destinationRule>
export type TrafficPolicy = Infer<typeof trafficPolicy>
export type PortTrafficPolicy = Infer<typeof portTrafficPolicy>
export type LoadBalancerSettings = Infer<typeof loadBalancerSettings>
export type ConsistentHash = Infer<typeof consistentHash>
export type ConnectionPoolSettings = Infer<typeof connectionPoolSettings>
export type OutlierDetection = Infer<typeof outlierDetection>
export type ClientTlsSettings = Infer<typeof clientTlsSettings>
export type TcpKeepalive = Infer<typeof tcpKeepalive>
export type Subset = Infer<typeof subset>
