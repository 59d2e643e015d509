// Names of clusters in statistics, by MeshConfig's `outboundClusterStatName` and `inboundClusterStatName`.
import type { Cluster } from '../../../proto/envoy.d.ts'
import type { Service, ServicePort } from '../../model/service.ts'

type Named = Pick<Cluster, 'alt_stat_name'>

/** Nothing without a pattern: Envoy takes the cluster's own name. */
export function statName(
  pattern: string | undefined,
  service: Service,
  port: ServicePort,
  subset = '',
): Named {
  if (!pattern) return {}
  const { hostname, namespace, document } = service
  const isKubernetes = document.kind === 'Service'
  const { name } = document.metadata
  const words: Readonly<Record<string, string>> = {
    // Outside of Kubernetes a service has no shorter name than its host (Istio).
    SERVICE: isKubernetes ? `${name}.${namespace}` : hostname,
    SERVICE_NAME: isKubernetes ? name : hostname,
    SERVICE_FQDN: hostname,
    SERVICE_PORT: String(port.number),
    SERVICE_PORT_NAME: port.name,
    TARGET_PORT: String(port.targetPort),
    SUBSET_NAME: subset,
  }
  const alt_stat_name = pattern.replace(/%([A-Z_]+)%/g, (whole, word) => words[word] ?? whole)
  return { alt_stat_name }
}
