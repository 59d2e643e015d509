// The gRPC service by which proxies tell of single requests while they are tapped: Envoy's access log service.
import type { ServerReadableStream, sendUnaryData } from '@grpc/grpc-js'
import { messageType } from '../../proto/message-type.ts'
import type { Tapped } from '../model/tap.ts'
import type { Reporter } from './server.ts'
import type { Taps } from './taps.ts'

const PATH = '/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs'
const MESSAGE = 'envoy.service.accesslog.v3.StreamAccessLogsMessage'
const EMPTY = Buffer.alloc(0)
/** More in one message is nonsense. */
const MOST_ENTRIES = 5_000
const LONGEST_TEXT = 300

/** `identify` gives the workload as `NAMESPACE/NAME`, or undefined for a caller that nobody listens to. */
export function accessLogService(taps: Taps, identify: (reporter: Reporter) => string | undefined) {
  const stream = (call: ServerReadableStream<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => {
    const certificate = call.getAuthContext().sslPeerCertificate
    let log = ''
    let workload: string | undefined
    call.on('data', (bytes: Buffer) => {
      const message = read(bytes)
      if (!message) return
      log = message.identifier?.log_name || log
      workload ??= identify({ certificate, node: message.identifier?.node?.id ?? '' })
      if (workload === undefined || !taps.has(workload)) return
      const from = { workload, direction: log === 'server' ? 'in' : 'out' } as const
      const requests = (message.http_logs?.log_entry ?? []).slice(0, MOST_ENTRIES)
      const connections = (message.tcp_logs?.log_entry ?? []).slice(0, MOST_ENTRIES)
      taps.deliver(workload, [
        ...requests.map((entry) => tappedOf(entry, from)),
        ...connections.map((entry) => connectionOf(entry, from)),
      ])
    })
    call.on('error', () => undefined)
    call.on('end', () => answer(null, EMPTY))
  }
  const same = (bytes: Buffer) => bytes
  return {
    definition: {
      streamAccessLogs: {
        path: PATH,
        requestStream: true,
        responseStream: false,
        requestSerialize: same,
        requestDeserialize: same,
        responseSerialize: same,
        responseDeserialize: same,
      },
    } as const,
    handlers: { streamAccessLogs: stream },
  }
}

/** As far as it is read. protobufjs gives 64-bit numbers as text, and leaves out what is not there. */
interface Message {
  readonly identifier?: { readonly log_name?: string; readonly node?: { readonly id?: string } }
  readonly http_logs?: { readonly log_entry?: readonly Entry[] }
  readonly tcp_logs?: { readonly log_entry?: readonly ConnectionEntry[] }
}

interface Span {
  readonly seconds?: string
  readonly nanos?: number
}

interface ConnectionEntry {
  readonly common_properties?: Common
  readonly connection_properties?: {
    readonly received_bytes?: string
    readonly sent_bytes?: string
  }
}

export interface Entry {
  readonly common_properties?: Common
  readonly protocol_version?: string
  readonly request?: {
    readonly request_method?: string
    readonly authority?: string
    readonly path?: string
    readonly original_path?: string
    readonly request_id?: string
    readonly user_agent?: string
    readonly referer?: string
    readonly forwarded_for?: string
    readonly request_body_bytes?: string
  }
  readonly response?: {
    readonly response_code?: { readonly value?: number }
    readonly response_code_details?: string
    readonly response_body_bytes?: string
    readonly response_trailers?: Readonly<Record<string, string>>
    readonly response_headers?: Readonly<Record<string, string>>
  }
}

interface Common {
  readonly start_time?: Span
  readonly time_to_last_downstream_tx_byte?: Span
  readonly response_flags?: Readonly<Record<string, unknown>>
  readonly tls_properties?: {
    readonly peer_certificate_properties?: {
      readonly subject_alt_name?: readonly { readonly uri?: string }[]
    }
  }
  readonly upstream_cluster?: string
  readonly custom_tags?: Readonly<Record<string, string>>
  readonly upstream_remote_address?: {
    readonly socket_address?: { readonly address?: string; readonly port_value?: number }
  }
  /** What filters noted, by their names. */
  readonly metadata?: {
    readonly filter_metadata?: Readonly<
      Record<string, { readonly fields?: Readonly<Record<string, { string_value?: string }>> }>
    >
  }
  readonly connection_termination_details?: string
  readonly access_log_type?: string
  readonly duration?: Span
}

function read(bytes: Buffer): Message | undefined {
  try {
    const type = messageType(MESSAGE)
    return type.toObject(type.decode(bytes), { longs: String, enums: String }) as Message
  } catch {
    return undefined
  }
}

function tappedOf(
  {
    common_properties: common = {},
    protocol_version: protocol = '',
    request = {},
    response = {},
  }: Entry,
  from: From,
): Tapped {
  const status = { ...response.response_headers, ...response.response_trailers }['grpc-status']
  const path = request.original_path || request.path || ''
  return {
    ...commonOf(common, from),
    method: request.request_method ?? '',
    host: cut(request.authority),
    path: cut(path.split('?')[0]),
    protocol: protocol
      .replace('HTTP', 'HTTP/')
      .replace('HTTP/11', 'HTTP/1.1')
      .replace('HTTP/10', 'HTTP/1.0'),
    status: response.response_code?.value ?? 0,
    ...(status === undefined ? {} : { grpc: Number(status) }),
    detail: cut(response.response_code_details),
    requestId: cut(request.request_id),
    headers: headersOf(request),
    bytesSent: Number(response.response_body_bytes ?? 0),
    bytesReceived: Number(request.request_body_bytes ?? 0),
  }
}

const NO_REQUEST = {
  ...{ method: '', host: '', path: '', status: 0, requestId: '' },
  headers: {},
} as const

function headersOf(request: NonNullable<Entry['request']>): Record<string, string> {
  const named = {
    'user-agent': request.user_agent,
    referer: request.referer,
    'x-forwarded-for': request.forwarded_for,
  }
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, value = '']) =>
      value.length > LONGEST_TEXT ? [] : [[name, value]],
    ),
  )
}

