// Header operations of a route or of one of its destinations.
import type {
  HeaderValueOption,
  HeaderValueOption_HeaderAppendAction,
} from '../../../proto/envoy.d.ts'
import type { HeaderOperations, Headers } from '../../model/schema/virtual-service.ts'

/** The four fields in which routes and cluster weights of Envoy have header operations. */
export interface HeaderFields {
  request_headers_to_add?: readonly HeaderValueOption[]
  request_headers_to_remove?: readonly string[]
  response_headers_to_add?: readonly HeaderValueOption[]
  response_headers_to_remove?: readonly string[]
}

/** Sets stand before adds, each sorted by name. Envoy refuses changes of `:…` and `host`: they are left out (see `authorityOf`). */
export function headerFields(headers: Headers | undefined): HeaderFields {
  return {
    ...present('request_headers_to_add', toAdd(headers?.request)),
    ...present('request_headers_to_remove', toRemove(headers?.request)),
    ...present('response_headers_to_add', toAdd(headers?.response)),
    ...present('response_headers_to_remove', toRemove(headers?.response)),
  }
}

/** Setting the request header Host or :authority means rewriting the host (Istio). */
export function authorityOf(headers: Headers | undefined): string | undefined {
  const found = Object.entries(headers?.request?.set ?? {}).find(([name]) => isAuthority(name))
  return found?.[1] || undefined
}

/** Of a route and its only destination: the destination's come last, so that they win where both set a header. */
export function joinHeaderFields(route: HeaderFields, destination: HeaderFields): HeaderFields {
  const joined: HeaderFields = { ...route }
  for (const key of ['request_headers_to_add', 'response_headers_to_add'] as const) {
    if (destination[key]) joined[key] = [...(route[key] ?? []), ...destination[key]]
  }
  for (const key of ['request_headers_to_remove', 'response_headers_to_remove'] as const) {
    if (destination[key]) joined[key] = [...(route[key] ?? []), ...destination[key]]
  }
  return joined
}

function toAdd(operations: HeaderOperations | undefined): HeaderValueOption[] {
  return [
    ...options(operations?.set, 'OVERWRITE_IF_EXISTS_OR_ADD'),
    ...options(operations?.add, 'APPEND_IF_EXISTS_OR_ADD'),
  ]
}

function options(
  values: Readonly<Record<string, string>> | undefined,
  action: HeaderValueOption_HeaderAppendAction,
): HeaderValueOption[] {
  return Object.entries(values ?? {})
    .filter(([name]) => isChangeable(name))
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, value]) => ({ header: { key, value }, append_action: action }))
}

function toRemove(operations: HeaderOperations | undefined): string[] {
  return (operations?.remove ?? []).filter(isChangeable).map((name) => name.toLowerCase())
}

function isAuthority(name: string): boolean {
  const lower = name.toLowerCase()
  return lower === ':authority' || lower === 'host'
}

function isChangeable(name: string): boolean {
  return !name.startsWith(':') && !isAuthority(name)
}

function present<K extends string, V>(key: K, list: readonly V[]): { [P in K]?: readonly V[] } {
  return list.length > 0 ? ({ [key]: list } as { [P in K]: readonly V[] }) : {}
}
