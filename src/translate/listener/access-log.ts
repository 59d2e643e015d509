// Access logs: what Telemetry and MeshConfig want written, as loggers of Envoy for HTTP, for connections, and for what no chain took.
import type {
  AccessLog,
  AccessLogFilter,
  AnyValue,
  KeyValueList,
  Listener,
  Struct,
  SubstitutionFormatString,
} from '../../../proto/envoy.d.ts'
import { memo } from '../../model/memo.ts'
import { ORIGIN } from '../../model/origin.ts'
import type { ExtensionProvider } from '../../model/schema/extension-provider.ts'
import type { View } from '../../model/view.ts'
import { BUILT_IN_LOG, type LogSpec, logSpecs, type Mode } from '../kinds/telemetry.ts'
import { meshConfig } from '../mesh-config.ts'
import { accessLogService, backendOf, extensionProvider } from '../provider.ts'
import { typed } from '../typed.ts'
import { DEFAULT_JSON, DEFAULT_TEXT } from './log-format.ts'

/** What is logged: requests, connections, or connections that the listener itself refused. */
export type Logged = 'http' | 'tcp' | 'listener'

export function accessLogs(view: View, mode: Mode, logged: Logged): readonly AccessLog[] {
  return built(view, `${mode} ${logged}`)
}

/** Of a listener: connections that none of its chains takes. */
export function refusedLogs(view: View, mode: Mode): Pick<Listener, 'access_log'> {
  if (meshConfig(view).disableEnvoyListenerLog) return {}
  const access_log = accessLogs(view, mode, 'listener')
  return access_log.length > 0 ? { access_log } : {}
}

const built = memo((view: View, query: string): readonly AccessLog[] => {
  const [mode, logged] = query.split(' ') as [Mode, Logged]
  const specs = logSpecs(view, mode)
  if (!specs) return Object.freeze(byMeshConfig(view, logged))
  return Object.freeze(
    specs.flatMap((spec) => {
      const log = loggerOf(view, spec.provider, logged)
      if (!log) return []
      const filter = filterOf(spec, logged)
      return {
        ...log,
        ...(filter ? { filter } : {}),
        ...(spec.origin ? { [ORIGIN]: spec.origin } : {}),
      }
    }),
  )
})

function byMeshConfig(view: View, logged: Logged): AccessLog[] {
  const { accessLogFile } = meshConfig(view)
  const filter = filterOf({ provider: '' }, logged)
  const logs = [
    accessLogFile ? fileLog(accessLogFile, meshFormat(view)) : undefined,
    serviceLog(view, logged),
  ]
  return logs
    .filter((log) => log !== undefined)
    .map((log) => ({ ...log, ...(filter ? { filter } : {}) }))
}

/** The way from before there were extension providers: `enableEnvoyAccessLogService` and `defaultConfig.envoyAccessLogService`. */
function serviceLog(view: View, logged: Logged): AccessLog | undefined {
  const told = accessLogService(view)
  if (!told) return undefined
  return logged === 'http' ? httpGrpcLog(view, told) : tcpGrpcLog(view, told)
}

/** A listener tells only of connections that fit none of its chains: the others are told of where they are handled (Istio). */
const REFUSED: AccessLogFilter = { response_flag_filter: { flags: ['NR'] } }
/** The service graph is told of a connection's beginning too; a log has one line for each. */
const ENDED: AccessLogFilter = { log_type_filter: { types: ['TcpConnectionEnd'] } }

function filterOf({ expression }: LogSpec, logged: Logged): AccessLogFilter | undefined {
  const wanted: AccessLogFilter | undefined = expression
    ? {
        extension_filter: {
          name: 'envoy.access_loggers.extension_filters.cel',
          typed_config: typed('envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter', {
            expression,
          }),
        },
      }
    : undefined
  const only = logged === 'listener' ? REFUSED : logged === 'tcp' ? ENDED : undefined
  if (!only || !wanted) return only ?? wanted
  return { and_filter: { filters: [only, wanted] } }
}

/** Undefined if the provider is not known, does not take such logs, or is nowhere to be found (L0260). */
function loggerOf(view: View, name: string, logged: Logged): AccessLog | undefined {
  const provider = extensionProvider(view, name)
  if (!provider) {
    if (name !== BUILT_IN_LOG) return undefined
    return fileLog(meshConfig(view).accessLogFile || '/dev/stdout', meshFormat(view))
  }
  if (provider.envoyFileAccessLog) return fromFileProvider(view, provider.envoyFileAccessLog)
  if (provider.envoyOtelAls) return otelLog(view, provider.envoyOtelAls)
  if (provider.envoyHttpAls && logged === 'http') return httpGrpcLog(view, provider.envoyHttpAls)
  if (provider.envoyTcpAls && logged !== 'http') return tcpGrpcLog(view, provider.envoyTcpAls)
  return undefined
}

function fromFileProvider(
  view: View,
  { path, logFormat, omitEmptyValues }: NonNullable<ExtensionProvider['envoyFileAccessLog']>,
): AccessLog {
  const format = logFormat?.labels
    ? { json_format: logFormat.labels as Struct }
    : logFormat?.text
      ? text(logFormat.text)
      : meshFormat(view)
  const whole = { ...format, ...(omitEmptyValues ? { omit_empty_values: true } : {}) }
  return fileLog(path || '/dev/stdout', whole as SubstitutionFormatString)
}

