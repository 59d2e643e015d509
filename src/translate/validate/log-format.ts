// Checks a format of logs and tags: text with Envoy's command operators, as `%REQ(X-NAME):20%`.
import { celProblem } from './cel.ts'

/** Neither parameters nor a length. */
const PLAIN = new Set(
  `ACCESS_LOG_TYPE BYTES_RECEIVED BYTES_RETRANSMITTED BYTES_SENT CONNECTION_ID CONNECTION_TERMINATION_DETAILS CUSTOM_FLAGS
  DOWNSTREAM_CX_RTT DOWNSTREAM_DETECTED_CLOSE_TYPE DOWNSTREAM_HANDSHAKE_DURATION DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID
  DOWNSTREAM_DIRECT_LOCAL_ADDRESS_ENDPOINT_ID DOWNSTREAM_LOCAL_CLOSE_REASON DOWNSTREAM_TRANSPORT_FAILURE_REASON DURATION
  FILTER_CHAIN_NAME GRPC_STATUS GRPC_STATUS_NUMBER HOSTNAME LOCAL_REPLY_BODY PROTOCOL REQUESTED_SERVER_NAME REQUEST_DURATION
  REQUEST_HEADERS_BYTES REQUEST_TX_DURATION RESPONSE_CODE RESPONSE_DURATION RESPONSE_FLAGS RESPONSE_FLAGS_LONG
  RESPONSE_HEADERS_BYTES RESPONSE_TRAILERS_BYTES RESPONSE_TX_DURATION ROUNDTRIP_DURATION ROUTE_NAME SPAN_ID STREAM_ID
  TLS_JA3_FINGERPRINT TLS_JA4_FINGERPRINT TRACE_ID UNIQUE_ID UPSTREAM_CLUSTER UPSTREAM_CLUSTER_RAW UPSTREAM_CONNECTION_ID
  UPSTREAM_CONNECTION_IDS_ATTEMPTED UPSTREAM_CONNECTION_POOL_READY_DURATION UPSTREAM_DETECTED_CLOSE_TYPE UPSTREAM_HOST
  UPSTREAM_HOST_NAME UPSTREAM_HOST_NAME_WITHOUT_PORT UPSTREAM_HOSTS_ATTEMPTED UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT
  UPSTREAM_HOST_NAMES_ATTEMPTED UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT UPSTREAM_LOCAL_CLOSE_REASON UPSTREAM_PROTOCOL
  UPSTREAM_REQUEST_ATTEMPT_COUNT UPSTREAM_TRANSPORT_FAILURE_REASON VIRTUAL_CLUSTER_NAME
  DOWNSTREAM_LOCAL_EMAIL_SAN DOWNSTREAM_LOCAL_OTHERNAME_SAN DOWNSTREAM_LOCAL_SUBJECT DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_1
  DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_256 DOWNSTREAM_PEER_CHAIN_SERIALS DOWNSTREAM_PEER_EMAIL_SAN DOWNSTREAM_PEER_FINGERPRINT_1
  DOWNSTREAM_PEER_FINGERPRINT_256 DOWNSTREAM_PEER_ISSUER_FINGERPRINT_256 DOWNSTREAM_PEER_ISSUER_SERIAL
  DOWNSTREAM_PEER_OTHERNAME_SAN DOWNSTREAM_PEER_SERIAL`.split(/\s+/),
)
const SIDE = 'DOWNSTREAM|UPSTREAM'
const WHERE = `DOWNSTREAM_DIRECT_LOCAL|DOWNSTREAM_DIRECT_REMOTE|DOWNSTREAM_LOCAL|DOWNSTREAM_REMOTE|UPSTREAM_LOCAL|UPSTREAM_REMOTE`
const PLAIN_FAMILIES = [
  new RegExp(`^(${SIDE})_(HEADER|WIRE|DECOMPRESSED_HEADER)_BYTES_(RECEIVED|SENT)$`),
  new RegExp(`^(${WHERE})_(ADDRESS|PORT)$`),
  new RegExp(`^(${SIDE})_(LOCAL|PEER)_(DNS|IP|URI)_SAN$`),
  new RegExp(`^(${SIDE})_PEER_(CERT|ISSUER|SUBJECT)$`),
  new RegExp(`^(${SIDE})_TLS_(CIPHER|GROUP|SESSION_ID|VERSION)$`),
]
/** Parameters are possible, a length is not. */
const OPTIONAL = new RegExp(
  `^((EMIT_TIME|START_TIME)(_LOCAL)?|RESPONSE_CODE_DETAILS|(${WHERE})_ADDRESS_WITHOUT_PORT|(${SIDE})_PEER_CERT_V_(START|END))$`,
)
/** Parameters are needed, a length is possible. */
const NEEDED = new Set(
  'CEL DYNAMIC_METADATA ENVIRONMENT FILTER_STATE QUERY_PARAM REQ REQ_WITHOUT_QUERY RESP TRAILER UPSTREAM_FILTER_STATE'.split(
    ' ',
  ),
)
/** What may stand in the parentheses of the rest; the last two also without any. */
const PARTICULAR: Readonly<Record<string, RegExp>> = {
  CLUSTER_METADATA: /^./,
  UPSTREAM_METADATA: /^./,
  COMMON_DURATION: /^[A-Z_]+:[A-Z_]+:(ms|us|ns)$/,
  METADATA:
    /^(DYNAMIC|CLUSTER|ROUTE|UPSTREAM_HOST|LISTENER|LISTENER_FILTER_CHAIN|VIRTUAL_HOST)(:|$)/,
  PATH: /^(WQ|NQ)?(:.*)?$/,
  QUERY_PARAMS: /^(ORIG|DECODED)?$/,
}
const LENGTH_TOO: ReadonlySet<string> = new Set(['PATH', 'QUERY_PARAMS'])

