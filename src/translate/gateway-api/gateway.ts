// Gateways of the Kubernetes Gateway API: whether one is Lotse's, and which workloads serve it.
import type { Document } from '../../model/document.ts'
import { CONTROLLER, GATEWAY_NAME } from '../../model/gateway-api.ts'
import { DOMAIN_SUFFIX, fullName } from '../../model/host.ts'
import { memo } from '../../model/memo.ts'
import type { KubernetesGateway } from '../../model/schema/gateway-api.ts'
import type { View } from '../../model/view.ts'

export type Gateway = Document<KubernetesGateway>

/** Whether its class exists and is Lotse's; all other Gateways are somebody else's business. */
export function isOurs(view: View, { spec }: Gateway): boolean {
  return view.get('GatewayClass', `/${spec.gatewayClassName}`)?.spec.controllerName === CONTROLLER
}

export const ownGateways = memo((view: View, _: ''): readonly Gateway[] =>
  Object.freeze(
    view
      .keys('KubernetesGateway')
      .map((key) => view.get('KubernetesGateway', key)!)
      .filter((gateway) => isOurs(view, gateway)),
  ),
)

/** Addresses of one type that a Gateway asks for. */
export function requested({ spec }: Gateway, type: 'IPAddress' | 'Hostname'): readonly string[] {
  return (spec.addresses ?? []).flatMap((address) =>
    (address.type ?? 'IPAddress') === type && address.value ? [address.value] : [],
  )
}

/** Of a type that Lotse does not have: the Gateway is served by nobody. */
export function hasUnknownAddress({ spec }: Gateway): boolean {
  return (spec.addresses ?? []).some(
    ({ type = 'IPAddress' }) => type !== 'IPAddress' && type !== 'Hostname',
  )
}

/** `namespace/name` of the Services whose workloads are to serve it. */
export function servicesNamed(gateway: Gateway): readonly string[] {
  const suffix = `.svc.${DOMAIN_SUFFIX}`
  return requested(gateway, 'Hostname').flatMap((hostname) => {
    const host = fullName(hostname, gateway.metadata.namespace)
    const whole = host.endsWith('.svc') ? `${host}.${DOMAIN_SUFFIX}` : host
    const [name, namespace, ...rest] = whole.slice(0, -suffix.length).split('.')
    const isService = whole.endsWith(suffix) && rest.length === 0 && namespace !== undefined
    return isService ? [`${namespace}/${name}`] : []
  })
}

export interface Workload {
  readonly namespace: string
  readonly address: string
  readonly label: (name: string) => string | undefined
}

type Selector = Readonly<Record<string, string>>

/**
 * Whether a workload serves the Gateway: one of the Services that the Gateway asks for as addresses picks it, or without
 * such it is of the Gateway's namespace and has its name as label. Where addresses are asked for, it must have one.
 */
export function serves(
  gateway: Gateway,
  workload: Workload,
  selectorOf: (service: string) => Selector | undefined,
): boolean {
  if (hasUnknownAddress(gateway)) return false
  const ips = requested(gateway, 'IPAddress')
  if (ips.length > 0 && !ips.includes(workload.address)) return false
  const services = servicesNamed(gateway)
  if (requested(gateway, 'Hostname').length > 0) {
    return services.some((service) => picks(service, selectorOf(service), workload))
  }
  const { namespace, name } = gateway.metadata
  return workload.namespace === namespace && workload.label(GATEWAY_NAME) === name
}

function picks(service: string, selector: Selector | undefined, workload: Workload): boolean {
  const entries = Object.entries(selector ?? {})
  if (entries.length === 0 || !service.startsWith(`${workload.namespace}/`)) return false
  return entries.every(([name, value]) => workload.label(name) === value)
}

/** Whether this proxy serves the Gateway. */
export function servesHere(view: View, gateway: Gateway): boolean {
  const workload: Workload = {
    namespace: view.facet('namespace')!,
    // Read only where it matters, since it is another for each proxy.
    address: requested(gateway, 'IPAddress').length > 0 ? view.facet('address')! : '',
    label: (name) => view.label(name),
  }
  return serves(gateway, workload, (service) => view.get('Service', service)?.spec.selector)
}

/** The workloads that serve it, as `namespace/name`, with their addresses. */
export const servingWorkloads = memo(
  (view: View, gateway: Gateway): readonly (readonly [key: string, address: string])[] =>
    Object.freeze(
      view.keys('WorkloadEntry').flatMap((key) => {
        const { metadata, spec } = view.get('WorkloadEntry', key)!
        const { address = '' } = spec
        const workload: Workload = {
          ...{ namespace: metadata.namespace, address },
          label: (name) => spec.labels?.[name] ?? metadata.labels[name],
        }
        const selectorOf = (service: string) => view.get('Service', service)?.spec.selector
        return serves(gateway, workload, selectorOf) ? [[key, address] as const] : []
      }),
    ),
)
