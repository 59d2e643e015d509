// Lotse as a Deployment: several replicas, no rights in the kernel, nothing written but in memory and its own volume.
import { INSTALL_DEFAULTS } from './defaults.ts'
import { NAME, PART_OF, type Place } from './roles.ts'

export interface DeploymentSettings extends Place {
  readonly image: string
  readonly proxyImage: string
  readonly replicas: number
  readonly revision: string
  /** As for `lotse serve`; `kubernetes` by default. */
  readonly store?: string
  /** Requests and limits of a replica. */
  readonly resources?: object
  /** More for `lotse serve`. */
  readonly extraArguments?: readonly string[]
}

const LABELS = { ...PART_OF, app: NAME } as const

export const PORTS = { xds: 15010, http: 15080, webhooks: 15017 } as const

const STATE = '/var/lib/lotse'

/** What keeps freed memory from staying with the process: a smaller young generation, and large buffers given back at once. */
export const MEMORY_SETTINGS = {
  NODE_OPTIONS: '--max-semi-space-size=8',
  MALLOC_TRIM_THRESHOLD_: '131072',
} as const

export function deployment(settings: DeploymentSettings): readonly object[] {
  const { namespace, replicas } = settings
  const metadata = { name: NAME, namespace, labels: LABELS }
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        selector: LABELS,
        ports: [
          { name: 'grpc-xds', port: PORTS.xds, targetPort: PORTS.xds },
          { name: 'https-webhooks', port: 443, targetPort: PORTS.webhooks },
          { name: 'http-api', port: PORTS.http, targetPort: PORTS.http },
        ],
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        // How many there are, the autoscaler says: an upgrade must not take away what the load needs.
        selector: { matchLabels: LABELS },
        strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: { metadata: { labels: LABELS }, spec: podSpec(settings) },
      },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: { minAvailable: 1, selector: { matchLabels: LABELS } },
    },
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata,
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: NAME },
        minReplicas: replicas,
        maxReplicas: Math.max(5, replicas),
        metrics: [
          // Needs a metrics adapter for Lotse's own figure; the second one works everywhere.
          {
            type: 'Pods',
            pods: {
              metric: { name: 'lotse_xds_streams' },
              target: { type: 'AverageValue', averageValue: '500' },
            },
          },
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
          },
        ],
      },
    },
  ]
}

function podSpec(settings: DeploymentSettings): object {
  const { image, proxyImage, namespace, revision } = settings
  const { store, resources } = { ...INSTALL_DEFAULTS, ...settings }
  const service = `${NAME}.${namespace}.svc`
  return {
    serviceAccountName: NAME,
    terminationGracePeriodSeconds: 30,
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: LABELS },
      },
    ],
    securityContext: {
      fsGroup: 65532,
      runAsGroup: 65532,
      runAsNonRoot: true,
      runAsUser: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: NAME,
        image,
        command: ['lotse', 'serve'],
        args: [
          ...['--store', store, '--mesh-config-map', `${namespace}/istio`],
          ...['--data', STATE, '--xds', `0.0.0.0:${PORTS.xds}`],
          ...['--http', `0.0.0.0:${PORTS.http}`, '--webhooks', `0.0.0.0:${PORTS.webhooks}`],
          ...['--service', service, '--proxy-image', proxyImage, '--revision', revision],
          ...(settings.extraArguments ?? []),
        ],
        env: Object.entries(MEMORY_SETTINGS).map(([name, value]) => ({ name, value })),
        ports: Object.entries(PORTS).map(([name, containerPort]) => ({ name, containerPort })),
        readinessProbe: { httpGet: { path: '/readyz', port: PORTS.http }, periodSeconds: 5 },
        livenessProbe: { httpGet: { path: '/healthz', port: PORTS.http }, periodSeconds: 10 },
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          readOnlyRootFilesystem: true,
        },
        resources,
        volumeMounts: [
          { name: 'state', mountPath: STATE },
          { name: 'tmp', mountPath: '/tmp' },
        ],
      },
    ],
    volumes: [
      { name: 'state', emptyDir: { medium: 'Memory' } },
      { name: 'tmp', emptyDir: {} },
    ],
  }
}
