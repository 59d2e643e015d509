// Listeners whose route configurations leave their virtual hosts to VHDS.
import type { Filter, FilterChain, HttpFilter, Listener } from '../../../proto/envoy.d.ts'
import type { Chunk, Resource } from '../../model/resource.ts'
import { HTTP_FILTERS } from '../filters.ts'
import { FROM_ADS, resource, typed } from '../typed.ts'

/** A request waits so long for its virtual host when the control plane does not answer, and gets 504 then. */
const LONGEST_WAIT = '15s'

/** For clusters that no virtual host names, and for those that still look up their names by DNS. */
const ON_DEMAND: HttpFilter = {
  name: HTTP_FILTERS.onDemand,
  typed_config: typed('envoy.extensions.filters.http.on_demand.v3.OnDemand', {
    odcds: { source: FROM_ADS, timeout: '5s' },
  }),
}

export interface ListenerOptions {
  /** The new name of a route configuration; undefined if it stays as it is. */
  readonly rename: (name: string) => string | undefined
  readonly onDemand: boolean
}

interface HttpConnection {
  readonly '@type': string
  readonly rds?: { readonly route_config_name?: string }
  readonly http_filters?: readonly HttpFilter[]
  readonly stream_idle_timeout?: string
}

/** The identical resource if it uses none of the renamed. */
export function onDemandListener(one: Resource, options: ListenerOptions): Resource {
  const body = one.body as Listener
  const chain = (before: FilterChain): FilterChain => {
    const filters = (before.filters ?? []).map((filter) => changed(filter, options))
    return filters.some((filter, index) => filter !== before.filters![index])
      ? { ...before, filters }
      : before
  }
  const chains = body.filter_chains?.map(chain)
  const last = body.default_filter_chain && chain(body.default_filter_chain)
  const same =
    last === body.default_filter_chain &&
    (chains ?? []).every((one, index) => one === body.filter_chains![index])
  if (same) return one
  return resource('listener', one.name, {
    ...body,
    ...(chains ? { filter_chains: chains } : {}),
    ...(last ? { default_filter_chain: last } : {}),
  })
}

/** First of all, so that what a virtual host says to the other filters holds for the request that brought it, too. */
function changed(filter: Filter, { rename, onDemand }: ListenerOptions): Filter {
  const http = httpConnectionOf(filter)
  const name = rename(http?.rds?.route_config_name ?? '')
  if (!http || name === undefined) return filter
  const waits = { http_filters: [ON_DEMAND, ...(http.http_filters ?? [])] }
  const bound = hasOwnIdleTimeout(http) ? {} : { stream_idle_timeout: LONGEST_WAIT }
  const typed_config = {
    ...http,
    rds: { ...http.rds, route_config_name: name },
    ...(onDemand ? { ...waits, ...bound } : {}),
  }
  return { ...filter, typed_config } as Filter
}

function httpConnectionOf(filter: Filter): HttpConnection | undefined {
  const config = filter.typed_config as HttpConnection | undefined
  return config?.['@type'].endsWith('.HttpConnectionManager') ? config : undefined
}

function hasOwnIdleTimeout({ stream_idle_timeout: timeout }: HttpConnection): boolean {
  return Number.parseFloat(timeout ?? '300') !== 0
}

/** Of these route configurations those whose listener already bounds how long a request may be idle. */
export function ownIdleTimeout(
  listeners: readonly Chunk[],
  names: ReadonlySet<string>,
): ReadonlySet<string> {
  const found = listeners.flat().flatMap(({ body }) => {
    const { filter_chains: chains = [], default_filter_chain: last } = body as Listener
    const filters = [...chains, ...(last ? [last] : [])].flatMap(({ filters = [] }) => filters)
    return filters.flatMap((filter) => {
      const http = httpConnectionOf(filter)
      const name = http?.rds?.route_config_name
      return http && name && names.has(name) && hasOwnIdleTimeout(http) ? [name] : []
    })
  })
  return new Set(found)
}
