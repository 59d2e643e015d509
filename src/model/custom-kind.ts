// Kinds that a Kubernetes cluster has as custom resources, and how it names them.
import { KINDS, type Kind } from './document.ts'
import { SCHEMAS } from './schema/index.ts'

const PLURALS: Partial<Record<Kind, string>> = {
  ServiceEntry: 'serviceentries',
  WorkloadEntry: 'workloadentries',
  AuthorizationPolicy: 'authorizationpolicies',
  Telemetry: 'telemetries',
  GatewayClass: 'gatewayclasses',
  KubernetesGateway: 'gateways',
}

/** Kinds that a cluster has as custom resources by Lotse's or Istio's own definitions. */
export const CUSTOM_KINDS: readonly Kind[] = KINDS.filter(
  (kind) => kind !== 'MeshConfig' && SCHEMAS[kind].apiVersions[0]?.includes('.istio.io/'),
)

/** Kinds of the Kubernetes Gateway API, whose definitions a cluster may have. */
export const GATEWAY_API_KINDS: readonly Kind[] = KINDS.filter(
  (kind) => groupOf(kind) === 'gateway.networking.k8s.io',
)

/** As roles, definitions and paths name the kind. */
export function pluralOf(kind: Kind): string {
  return PLURALS[kind] ?? `${kind.toLowerCase()}s`
}

/** The API group of the kind. */
export function groupOf(kind: Kind): string {
  return SCHEMAS[kind].apiVersions[0]!.split('/')[0]!
}