/** A connection that is only proxied: it is told when it is made, and when it ends. */
function connectionOf(
  { common_properties: common = {}, connection_properties: bytes = {} }: ConnectionEntry,
  from: From,
): Tapped {
  return {
    ...commonOf(common, from),
    ...NO_REQUEST,
    protocol: 'TCP',
    event: common.access_log_type === 'TcpUpstreamConnected' ? 'opened' : 'closed',
    detail: cut(common.connection_termination_details),
    bytesSent: Number(bytes.sent_bytes ?? 0),
    bytesReceived: Number(bytes.received_bytes ?? 0),
  }
}

type From = Pick<Tapped, 'workload' | 'direction'>

function commonOf(common: Common, from: From) {
  const { address, port_value: port } = common.upstream_remote_address?.socket_address ?? {}
  const duration = milliseconds(common.time_to_last_downstream_tx_byte ?? common.duration)
  const peer = common.tls_properties?.peer_certificate_properties?.subject_alt_name ?? []
  return {
    at: timeOf(milliseconds(common.start_time) ?? 0),
    ...from,
    ...(duration === undefined ? {} : { duration }),
    flags: Object.entries(common.response_flags ?? {}).flatMap(([name, set]) =>
      set ? [name] : [],
    ),
    caller: cut(peer.find(({ uri }) => uri)?.uri),
    config: cut(common.custom_tags?.config),
    allowedBy: cut(allowedBy(common)),
    cluster: common.upstream_cluster ?? '',
    upstream: address ? `${address}:${port ?? 0}` : '',
  }
}

/** The rule that let it in, as Envoy's RBAC filters note it. */
function allowedBy({ metadata }: Common): string | undefined {
  for (const filter of ['envoy.filters.http.rbac', 'envoy.filters.network.rbac']) {
    const fields = metadata?.filter_metadata?.[filter]?.fields ?? {}
    const key = Object.keys(fields).find((name) =>
      /allow\.?enforced_effective_policy_id$/.test(name),
    )
    if (key) return fields[key]?.string_value
  }
  return undefined
}

function milliseconds(span: Span | undefined): number | undefined {
  return span && Number(span.seconds ?? 0) * 1000 + (span.nanos ?? 0) / 1e6
}

/** What is no time is the beginning of all: a date of it would throw. */
function timeOf(time: number): string {
  const date = new Date(time)
  return new Date(Number.isNaN(date.getTime()) ? 0 : date).toISOString()
}

function cut(text = ''): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
}
