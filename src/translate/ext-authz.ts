// External authorization: the MeshConfig's ext_authz providers as filters that ask them about what CUSTOM policies match.
import type {
  Filter,
  HttpExtAuthz,
  HttpFilter,
  ListStringMatcher,
  MetadataMatcher,
  NetworkExtAuthz,
  StatusCode,
} from '../../proto/envoy.d.ts'
import { seconds } from '../model/duration.ts'
import { memo } from '../model/memo.ts'
import type { ExtensionProvider } from '../model/schema/extension-provider.ts'
import type { Service } from '../model/service.ts'
import type { View } from '../model/view.ts'
import { HTTP_FILTERS } from './filters.ts'
import { meshConfig } from './mesh-config.ts'
import { outboundCluster } from './names.ts'
import { isHeaderName, textMatcher } from './rbac/text.ts'
import { exportedService } from './scope.ts'
import { typed } from './typed.ts'

type HttpProvider = NonNullable<ExtensionProvider['envoyExtAuthzHttp']>
type GrpcProvider = NonNullable<ExtensionProvider['envoyExtAuthzGrpc']>

/** A provider that this proxy can ask. */
export interface Authorizer {
  readonly name: string
  readonly service: Service
  readonly cluster: string
  readonly http?: HttpProvider
  readonly grpc?: GrpcProvider
}

/** In the MeshConfig's order; of two with one name the first. Without those whose service is not known or not visible. */
export const authorizers = memo((view: View, _: ''): readonly Authorizer[] => {
  const byName = new Map<string, Authorizer>()
  for (const provider of meshConfig(view).extensionProviders) {
    const { name, envoyExtAuthzHttp: http, envoyExtAuthzGrpc: grpc } = provider
    const asked = http ?? grpc
    if (!asked || byName.has(name) || providerProblem(asked)) continue
    const service = exportedService(view, hostOf(asked.service))
    if (!service?.ports.some(({ number }) => number === asked.port)) continue
    const cluster = outboundCluster(service.hostname, asked.port)
    byName.set(name, {
      name,
      service,
      cluster,
      ...(http ? { http } : {}),
      ...(grpc ? { grpc } : {}),
    })
  }
  return Object.freeze([...byName.values()])
})

/** `[namespace/]host`; hosts are unique to who sees them, so the namespace adds nothing. */
export function hostOf(service: string): string {
  return service.slice(service.indexOf('/') + 1).toLowerCase()
}

/** Why the provider cannot be asked, whatever the mesh holds. */
export function providerProblem(provider: HttpProvider | GrpcProvider): string | undefined {
  const { statusOnError, timeout } = provider
  if (statusOnError && !STATUS_CODES.has(Number(statusOnError))) {
    return `statusOnError "${statusOnError}" is not a status code that Envoy knows`
  }
  if (timeout && Number.parseFloat(seconds(timeout)) === 0) return 'its timeout is 0'
  return undefined
}

const SUCCESS_AND_REDIRECT = [200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303]
const CLIENT_ERRORS = Array.from({ length: 18 }, (_, index) => 400 + index)
const REST = [304, 305, 307, 308, 421, 422, 423, 424, 426, 428, 429, 431, 500, 501, 502, 503, 504]
const STATUS_CODES: ReadonlySet<number> = new Set([
  ...SUCCESS_AND_REDIRECT,
  ...CLIENT_ERRORS,
  ...REST,
  ...[505, 506, 507, 508, 510, 511],
])

/** The filter in which a provider's policies leave their mark; per virtual host, as all rules. */
export function markFilterName(provider: string): string {
  return `lotse.rbac.custom.${provider}`
}

/** Under a key of its own each, so that what one provider is to be asked is not asked of another. */
export function markPrefix(provider: string): string {
  return `istio_ext_authz_${provider}_`
}

/**
 * For each provider of the mesh, used or not, a filter that marks requests and one that asks about those that are marked: the same
 * bytes while the MeshConfig is, so that a changed policy reaches open connections.
 */
export const extAuthzHttpFilters = memo((view: View, _: ''): readonly HttpFilter[] =>
  Object.freeze(
    authorizers(view, '').flatMap((authorizer) => [
      {
        name: markFilterName(authorizer.name),
        typed_config: typed('envoy.extensions.filters.http.rbac.v3.RBAC', {
          shadow_rules_stat_prefix: markPrefix(authorizer.name),
        }),
      },
      {
        name: `lotse.ext_authz.${authorizer.name}`,
        typed_config: typed(
          'envoy.extensions.filters.http.ext_authz.v3.ExtAuthz',
          httpConfig(authorizer),
        ),
      },
    ]),
  ),
)

