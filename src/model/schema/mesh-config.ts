// MeshConfig: settings of the whole mesh, and the defaults of its proxies.
import {
  anything,
  boolean,
  duration,
  enumOf,
  type Infer,
  int32,
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
import { connectionSettings } from './connection-settings.ts'
import { clientTlsSettings, tcpKeepalive, trafficPolicy } from './destination-rule.ts'
import { extensionProvider } from './extension-provider.ts'
import { labelSelector, labels, localityLbSetting, strings, zoneAwareLbSetting } from './match.ts'
import { customTag } from './telemetry.ts'
import { httpRetry } from './virtual-service.ts'

const tlsConfig = object({
  minProtocolVersion: enumOf('TLS_AUTO', 'TLSV1_2', 'TLSV1_3'),
  ecdhCurves: strings,
  cipherSuites: strings,
})

/** By Istio dropped as well. */
const GONE_TRACER = 'Envoy has no such tracer any more; use an extension provider of opentelemetry'
const CALLED = 'a DestinationRule for its host says how it is called'
const AGENT = 'it is about the agent of Istio, which does not run here'

const tracing = object({
  zipkin: object({ address: string }),
  sampling: number,
  maxPathTagLength: uint32,
  customTags: map(customTag),
  tlsSettings: unused(struct, CALLED),
  lightstep: unused(struct, GONE_TRACER),
  datadog: object({ address: string }),
  stackdriver: unused(struct, GONE_TRACER),
  openCensusAgent: unused(struct, GONE_TRACER),
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
  metadataExchangeHeaders: unused(
    object({ mode: enumOf('UNDEFINED', 'IN_MESH') }),
    'proxies exchange no such headers: who a peer is stands in its certificate',
  ),
  preserveHttp1HeaderCase: boolean,
  xForwardedHost: object({ enabled: boolean }),
  xForwardedPort: object({ enabled: boolean }),
})

/** A MeshConfig's defaultConfig; not the kind ProxyConfig, which has only three of these fields. */
const defaultConfig = object({
  concurrency: int32,
  discoveryAddress: unused(string, 'a proxy is told its control plane when it is started (--xds)'),
  drainDuration: duration,
  terminationDrainDuration: duration,
  holdApplicationUntilProxyStarts: unused(
    boolean,
    'lotse proxy always starts the application after its proxy',
  ),
  proxyMetadata: map(string),
  proxyAdminPort: port,
  statusPort: unused(int32, 'health is told where `lotse proxy --probes` says'),
  configPath: unused(string, 'a proxy is started from the folder that --out names'),
  binaryPath: unused(string, 'ENVOY_BIN or the PATH of the machine says which Envoy runs'),
  serviceCluster: unused(
    string,
    'Envoy’s own cluster is named after the workload; traces are named by tracingServiceName',
  ),
  controlPlaneAuthPolicy: unused(string, 'the control plane is always called by mutual TLS'),
  statNameLength: unused(int32, 'Envoy has no such limit any more'),
  customConfigFile: unused(
    string,
    '`lotse bootstrap` writes a file that can be changed before Envoy is started',
  ),
  tracing,
  gatewayTopology,
  proxyStatsMatcher: unused(
    object({ inclusionPrefixes: strings, inclusionSuffixes: strings, inclusionRegexps: strings }),
    'a proxy keeps all of its statistics already',
  ),
  proxyHeaders,
  /** `HOST:PORT`, as that of the next. */
  envoyAccessLogService: object({
    address: string,
    tlsSettings: unused(struct, CALLED),
    tcpKeepalive: unused(struct, CALLED),
  }),
  envoyMetricsService: object({ address: string, tlsSettings: clientTlsSettings, tcpKeepalive }),
  envoyMetricsServiceAddress: unused(string, 'Istio replaced it by envoyMetricsService'),
  tracingServiceName: enumOf(
    'APP_LABEL_AND_NAMESPACE',
    'CANONICAL_NAME_ONLY',
    'CANONICAL_NAME_AND_NAMESPACE',
  ),
  runtimeValues: labels,
  extraStatTags: strings,
  readinessProbe: unused(struct, 'the probe of a workload stands in its WorkloadGroup'),
  interceptionMode: unused(
    enumOf('REDIRECT', 'TPROXY', 'NONE'),
    '`lotse capture` redirects, and the captureMode NONE of a Sidecar does without',
  ),
  meshId: string,
  network: string,
  caCertificatesPem: strings,
  image: unused(
    struct,
    'the Envoy that runs is the one of the machine or of the image that was injected',
  ),
  privateKeyProvider: unused(struct, 'stock Envoy has no provider of private keys'),
  sds: unused(struct, 'Istio dropped it: secrets always come from the control plane'),
  zipkinAddress: unused(string, 'Istio replaced it by tracing.zipkin.address'),
  connectionSettings,
  fileFlushInterval: duration,
  fileFlushMinSizeKb: uint32,
  statsCompression: unused(boolean, AGENT),
})

const exportTo = strings

const addedAuthority = object(
  {
    pem: string,
    spiffeBundleUrl: string,
    certSigners: unused(
      strings,
      'they choose among the signers of a cluster; here the authority of Lotse signs',
    ),
    trustDomains: strings,
  },
  [['pem', 'spiffeBundleUrl']],
)

export const meshConfig = object({
  outboundTrafficPolicy: object({ mode: enumOf('REGISTRY_ONLY', 'ALLOW_ANY') }),
  inboundTrafficPolicy: object({ mode: enumOf('PASSTHROUGH', 'LOCALHOST') }),
  enableAutoMtls: boolean,
  trustDomain: string,
  trustDomainAliases: strings,
  rootNamespace: string,
  /** Lotse's own: `strict` (default) gives a host to the namespace that claims it first, `istio` to all that claim it. */
  hostOwnership: enumOf('strict', 'istio'),
  caCertificates: list(addedAuthority),
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
  zoneAwareLbSetting,
  defaultServiceExportTo: exportTo,
  defaultVirtualServiceExportTo: exportTo,
  defaultDestinationRuleExportTo: exportTo,
  discoverySelectors: list(labelSelector),
  serviceSettings: unused(
    list(object({ settings: object({ clusterLocal: boolean }), hosts: strings })),
    'a mesh of Lotse has one cluster, to which every service is local',
  ),
  serviceScopeConfigs: unused(anything, 'it is for ambient meshes of several clusters'),
  protocolDetectionTimeout: duration,
  pathNormalization: object({
    normalization: enumOf('DEFAULT', 'NONE', 'BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES'),
  }),
  ingressClass: string,
  ingressService: string,
  ingressSelector: string,
  ingressControllerMode: enumOf('UNSPECIFIED', 'OFF', 'DEFAULT', 'STRICT'),
  dnsRefreshRate: duration,
  proxyListenPort: port,
  proxyInboundListenPort: port,
  proxyHttpPort: port,
  enableEnvoyAccessLogService: boolean,
  disableEnvoyListenerLog: boolean,
  enablePrometheusMerge: unused(boolean, AGENT),
  inboundClusterStatName: string,
  outboundClusterStatName: string,
  verifyCertificateAtClient: boolean,
  configSources: unused(list(struct), '--config and --store of `lotse serve` name the sources'),
  certificates: unused(
    list(struct),
    'Istio dropped it: it issued certificates of the control plane by DNS name',
  ),
  ca: unused(
    struct,
    '`lotse serve` has its own authority, or an organisation’s (`lotse ca import`)',
  ),
  compliancePolicy: unused(
    string,
    'meshMTLS and tlsDefaults say which versions, ciphers and curves are used',
  ),
  hboneIdleTimeout: unused(duration, 'it is for ambient meshes: sidecars use no HBONE'),
})

export type MeshConfig = Infer<typeof meshConfig>
export type DefaultConfig = Infer<typeof defaultConfig>
