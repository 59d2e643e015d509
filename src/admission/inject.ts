// A pod with Lotse's sidecar: what is added, in which order, and how the application's probes reach it still. Pure and idempotent.
import type { Container, Pod, PodSpec } from './pod.ts'
import { type AppProbe, PROBE_PORT, redirectProbes } from './probe.ts'

export interface InjectSettings {
  /** Image with Envoy and `lotse`. */
  readonly image: string
  /** `HOST:PORT` of the control plane, as pods call it. */
  readonly xds: string
  readonly revision: string
}

/** The user that Envoy runs as: its own connections are not captured. */
export const PROXY_UID = 1337

const PROXY = 'istio-proxy'
const CAPTURE = 'istio-init'
const STATUS = 'sidecar.istio.io/status'
const STATE_VOLUME = 'lotse-proxy'
const TOKEN_VOLUME = 'istio-token'
const ROOT_VOLUME = 'istiod-ca-cert'
/** ConfigMap in every namespace, with the mesh's roots. */
export const ROOT_CONFIG_MAP = 'istio-ca-root-cert'
export const ROOT_KEY = 'root-cert.pem'
const TOKEN_PATH = '/var/run/secrets/tokens'
const ROOT_PATH = '/var/run/secrets/istio'
const STATE_PATH = '/var/lib/lotse'
/** Of the proxy's own: the volume itself belongs to root, and keys stand only in a folder that is closed to others. */
const PROXY_PATH = `${STATE_PATH}/proxy`
/** Envoy listens on it only within the pod. */
const ADMIN = '127.0.0.1:15000'

const MUTUAL_TLS_LABEL = 'security.istio.io/tlsMode'

/** Injecting twice gives what injecting once gives: what an earlier injection added is replaced. */
export function inject(pod: Pod, settings: InjectSettings): Pod {
  const spec = without(pod.spec)
  const containers = spec.containers.map(redirectProbes)
  const now = containers.flatMap(({ probes }) => probes)
  const before = probesOf(pod).filter(({ path }) => !now.some((probe) => probe.path === path))
  const { labels = {}, annotations = {} } = pod.metadata ?? {}
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: { ...labels, [MUTUAL_TLS_LABEL]: 'istio' },
      annotations: {
        ...annotations,
        [STATUS]: JSON.stringify({
          revision: settings.revision,
          initContainers: [CAPTURE, PROXY],
          volumes: [STATE_VOLUME, TOKEN_VOLUME, ROOT_VOLUME],
        }),
      },
    },
    spec: {
      ...spec,
      containers: containers.map(({ container }) => container),
      initContainers: [
        captureContainer(settings, annotations),
        proxyContainer(settings, [...before, ...now]),
        ...(spec.initContainers ?? []),
      ],
      volumes: [...(spec.volumes ?? []), ...volumes()],
    },
  }
}

/** The spec as it was before an injection. */
function without(spec: PodSpec): PodSpec {
  const mine = new Set<string>([PROXY, CAPTURE])
  const mounted = new Set<string>([STATE_VOLUME, TOKEN_VOLUME, ROOT_VOLUME])
  return {
    ...spec,
    initContainers: (spec.initContainers ?? []).filter(({ name }) => !mine.has(name)),
    volumes: (spec.volumes ?? []).filter(({ name }) => !mounted.has(name)),
  }
}

/** What an earlier injection leads to the agent already. */
function probesOf({ spec }: Pod): readonly AppProbe[] {
  const proxy = spec.initContainers?.find(({ name }) => name === PROXY)
  const env = proxy?.env as readonly { name: string; value?: string }[] | undefined
  const text = env?.find(({ name }) => name === PROBES)?.value
  return text ? (JSON.parse(text) as AppProbe[]) : []
}

const PROBES = 'LOTSE_PROBES'

/** Runs first and to its end; it alone may change the network of the pod. */
function captureContainer(
  { image }: InjectSettings,
  annotations: Readonly<Record<string, string>>,
): Container {
  const excluded = (name: string) => annotations[`traffic.sidecar.istio.io/${name}`]
  const inbound = [String(PROBE_PORT), excluded('excludeInboundPorts')].filter(Boolean).join(',')
  const ports = excluded('excludeOutboundPorts')
  const ranges = excluded('excludeOutboundIPRanges')
  return {
    name: CAPTURE,
    image,
    command: ['lotse', 'capture', 'apply'],
    args: [
      ...['--uid', String(PROXY_UID), '--exclude-inbound-ports', inbound],
      ...(ports ? ['--exclude-outbound-ports', ports] : []),
      ...(ranges ? ['--exclude-outbound-ranges', ranges] : []),
    ],
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsGroup: 0,
      runAsNonRoot: false,
      runAsUser: 0,
    },
    resources: resources('10m', '32Mi'),
  }
}

/** A native sidecar: it starts before the other init containers and the application, and ends after them. */
function proxyContainer({ image, xds }: InjectSettings, probes: readonly AppProbe[]): Container {
  const field = (fieldPath: string) => ({ valueFrom: { fieldRef: { fieldPath } } })
  const ready = { httpGet: { path: '/healthz/ready', port: PROBE_PORT, scheme: 'HTTP' } }
  return {
    name: PROXY,
    image,
    restartPolicy: 'Always',
    command: ['lotse', 'proxy'],
    args: [
      ...['--workload', '$(POD_NAMESPACE)/$(POD_NAME)', '--address', '$(POD_IP)'],
      ...['--xds', xds, '--admin', ADMIN, '--out', PROXY_PATH],
      ...['--token-file', `${TOKEN_PATH}/istio-token`, '--root-file', `${ROOT_PATH}/${ROOT_KEY}`],
      ...['--probes', `0.0.0.0:${PROBE_PORT}`],
    ],
    env: [
      { name: 'POD_NAME', ...field('metadata.name') },
      { name: 'POD_NAMESPACE', ...field('metadata.namespace') },
      { name: 'POD_IP', ...field('status.podIP') },
      { name: PROBES, value: JSON.stringify(probes) },
    ],
    ports: [{ name: 'lotse-probes', containerPort: PROBE_PORT, protocol: 'TCP' }],
    startupProbe: { ...ready, periodSeconds: 1, failureThreshold: 600 },
    readinessProbe: { ...ready, periodSeconds: 15, failureThreshold: 4, timeoutSeconds: 3 },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsGroup: PROXY_UID,
      runAsNonRoot: true,
      runAsUser: PROXY_UID,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    resources: resources('100m', '128Mi'),
    volumeMounts: [
      { name: STATE_VOLUME, mountPath: STATE_PATH },
      { name: TOKEN_VOLUME, mountPath: TOKEN_PATH, readOnly: true },
      { name: ROOT_VOLUME, mountPath: ROOT_PATH, readOnly: true },
    ],
  }
}

function resources(cpu: string, memory: string): object {
  return { requests: { cpu, memory }, limits: { memory: '1Gi' } }
}

function volumes() {
  return [
    { name: STATE_VOLUME, emptyDir: { medium: 'Memory' } },
    {
      name: TOKEN_VOLUME,
      projected: {
        sources: [
          {
            serviceAccountToken: {
              audience: 'istio-ca',
              expirationSeconds: 43200,
              path: 'istio-token',
            },
          },
        ],
      },
    },
    { name: ROOT_VOLUME, configMap: { name: ROOT_CONFIG_MAP } },
  ]
}
