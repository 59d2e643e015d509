// MeshConfig: settings of the whole mesh, and the defaults of its proxies.
import {
  anything,
  boolean,
  duration,
  enumOf,
  type Infer,
  int32,
  later,
  list,
  map,
  number,
  object,
  port,
  string,
  struct,
  uint32,
  unused,
} from '../shape.ts'
import { tcpKeepalive, trafficPolicy } from './destination-rule.ts'
import { extensionProvider } from './extension-provider.ts'
import { labelSelector, labels, localityLbSetting, strings } from './match.ts'
import { customTag } from './telemetry.ts'
import { httpRetry } from './virtual-service.ts'

const tlsConfig = object({
  minProtocolVersion: enumOf('TLS_AUTO', 'TLSV1_2', 'TLSV1_3'),
  ecdhCurves: strings,
  cipherSuites: strings,
})

const tracing = object({
  zipkin: object({ address: string }),
  sampling: number,
  maxPathTagLength: uint32,
  customTags: map(customTag),
  tlsSettings: later(struct),
  lightstep: later(struct),
  datadog: later(struct),
  stackdriver: later(struct),
  openCensusAgent: later(struct),
  enableIstioTags: boolean,
})

const forwardClientCert = enumOf(
  'UNDEFINED',
  'SANITIZE',
  'FORWARD_ONLY',
  'APPEND_FORWARD',
  'SANITIZE_SET',
  'ALWAYS_FORWARD_ONLY',
)

const gatewayTopology = object({
  numTrustedProxies: uint32,
  forwardClientCertDetails: forwardClientCert,
  proxyProtocol: struct,
})

const proxyHeaders = object({
  forwardedClientCert: forwardClientCert,
  setCurrentClientCertDetails: object({
    subject: boolean,
    cert: boolean,
    chain: boolean,
    dns: boolean,
    uri: boolean,
  }),
  requestId: object({ disabled: boolean }),
  server: object({ disabled: boolean, value: string }),
  attemptCount: object({ disabled: boolean }),
  envoyDebugHeaders: object({ disabled: boolean }),
  metadataExchangeHeaders: later(object({ mode: enumOf('UNDEFINED', 'IN_MESH') })),
  preserveHttp1HeaderCase: boolean,
  xForwardedHost: object({ enabled: boolean }),
  xForwardedPort: object({ enabled: boolean }),
})

/** A MeshConfig's defaultConfig; not the kind ProxyConfig, which has only three of these fields. */
const defaultConfig = object({
  concurrency: int32,
  discoveryAddress: later(string),
  drainDuration: duration,
  terminationDrainDuration: duration,
  holdApplicationUntilProxyStarts: unused(
    boolean,
    'lotse proxy always starts the application after its proxy',
  ),
  proxyMetadata: map(string),
  proxyAdminPort: port,
  statusPort: later(int32),
  configPath: later(string),
  binaryPath: later(string),
  serviceCluster: later(string),
  controlPlaneAuthPolicy: later(string),
  statNameLength: unused(int32, 'Envoy has no such limit any more'),
  customConfigFile: later(string),
  tracing,
  gatewayTopology,
  proxyStatsMatcher: unused(
    object({ inclusionPrefixes: strings, inclusionSuffixes: strings, inclusionRegexps: strings }),
    'a proxy keeps all of its statistics already',
  ),
  proxyHeaders,
  envoyAccessLogService: later(struct),
  envoyMetricsService: later(struct),
  envoyMetricsServiceAddress: later(string),
  tracingServiceName: enumOf(
    'APP_LABEL_AND_NAMESPACE',
    'CANONICAL_NAME_ONLY',
    'CANONICAL_NAME_AND_NAMESPACE',
  ),
  runtimeValues: labels,
  extraStatTags: later(strings),
  readinessProbe: later(struct),
  interceptionMode: later(enumOf('REDIRECT', 'TPROXY', 'NONE')),
  meshId: later(string),
  network: string,
  caCertificatesPem: later(strings),
  image: later(struct),
  privateKeyProvider: later(struct),
  sds: later(struct),
  zipkinAddress: later(string),
  connectionSettings: later(struct),
  fileFlushInterval: later(duration),
  fileFlushMinSizeKb: later(uint32),
  statsCompression: later(boolean),
})

const exportTo = strings

export const meshConfig = object({
  outboundTrafficPolicy: object({ mode: enumOf('REGISTRY_ONLY', 'ALLOW_ANY') }),
  inboundTrafficPolicy: object({ mode: enumOf('PASSTHROUGH', 'LOCALHOST') }),
  enableAutoMtls: boolean,
  trustDomain: string,
  trustDomainAliases: strings,
  rootNamespace: string,
  /** Lotse's own: `strict` (default) gives a host to the namespace that claims it first, `istio` to all that claim it. */
  hostOwnership: enumOf('strict', 'istio'),
  caCertificates: later(
    list(
      object(
        { pem: string, spiffeBundleUrl: string, certSigners: strings, trustDomains: strings },
        [['pem', 'spiffeBundleUrl']],
      ),
    ),
  ),
  meshMTLS: tlsConfig,
  tlsDefaults: tlsConfig,
  accessLogFile: string,
  accessLogFormat: string,
  accessLogEncoding: enumOf('TEXT', 'JSON'),
  enableTracing: boolean,
  defaultConfig,
  extensionProviders: list(extensionProvider),
  defaultProviders: object({ tracing: strings, metrics: strings, accessLogging: strings }),
  defaultHttpRetryPolicy: httpRetry,
  defaultInboundHttpRetryPolicy: httpRetry,
  defaultTrafficPolicy: trafficPolicy,
  connectTimeout: duration,
  tcpKeepalive,
  h2UpgradePolicy: enumOf('DO_NOT_UPGRADE', 'UPGRADE'),
  localityLbSetting,
  defaultServiceExportTo: exportTo,
  defaultVirtualServiceExportTo: exportTo,
  defaultDestinationRuleExportTo: exportTo,
  discoverySelectors: list(labelSelector),
  serviceSettings: later(
    list(object({ settings: object({ clusterLocal: boolean }), hosts: strings })),
  ),
  serviceScopeConfigs: later(anything),
  protocolDetectionTimeout: duration,
  pathNormalization: object({
    normalization: enumOf('DEFAULT', 'NONE', 'BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES'),
  }),
  ingressClass: later(string),
  ingressService: later(string),
  ingressSelector: later(string),
  ingressControllerMode: later(enumOf('UNSPECIFIED', 'OFF', 'DEFAULT', 'STRICT')),
  dnsRefreshRate: duration,
  proxyListenPort: port,
  proxyInboundListenPort: port,
  proxyHttpPort: port,
  enableEnvoyAccessLogService: later(boolean),
  disableEnvoyListenerLog: later(boolean),
  enablePrometheusMerge: later(boolean),
  inboundClusterStatName: later(string),
  outboundClusterStatName: later(string),
  verifyCertificateAtClient: boolean,
  configSources: later(list(struct)),
  certificates: later(list(struct)),
  ca: later(struct),
  compliancePolicy: later(string),
  hboneIdleTimeout: later(duration),
})

export type MeshConfig = Infer<typeof meshConfig>
export type DefaultConfig = Infer<typeof defaultConfig>