/** For a chain without HTTP; undefined if the provider speaks only HTTP. */
export function extAuthzNetworkFilter({ name, cluster, grpc }: Authorizer): Filter | undefined {
  if (!grpc) return undefined
  const config: NetworkExtAuthz = {
    stat_prefix: `tcp.${name}.`,
    transport_api_version: 'V3',
    grpc_service: grpcService(cluster, grpc),
    ...(grpc.failOpen ? { failure_mode_allow: true } : {}),
    filter_enabled_metadata: marked(name, 'envoy.filters.network.rbac'),
  }
  return {
    name: `lotse.ext_authz.${name}`,
    typed_config: typed('envoy.extensions.filters.network.ext_authz.v3.ExtAuthz', config),
  }
}

function httpConfig({ name, cluster, http, grpc }: Authorizer): HttpExtAuthz {
  const provider = (http ?? grpc)!
  const { failOpen, statusOnError, includeRequestBodyInCheck: body, clearRouteCache } = provider
  const common = {
    transport_api_version: 'V3' as const,
    stat_prefix: name,
    filter_enabled_metadata: marked(name, HTTP_FILTERS.rbac),
    ...(failOpen ? { failure_mode_allow: true } : {}),
    ...(clearRouteCache ? { clear_route_cache: true } : {}),
    ...(statusOnError
      ? { status_on_error: { code: Number(statusOnError) as unknown as StatusCode } }
      : {}),
    ...(body
      ? {
          with_request_body: {
            max_request_bytes: body.maxRequestBytes || 1024,
            ...(body.allowPartialMessage ? { allow_partial_message: true } : {}),
            ...(body.packAsBytes ? { pack_as_bytes: true } : {}),
          },
        }
      : {}),
  }
  return http
    ? { ...common, ...httpService(http, cluster) }
    : { ...common, grpc_service: grpcService(cluster, grpc!) }
}

/** Istio's default: as good as none. */
const PATIENCE = '600s'

function grpcService(cluster: string, { timeout, service }: GrpcProvider) {
  return {
    envoy_grpc: { cluster_name: cluster, authority: hostOf(service) },
    timeout: timeout ? seconds(timeout) : (PATIENCE as `${number}s`),
  }
}

function httpService(provider: HttpProvider, cluster: string) {
  const { pathPrefix, timeout, service } = provider
  const asked = provider.includeRequestHeadersInCheck ?? provider.includeHeadersInCheck
  const additional = Object.entries(provider.includeAdditionalHeadersInCheck ?? {})
    .filter(([key]) => isHeaderName(key))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ key, value }))
  const response = {
    ...headers('allowed_upstream_headers', provider.headersToUpstreamOnAllow),
    ...headers('allowed_client_headers', provider.headersToDownstreamOnDeny),
    ...headers('allowed_client_headers_on_success', provider.headersToDownstreamOnAllow),
  }
  return {
    ...headers('allowed_headers', asked),
    http_service: {
      ...(pathPrefix ? { path_prefix: pathPrefix } : {}),
      server_uri: {
        // Required, and not used.
        uri: `http://${hostOf(service)}`,
        cluster,
        timeout: timeout ? seconds(timeout) : (PATIENCE as `${number}s`),
      },
      ...(additional.length > 0 ? { authorization_request: { headers_to_add: additional } } : {}),
      ...(Object.keys(response).length > 0 ? { authorization_response: response } : {}),
    },
  }
}

/** `x-a`, `x-*` or `*-a`, in any case of letters. */
function headers(
  field: string,
  names: readonly string[] | undefined,
): Readonly<Record<string, ListStringMatcher>> {
  const given = (names ?? []).filter((name) => name !== '')
  if (given.length === 0) return {}
  const patterns = given.map((name) => textMatcher(name.toLowerCase()))
  return { [field]: { patterns } }
}

function marked(provider: string, filter: string): MetadataMatcher {
  return {
    filter,
    path: [{ key: `${markPrefix(provider)}shadow_effective_policy_id` }],
    value: { present_match: true },
  }
}
