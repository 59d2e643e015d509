// A request's path and host as routes see them, after the connection manager has put it in order.
import type { HttpConnectionManager } from '../../proto/envoy.d.ts'

type Options = Pick<
  HttpConnectionManager,
  'normalize_path' | 'merge_slashes' | 'path_with_escaped_slashes_action'
>

/** Undefined if Envoy refuses the request for its path. */
export function normalizedPath(path: string, options: Options): string | undefined {
  const end = path.search(/[?#]/)
  const query = end < 0 ? '' : path.slice(end)
  if (query.includes('#')) return undefined
  let plain = end < 0 ? path : path.slice(0, end)
  if (options.path_with_escaped_slashes_action === 'UNESCAPE_AND_FORWARD') {
    plain = plain.replace(/%2f/gi, '/').replace(/%5c/gi, '\\')
  }
  if (options.normalize_path === true) plain = withoutDots(unescaped(plain.replaceAll('\\', '/')))
  if (options.merge_slashes) plain = plain.replace(/\/{2,}/g, '/')
  return plain.startsWith('/') ? plain + query : undefined
}

/** Envoy takes away one dot at the end of the name, also before a port. */
export function normalizedHost(
  host: string,
  { strip_trailing_host_dot: strips }: Pick<HttpConnectionManager, 'strip_trailing_host_dot'>,
): string {
  return strips ? host.replace(/\.(?=$|:[^.]*$)/, '') : host
}

/** Characters that need no escape are written plainly, those that need one get it. */
function unescaped(path: string): string {
  return path
    .replace(/%([0-9A-Fa-f]{2})/g, (written, hex: string) => {
      const char = String.fromCharCode(Number.parseInt(hex, 16))
      return /[A-Za-z0-9._~-]/.test(char) ? char : written
    })
    .replace(/[ "<>`{}|^]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** `.` and `..` as segments; empty segments stay. */
function withoutDots(path: string): string {
  const kept: string[] = []
  const segments = path.split('/').slice(1)
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
    if (isLast && (segment === '.' || segment === '..')) kept.push('')
  }
  return `/${kept.join('/')}`
}
