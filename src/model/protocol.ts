// The protocol of a port, from what the user declared (Istio's "protocol selection").

export type Protocol =
  | 'HTTP'
  | 'HTTP2'
  | 'GRPC'
  | 'GRPC-Web'
  | 'HTTPS'
  | 'TLS'
  | 'TCP'
  | 'Mongo'
  | 'MySQL'
  | 'Redis'
  | 'UDP'
  /** Not declared: found out per connection. */
  | 'auto'

const BY_NAME: Readonly<Record<string, Protocol>> = {
  http: 'HTTP',
  http2: 'HTTP2',
  grpc: 'GRPC',
  'grpc-web': 'GRPC-Web',
  https: 'HTTPS',
  tls: 'TLS',
  tcp: 'TCP',
  mongo: 'Mongo',
  mysql: 'MySQL',
  redis: 'Redis',
  udp: 'UDP',
  'kubernetes.io/h2c': 'HTTP2',
  'kubernetes.io/ws': 'HTTP',
  'kubernetes.io/wss': 'HTTPS',
  hbone: 'TCP',
}

/** Ports whose servers speak first (SMTP, DNS, MySQL, MongoDB): sniffing would wait for ever. */
const SERVER_FIRST: ReadonlySet<number> = new Set([25, 53, 3306, 27017])

/** `declared` is a protocol word (`appProtocol`, or `protocol` of Istio's kinds); else the port name's prefix decides. */
export function protocolOf(
  port: number,
  name: string | undefined,
  declared: string | undefined,
): Protocol {
  const known = declared === undefined ? undefined : BY_NAME[declared.toLowerCase()]
  return known ?? fromName(name) ?? (SERVER_FIRST.has(port) ? 'TCP' : 'auto')
}

function fromName(name: string | undefined): Protocol | undefined {
  if (!name) return undefined
  const lower = name.toLowerCase()
  if (lower === 'grpc-web' || lower.startsWith('grpc-web-')) return 'GRPC-Web'
  return BY_NAME[lower.split('-', 1)[0] ?? '']
}

export function isHttp(protocol: Protocol): boolean {
  return protocol === 'HTTP' || isHttp2(protocol) || protocol === 'GRPC-Web'
}

export function isHttp2(protocol: Protocol): boolean {
  return protocol === 'HTTP2' || protocol === 'GRPC' || protocol === 'GRPC-Web'
}

/** TLS that passes through unopened. */
export function isTls(protocol: Protocol): boolean {
  return protocol === 'TLS' || protocol === 'HTTPS'
}