const OPERATOR = /%%|%([A-Z0-9_]+)(?:\((.*?)\))?(?::(\d+))?%/g

/** Why Envoy would refuse the format; undefined if it is fine. */
export function formatProblem(text: string): string | undefined {
  const rest = text.replace(OPERATOR, '')
  if (rest.includes('%')) {
    return 'a % begins nothing that Envoy knows; write %% for the character'
  }
  for (const [whole, name, parameters, length] of text.matchAll(OPERATOR)) {
    if (name === undefined) continue
    const problem = operatorProblem(name, parameters, length !== undefined)
    if (problem) return `${whole} ${problem}`
  }
  return undefined
}

function operatorProblem(
  name: string,
  parameters: string | undefined,
  hasLength: boolean,
): string | undefined {
  if (PLAIN.has(name) || PLAIN_FAMILIES.some((family) => family.test(name))) {
    return parameters === undefined && !hasLength
      ? undefined
      : 'takes neither parameters nor a length'
  }
  if (OPTIONAL.test(name)) return hasLength ? 'takes no length' : undefined
  if (NEEDED.has(name)) {
    if (!parameters) return 'needs something in parentheses'
    if (name === 'CEL') return celProblem(parameters)
    return parameters.split('?').length > 2 ? 'names more than one alternative' : undefined
  }
  if (!Object.hasOwn(PARTICULAR, name)) return 'is no command operator of Envoy'
  if (hasLength && !LENGTH_TOO.has(name)) return 'takes no length'
  return PARTICULAR[name]!.test(parameters ?? '') ? undefined : 'has wrong parameters'
}

/** The first problem of any text within a JSON value. */
export function jsonFormatProblem(value: unknown): string | undefined {
  if (typeof value === 'string') return formatProblem(value)
  if (typeof value !== 'object' || value === null) return undefined
  for (const inner of Object.values(value)) {
    const problem = jsonFormatProblem(inner)
    if (problem) return problem
  }
  return undefined
}
