// The clusters by which a proxy reaches a service: one for each port, and one for each port and subset.
import type { LocalityLbEndpoints } from '../../../proto/envoy.d.ts'
import type { Document } from '../../model/document.ts'
import { seconds } from '../../model/duration.ts'
import { endpointsOf, hasProxy } from '../../model/endpoint.ts'
import { memo } from '../../model/memo.ts'
import { ORIGIN } from '../../model/origin.ts'
import type { Resource } from '../../model/resource.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import type { View } from '../../model/view.ts'
import { clusterLimits } from '../connection-settings.ts'
import {
  allTakeMutualTls,
  byAssignment,
  groupedEndpoints,
  type Target,
  toOrigin,
} from '../endpoint.ts'
import { type MergedRule, type Policy, policyFor, type Seen } from '../kinds/destination-rule.ts'
import { someLookForThemselves } from '../kinds/proxy-config.ts'
import { preservesCase } from '../listener/proxy-headers.ts'
import { localityBalance, localityLb } from '../locality.ts'
import { meshConfig, trustDomains } from '../mesh-config.ts'
import { outboundCluster, outboundTcpCluster, serverName } from '../names.ts'
import { defaultTlsParameters, meshTlsParameters } from '../tls-parameters.ts'
import { type ClusterFields, configMetadata, FROM_ADS, resource, typed } from '../typed.ts'
import { clientCredential } from './credential.ts'
import { dynamicDiscovery } from './dynamic-dns.ts'
import { connectionPool, loadBalancing, outlierDetection } from './policy.ts'
import { type ProtocolOptions, protocolOptions, upstreamVersion } from './protocol.ts'
import { statName } from './stat-name.ts'
import {
  automaticMutualTls,
  autoServerName,
  explicitTls,
  type TlsTarget,
  withProxyProtocol,
} from './tls.ts'

export const outboundClusters = memo((view: View, { service, rule }: Seen): readonly Resource[] =>
  Object.freeze(
    service.ports.flatMap((port) => [
      outbound(view, { service, port, rule }),
      ...(rule?.subsets ?? []).map((subset) => outbound(view, { service, port, rule, subset })),
      ...(port.protocol === 'auto' ? [outboundTcp(view, service, port, rule)] : []),
    ]),
  ),
)

function outboundTcp(
  view: View,
  service: Service,
  port: ServicePort,
  rule: MergedRule | undefined,
): Resource {
  const name = outboundTcpCluster(service.hostname, port.number)
  return outbound(view, { service, port: { ...port, protocol: 'TCP' }, rule, name })
}

interface Named extends Target {
  /** Where it is not the one that follows from the others. */
  readonly name?: string
}

