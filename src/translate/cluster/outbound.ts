// The clusters by which a proxy reaches a service: one for each port, and one for each port and subset.
import type { Document } from '../../model/document.ts'
import { endpointPort, endpointsOf, hasProxy } from '../../model/endpoint.ts'
import { memo } from '../../model/memo.ts'
import { ORIGIN } from '../../model/origin.ts'
import type { Resource } from '../../model/resource.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import type { View } from '../../model/view.ts'
import {
  destinationRuleFor,
  type MergedRule,
  type Policy,
  policyFor,
} from '../kinds/destination-rule.ts'
import { meshConfig } from '../mesh-config.ts'
import { outboundCluster, outboundTcpCluster, serverName } from '../names.ts'
import { type ClusterFields, configMetadata, FROM_ADS, resource, typed } from '../typed.ts'
import { connectionPool, loadBalancing, outlierDetection } from './policy.ts'
import { protocolOptions } from './protocol.ts'
import { automaticMutualTls, explicitTls, type MutualTls, needsAutoServerName } from './tls.ts'

export const outboundClusters = memo((view: View, service: Service): readonly Resource[] => {
  const rule = destinationRuleFor(view, service)
  return Object.freeze(
    service.ports.flatMap((port) => [
      outbound(view, { service, port, rule }),
      ...(rule?.subsets ?? []).map((subset) => outbound(view, { service, port, rule, subset })),
      ...(port.protocol === 'auto' ? [outboundTcp(view, service, port, rule)] : []),
    ]),
  )
})

function outboundTcp(
  view: View,
  service: Service,
  port: ServicePort,
  rule: MergedRule | undefined,
): Resource {
  const name = outboundTcpCluster(service.hostname, port.number)
  return outbound(view, { service, port: { ...port, protocol: 'TCP' }, rule, name })
}

interface Target {
  readonly service: Service
  readonly port: ServicePort
  readonly rule: MergedRule | undefined
  readonly subset?: MergedRule['subsets'][number]
  /** Where it is not the one that follows from the others. */
  readonly name?: string
}

function outbound(view: View, target: Target): Resource {
  const { service, port, rule, subset } = target
  const policy = policyFor(view, rule, port.number, subset)
  const name = target.name ?? outboundCluster(service.hostname, port.number, subset?.value.name)
  const config = meshConfig(view)
  const passThrough = service.resolution === 'NONE' || policy.loadBalancer?.simple === 'PASSTHROUGH'
  const body: ClusterFields = {
    [ORIGIN]: originOf(target),
    name,
    ...(passThrough ? originalDestination() : discovery(view, target, name)),
    ...(passThrough ? {} : loadBalancing(policy.loadBalancer)),
    ...connectionPool(policy.connectionPool, config.connectTimeout, policy),
    ...outlierDetection(policy.outlierDetection, policy),
    ...protocolOptions(port.protocol, {
      pool: policy.connectionPool,
      autoServerName: needsAutoServerName(policy.tls, port.protocol),
    }),
    ...security(view, target, policy, passThrough),
    ...describe(target),
  }
  return resource('cluster', name, body)
}

function originOf({ service, subset }: Target) {
  return subset ? subset.document.at(subset.path) : service.document.at(['metadata', 'name'])
}

function describe({ rule, subset }: Target): ClusterFields {
  const document: Document | undefined = subset?.document ?? rule?.trafficPolicy?.document
  return document ? { metadata: configMetadata(document) } : {}
}

function originalDestination(): ClusterFields {
  return { type: 'ORIGINAL_DST', lb_policy: 'CLUSTER_PROVIDED' }
}

function discovery(view: View, target: Target, name: string): ClusterFields {
  const { service } = target
  if (service.resolution !== 'DNS' && service.resolution !== 'DNS_ROUND_ROBIN') {
    return { type: 'EDS', eds_cluster_config: { eds_config: FROM_ADS } }
  }
  return {
    cluster_type: {
      name: 'envoy.cluster.dns',
      typed_config: typed('envoy.extensions.clusters.dns.v3.DnsCluster', {
        dns_refresh_rate: '60s',
        respect_dns_ttl: true,
        dns_lookup_family: 'V4_PREFERRED',
        ...(service.resolution === 'DNS_ROUND_ROBIN'
          ? { all_addresses_in_single_endpoint: true }
          : {}),
      }),
    },
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: namedEndpoints(view, target) }],
    },
  }
}

function namedEndpoints(view: View, { service, port, subset }: Target) {
  const wanted = Object.entries(subset?.value.labels ?? {})
  return endpointsOf(view, service)
    .filter(({ labels }) => wanted.every(([name, value]) => labels[name] === value))
    .flatMap((endpoint) => {
      const number = endpointPort(endpoint, port)
      if (number === undefined) return []
      const socket_address = { address: endpoint.address, port_value: number }
      return [
        {
          [ORIGIN]: endpoint.document.at(endpoint.path),
          endpoint: { address: { socket_address } },
          load_balancing_weight: Math.max(1, endpoint.weight),
        },
      ]
    })
}

function security(
  view: View,
  { service, port, subset }: Target,
  policy: Policy,
  passThrough: boolean,
): ClusterFields {
  const certified = view.facet('certified') === 'yes'
  const mutual: MutualTls = {
    protocol: port.protocol,
    sni: serverName(service, port.number, subset?.value.name),
    identities: certified ? identitiesOf(view, service) : [],
  }
  const { tls } = policy
  if (tls?.mode && (certified || tls.mode !== 'ISTIO_MUTUAL')) {
    return explicitTls(tls, policy.origins.tls, mutual)
  }
  const automatic = certified && !tls && !passThrough && !service.external
  return automatic && meshConfig(view).enableAutoMtls ? automaticMutualTls(mutual) : {}
}

/** SPIFFE IDs of the workloads that serve it, so that a client notices an impostor. */
const identitiesOf = memo((view: View, service: Service): readonly string[] => {
  const { trustDomain } = meshConfig(view)
  const identities = endpointsOf(view, service)
    .filter((endpoint) => hasProxy(view, endpoint))
    .map(
      ({ namespace, serviceAccount }) =>
        `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`,
    )
  return Object.freeze([...new Set(identities)].sort())
})
