// Services of resolution DYNAMIC_DNS: Envoy looks up the name of each request (or connection), so hosts may be wildcards.
import type { Any, DnsCacheConfig, Filter, HttpFilter } from '../../../proto/envoy.d.ts'
import { memo } from '../../model/memo.ts'
import type { View } from '../../model/view.ts'
import { HTTP_FILTERS } from '../filters.ts'
import { ALL_HOSTS, importedServices } from '../scope.ts'
import { type ClusterFields, typed } from '../typed.ts'

/** Cluster and filters find the one cache by its name, and must describe it alike. */
const DNS_CACHE: DnsCacheConfig = Object.freeze({
  name: 'dynamic_dns',
  dns_lookup_family: 'V4_PREFERRED',
})

/** Whether this proxy may call a service of that kind. */
export const looksUpHosts = memo((view: View, _: ''): boolean =>
  importedServices(view, ALL_HOSTS).some(({ resolution }) => resolution === 'DYNAMIC_DNS'),
)

/** `insecure`: no TLS that verifies the name looked up, which Envoy has to be told is meant. */
export function dynamicDiscovery(insecure: boolean): ClusterFields {
  return {
    lb_policy: 'CLUSTER_PROVIDED',
    cluster_type: {
      name: 'envoy.clusters.dynamic_forward_proxy',
      typed_config: typed('envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig', {
        dns_cache_config: DNS_CACHE,
        ...(insecure ? { allow_insecure_cluster_options: true } : {}),
      }),
    },
  }
}

/** Looks up the Host before the router runs; does nothing for routes to other clusters. */
const LOOKUP: HttpFilter = Object.freeze({
  name: 'envoy.filters.http.dynamic_forward_proxy',
  typed_config: typed('envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig', {
    dns_cache_config: DNS_CACHE,
    allow_dynamic_host_from_filter_state: true,
  }),
})

/** Does nothing by itself: routes to services of that kind say their port. */
const PORT: HttpFilter = Object.freeze({
  name: HTTP_FILTERS.dynamicPort,
  typed_config: typed('envoy.extensions.filters.http.set_filter_state.v3.Config', {}),
})

export const DYNAMIC_DNS_FILTERS: readonly HttpFilter[] = Object.freeze([PORT, LOOKUP])

/** For a route: a Host without a port is called on that of the service; Envoy's own way is 80 or 443. */
export function usualPort(port: number): Readonly<Record<string, Any>> {
  const set = typed('envoy.extensions.filters.http.set_filter_state.v3.Config', {
    on_request_headers: [
      {
        object_key: 'envoy.upstream.dynamic_port',
        format_string: {
          text_format_source: {
            inline_string: `%CEL(request.host.contains(':') ? '' : '${port}')%`,
          },
        },
        skip_if_empty: true,
      },
    ],
  })
  return { [HTTP_FILTERS.dynamicPort]: set }
}

/** The same for a connection by its server name; stands before the TCP proxy. */
export function dynamicDnsNetworkFilter(port: number): Filter {
  return {
    name: 'envoy.filters.network.sni_dynamic_forward_proxy',
    typed_config: typed(
      'envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig',
      { port_value: port, dns_cache_config: DNS_CACHE },
    ),
  }
}