function outbound(view: View, target: Named): Resource {
  const { service, port, rule, subset } = target
  const policy = policyFor(view, rule, port.number, subset)
  const name = target.name ?? outboundCluster(service.hostname, port.number, subset?.value.name)
  const config = meshConfig(view)
  const passThrough = policy.loadBalancer?.simple === 'PASSTHROUGH' || toOrigin(view, service)
  const options: ProtocolOptions = {
    pool: policy.connectionPool,
    upgrade: config.h2UpgradePolicy === 'UPGRADE',
    preservesCase: preservesCase(view),
    errorCodes: policy.outlierDetection?.outlierDetectionHttpErrorCodes,
    autoServerName: autoServerName(policy.tls, { ...service, protocol: port.protocol }),
  }
  const body: ClusterFields = {
    [ORIGIN]: originOf(target),
    name,
    ...statName(config.outboundClusterStatName, service, port, subset?.value.name),
    ...clusterLimits(view),
    ...(passThrough
      ? originalDestination()
      : { ...loadBalancing(policy.loadBalancer), ...discovery(view, target, name, options) }),
    ...connectionPool(policy.connectionPool, config, policy),
    ...outlierDetection(
      policy.outlierDetection,
      policy,
      passThrough
        ? {}
        : localityLb(localityBalance(view, service, policy), someLookForThemselves(view, '')),
    ),
    ...protocolOptions(port.protocol, options),
    ...security(view, { ...target, policy, options, passThrough }),
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

/** How Envoy finds the endpoints. */
function discovery(
  view: View,
  target: Target,
  name: string,
  { autoServerName }: ProtocolOptions,
): ClusterFields {
  const { service } = target
  if (service.resolution === 'DYNAMIC_DNS') {
    return dynamicDiscovery(!autoServerName?.auto_san_validation)
  }
  if (byAssignment(view, service)) {
    return { type: 'EDS', eds_cluster_config: { eds_config: FROM_ADS } }
  }
  const isSingle = service.resolution === 'DNS_ROUND_ROBIN'
  const all = groupedEndpoints(view, target)
  const endpoints = isSingle ? firstOf(all) : all
  const load_assignment = { cluster_name: name, endpoints }
  // Envoy resolves exactly one name in this mode, not none.
  if (isSingle && endpoints.length === 0) return { type: 'STATIC', load_assignment }
  return {
    cluster_type: {
      name: 'envoy.cluster.dns',
      typed_config: typed('envoy.extensions.clusters.dns.v3.DnsCluster', {
        dns_refresh_rate: seconds(meshConfig(view).dnsRefreshRate),
        respect_dns_ttl: true,
        dns_lookup_family: 'V4_PREFERRED',
        ...(isSingle ? { all_addresses_in_single_endpoint: true } : {}),
      }),
    },
    load_assignment,
  }
}

/** A selector may pick several where only one name can be looked up. */
function firstOf([group]: readonly LocalityLbEndpoints[]): readonly LocalityLbEndpoints[] {
  const [first] = group?.lb_endpoints ?? []
  return group && first ? [{ ...group, lb_endpoints: [first] }] : []
}

interface Secured extends Target {
  readonly policy: Policy
  readonly options: ProtocolOptions
  readonly passThrough: boolean
}

function security(view: View, target: Secured): ClusterFields {
  const { proxyProtocol, origins } = target.policy
  const fields = tlsFields(view, target)
  return proxyProtocol
    ? withProxyProtocol(fields, proxyProtocol.version ?? 'V1', origins.proxyProtocol)
    : fields
}

function tlsFields(view: View, target: Secured): ClusterFields {
  const { service, port, policy, passThrough } = target
  const certified = view.facet('certified') === 'yes'
  const { tls, origins } = policy
  if (tls?.mode && (certified || tls.mode !== 'ISTIO_MUTUAL')) {
    return explicitTls(tls, origins.tls, tlsTarget(view, target, certified))
  }
  const automatic = certified && !tls && !service.external
  if (!automatic || !meshConfig(view).enableAutoMtls) return {}
  if (!passThrough) return automaticMutualTls(tlsTarget(view, target, certified))
  if (!allTakeMutualTls(view, service, port)) return {}
  return explicitTls({ mode: 'ISTIO_MUTUAL' }, undefined, tlsTarget(view, target, certified))
}

function tlsTarget(view: View, target: Secured, certified: boolean): TlsTarget {
  const { service, port, rule, subset, policy, options } = target
  return {
    protocol: port.protocol,
    version: upstreamVersion(port.protocol, options),
    sni: serverName(service, port.number, subset?.value.name),
    identities: certified ? identitiesOf(view, service) : [],
    subjectAltNames: service.subjectAltNames,
    parameters: meshTlsParameters(view),
    otherParameters: defaultTlsParameters(view),
    credential: clientCredential(view, rule, policy.tls?.credentialName),
  }
}

/** Who serves it by SPIFFE ID, so that a client notices an impostor. */
const identitiesOf = memo((view: View, service: Service): readonly string[] => {
  const domains = trustDomains(view)
  const identities = endpointsOf(view, service)
    .filter((endpoint) => hasProxy(view, endpoint))
    .flatMap(({ namespace, serviceAccount }) =>
      domains.map((domain) => `spiffe://${domain}/ns/${namespace}/sa/${serviceAccount}`),
    )
  return Object.freeze([...new Set([...service.subjectAltNames, ...identities])].sort())
})