/** Envoy appends nothing by itself. */
function text(format: string): SubstitutionFormatString {
  const line = format.endsWith('\n') ? format : `${format}\n`
  return { text_format_source: { inline_string: line } }
}

function meshFormat(view: View): SubstitutionFormatString {
  const { accessLogFormat, accessLogEncoding } = meshConfig(view)
  if (accessLogEncoding !== 'JSON') return text(accessLogFormat || DEFAULT_TEXT)
  return { json_format: accessLogFormat ? jsonFormat(accessLogFormat) : DEFAULT_JSON }
}

/** Validation refuses what is no JSON object; what came before stays in force. */
function jsonFormat(format: string): Struct {
  try {
    const read: Struct | null = JSON.parse(format)
    return typeof read === 'object' && read !== null ? { ...read } : DEFAULT_JSON
  } catch {
    return DEFAULT_JSON
  }
}

/** The standard output may be a socket, which cannot be opened as a file. */
function fileLog(path: string, format: SubstitutionFormatString): AccessLog {
  const log_format: SubstitutionFormatString = JSON.stringify(format).includes(
    '%REQ_WITHOUT_QUERY(',
  )
    ? { ...format, formatters: [WITHOUT_QUERY] }
    : format
  if (path === '/dev/stdout' || path === '/dev/stderr') {
    const stream = path === '/dev/stdout' ? 'StdoutAccessLog' : 'StderrAccessLog'
    return {
      name: `envoy.access_loggers.${path.slice(5)}`,
      typed_config: typed(`envoy.extensions.access_loggers.stream.v3.${stream}`, { log_format }),
    }
  }
  return {
    name: 'envoy.access_loggers.file',
    typed_config: typed('envoy.extensions.access_loggers.file.v3.FileAccessLog', {
      path,
      log_format,
    }),
  }
}

const WITHOUT_QUERY = {
  name: 'envoy.formatter.req_without_query',
  typed_config: typed('envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery', {}),
}

function otelLog(
  view: View,
  { service, port, logName, logFormat }: NonNullable<ExtensionProvider['envoyOtelAls']>,
): AccessLog | undefined {
  const backend = backendOf(view, service, port)
  if (!backend) return undefined
  const body: AnyValue = { string_value: logFormat?.text || DEFAULT_TEXT.trimEnd() }
  const formats = JSON.stringify(logFormat ?? {})
  return {
    name: 'envoy.access_loggers.open_telemetry',
    typed_config: typed(
      'envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig',
      {
        grpc_service: { envoy_grpc: { cluster_name: backend.cluster, authority: backend.host } },
        log_name: logName || 'otel_envoy_accesslog',
        body,
        ...(logFormat?.labels ? { attributes: keyValues(logFormat.labels) } : {}),
        ...(formats.includes('%REQ_WITHOUT_QUERY(') ? { formatters: [WITHOUT_QUERY] } : {}),
      },
    ),
  }
}

function keyValues(labels: Readonly<Record<string, unknown>>): KeyValueList {
  const values = Object.entries(labels).map(([key, value]) => ({ key, value: anyValue(value) }))
  return { values }
}

function anyValue(value: unknown): AnyValue {
  if (Array.isArray(value)) return { array_value: { values: value.map(anyValue) } }
  if (typeof value === 'object' && value !== null) {
    return { kvlist_value: keyValues(value as Readonly<Record<string, unknown>>) }
  }
  return { string_value: String(value) }
}

function httpGrpcLog(
  view: View,
  provider: NonNullable<ExtensionProvider['envoyHttpAls']>,
): AccessLog | undefined {
  const common_config = grpcLogConfig(view, provider, 'http_envoy_accesslog')
  if (!common_config) return undefined
  return {
    name: 'envoy.access_loggers.http_grpc',
    typed_config: typed('envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig', {
      common_config,
      additional_request_headers_to_log: provider.additionalRequestHeadersToLog,
      additional_response_headers_to_log: provider.additionalResponseHeadersToLog,
      additional_response_trailers_to_log: provider.additionalResponseTrailersToLog,
    }),
  }
}

function tcpGrpcLog(
  view: View,
  provider: NonNullable<ExtensionProvider['envoyTcpAls']>,
): AccessLog | undefined {
  const common_config = grpcLogConfig(view, provider, 'tcp_envoy_accesslog')
  if (!common_config) return undefined
  return {
    name: 'envoy.access_loggers.tcp_grpc',
    typed_config: typed('envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig', {
      common_config,
    }),
  }
}

function grpcLogConfig(
  view: View,
  {
    service,
    port,
    logName,
    filterStateObjectsToLog,
  }: NonNullable<ExtensionProvider['envoyTcpAls']>,
  usualName: string,
) {
  const backend = backendOf(view, service, port)
  if (!backend) return undefined
  return {
    log_name: logName || usualName,
    grpc_service: { envoy_grpc: { cluster_name: backend.cluster, authority: backend.host } },
    transport_api_version: 'V3' as const,
    ...(filterStateObjectsToLog ? { filter_state_objects_to_log: filterStateObjectsToLog } : {}),
  }
}
