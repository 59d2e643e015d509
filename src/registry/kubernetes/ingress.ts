// A Kubernetes Ingress (networking.k8s.io/v1) as the Gateway and the VirtualServices that say the same.
import type { MeshConfig } from '../../model/schema/mesh-config.ts'
import type { KubernetesObject } from './reflector.ts'

interface Backend {
  readonly service?: {
    readonly name: string
    readonly port?: { readonly number?: number; readonly name?: string }
  }
}

interface IngressPath {
  readonly path?: string
  readonly pathType?: 'Exact' | 'Prefix' | 'ImplementationSpecific'
  readonly backend: Backend
}

interface IngressSpec {
  readonly ingressClassName?: string
  readonly defaultBackend?: Backend
  readonly tls?: readonly { readonly hosts?: readonly string[]; readonly secretName?: string }[]
  readonly rules?: readonly {
    readonly host?: string
    readonly http?: { readonly paths?: readonly IngressPath[] }
  }[]
}

/** The number of a service's port by its name. */
export type PortOf = (namespace: string, service: string, name: string) => number | undefined

/** What a MeshConfig says of Ingresses. */
export type IngressSettings = Pick<
  MeshConfig,
  'ingressClass' | 'ingressControllerMode' | 'ingressSelector' | 'ingressService'
>

/** Names of IngressClasses. Whose controller it is stands in the IngressClass, which is not read. */
const CLASS_NAMES = ['lotse', 'istio']
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'

/** The annotation counts before the class (Istio); an Ingress with neither is served in the mode DEFAULT only. */
function isServed(
  { metadata }: KubernetesObject,
  { ingressClassName }: IngressSpec,
  { ingressClass, ingressControllerMode: mode }: IngressSettings,
): boolean {
  const classes = ingressClass ? [ingressClass] : CLASS_NAMES
  const annotated = metadata.annotations?.[CLASS_ANNOTATION]
  if (mode === 'OFF') return false
  if (annotated !== undefined) return classes.includes(annotated)
  if (ingressClassName === undefined) return mode === 'DEFAULT'
  return [...CLASS_NAMES, ...classes].includes(ingressClassName)
}

/** Istio's own gateway has its label from before there was a setting. */
function gatewaySelector({ ingressSelector, ingressService }: IngressSettings) {
  const named = ingressService === 'istio-ingressgateway' ? '' : ingressService
  return { istio: ingressSelector || named || 'ingressgateway' }
}

/** None if it is of another class, or of none. */
export function ingressObjects(
  ingress: KubernetesObject,
  portOf: PortOf,
  settings: IngressSettings = {},
): readonly object[] {
  const { metadata } = ingress
  const spec = (ingress.spec ?? {}) as IngressSpec
  if (!isServed(ingress, spec, settings)) return []
  const { namespace = 'default', name } = metadata
  const { creationTimestamp } = metadata as { readonly creationTimestamp?: string }
  const head = (kind: string, own: string) => ({
    ...{ apiVersion: 'networking.istio.io/v1', kind },
    metadata: { name: own, namespace, ...(creationTimestamp ? { creationTimestamp } : {}) },
  })
  const gateway = `${name}-ingress`
  const rules = byHost(spec)
  return [
    {
      ...head('Gateway', gateway),
      spec: { selector: gatewaySelector(settings), servers: servers(spec) },
    },
    ...[...rules].map(([host, paths], index) => ({
      ...head('VirtualService', `${gateway}-${index}`),
      spec: {
        hosts: [host],
        gateways: [gateway],
        http: paths.flatMap((path) => route(path, namespace, portOf)),
      },
    })),
  ]
}

function servers({ tls = [] }: IngressSpec): object[] {
  const secure = tls.flatMap(({ hosts = ['*'], secretName }, index) =>
    secretName === undefined
      ? []
      : [
          {
            port: { number: 443, name: `https-${index}`, protocol: 'HTTPS' },
            hosts,
            tls: { mode: 'SIMPLE', credentialName: secretName },
          },
        ],
  )
  return [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }, ...secure]
}

/** Of every host, the paths in the order in which they count: exact ones, then the longest. */
function byHost({ rules = [], defaultBackend }: IngressSpec): Map<string, IngressPath[]> {
  const hosts = new Map<string, IngressPath[]>()
  for (const { host = '*', http } of rules) {
    hosts.set(host, [...(hosts.get(host) ?? []), ...(http?.paths ?? [])])
  }
  if (defaultBackend) {
    hosts.set('*', [...(hosts.get('*') ?? []), { path: '/', backend: defaultBackend }])
  }
  for (const [host, paths] of hosts) hosts.set(host, paths.sort(precedence))
  return hosts
}

function precedence(a: IngressPath, b: IngressPath): number {
  return (
    Number(b.pathType === 'Exact') - Number(a.pathType === 'Exact') ||
    (b.path ?? '').length - (a.path ?? '').length
  )
}

/** A prefix counts by whole elements of the path: `/foo` is `/foo` and `/foo/…`, and not `/foobar`. */
function route({ path = '/', pathType, backend }: IngressPath, namespace: string, portOf: PortOf) {
  const { service } = backend
  if (!service) return []
  const port = service.port?.number ?? portOf(namespace, service.name, service.port?.name ?? '')
  const host = `${service.name}.${namespace}.svc.cluster.local`
  const stem = path.replace(/\/+$/, '')
  const match =
    pathType === 'Exact'
      ? [{ uri: { exact: path } }]
      : stem === ''
        ? [{ uri: { prefix: '/' } }]
        : [{ uri: { exact: stem } }, { uri: { prefix: `${stem}/` } }]
  return [
    {
      match,
      route: [{ destination: { host, ...(port === undefined ? {} : { port: { number: port } }) } }],
    },
  ]
}
