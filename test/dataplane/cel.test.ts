// Our reading of CEL and of log formats against Envoy's own: both must say the same, or a Telemetry would be accepted and its listener refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccessLog, Bootstrap } from '../../proto/envoy.d.ts'
import { typed } from '../../src/translate/typed.ts'
import { celProblem } from '../../src/translate/validate/cel.ts'
import { formatProblem } from '../../src/translate/validate/log-format.ts'
import { skip } from '../support/envoy.ts'
import { validate } from '../support/validate.ts'

const GOOD_CEL = String.raw`response.code >= 400
request.path.startsWith('/a') && !request.path.endsWith("b") || request.host.contains('x')
'x-user' in request.headers ? request.headers['x-user'] == 'ann' : false
has(request.id) && has(xds.route_metadata.filter_metadata)
int('3') + 4 * -2 % 5 - 1 == 3
size(request.path) > 3 && request.path.size() >= 0x1F
response.code in [200, 201, ]
[1, 2] + [3] == [1, 2, 3]
'a' + 'b' == "ab"
duration('1s') < request.duration && timestamp('2020-01-01T00:00:00Z') < request.time
request.time.getHours() > 1 && request.time.getFullYear('UTC') == 2026
b'abc' == b"abc" && r'a\d' == 'a'
1u + 2u == 3u && 1.5e3 > 2.0 == false || .5 < 1.0
{'a': 1, 'b': [2]}.a == 1
!(-1 < 2) || !!true
1
connection.mtls
type(1) == int && dyn(1) == 1 && bytes('a') == b'a' && double(1) > 0.5 && uint(1) == 1u && bool('true')
matches(request.path, '^/a') && request.path.matches("^/v[0-9]+")
'''a 'quoted' text''' == """other "text" """
1 == 1 // a comment
.request.path == 'a'
null == null
'\x41\u0041\101\n\'' == 'x'
a.startsWith
google.rpc.Status{code: 1}.code == 1
1 < 2 < 3`.split('\n')

const BAD_CEL = String.raw`has(request.headers['x'])
has(request)
string(response.code) == '200'
request.headers.exists(h, h == 'x')
[1, 2].all(x, x > 0)
unknown(1)
request.path.lowerAscii() == 'a'
request.path.matches('^/a(b')
response.code >=
response.code >= 1 )
(response.code
request.?path
a.b.c(1)
size()
size(1, 2)
if
in
package == 1
'\q' == 'x'
'open
99999999999999999999 > 1
request.path.split('/')[1] == 'a'
1 = 1
a && && b
[1, 2
{'a' 1}
a.1b
#
@`.split('\n')

const GOOD_FORMATS = [
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH):20% %PROTOCOL%" %RESPONSE_CODE% 100%%',
  '%START_TIME(%Y-%m-%d)% %EMIT_TIME% %DOWNSTREAM_PEER_CERT_V_START(%s)% %DURATION%:5',
  '%METADATA(ROUTE:istio:config)% %DYNAMIC_METADATA(a:b):3% %FILTER_STATE(a:PLAIN)% %UPSTREAM_METADATA(a:b)%',
  "%CEL(request.path.startsWith('/a'))% %ENVIRONMENT(HOME)% %PATH(NQ:PATH)% %PATH% %QUERY_PARAM(a)% %QUERY_PARAMS%",
  '%COMMON_DURATION(DS_RX_BEG:DS_TX_END:us)% %UPSTREAM_CLUSTER_RAW% %UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
  '%TRACE_ID% %SPAN_ID% %CONNECTION_ID% %UPSTREAM_PEER_URI_SAN% %DOWNSTREAM_TLS_CIPHER% %UPSTREAM_WIRE_BYTES_SENT%',
  '%DOWNSTREAM_DIRECT_REMOTE_PORT% %REQUEST_DURATION% %RESPONSE_CODE_DETAILS% %TRAILER(a):5% %RESP(a?b)%',
  '%REQ_WITHOUT_QUERY(:PATH)%',
]
const BAD_FORMATS = [
  '%NOTHING%',
  '%REQ(a',
  '100%',
  '%REQ()%',
  '%REQ%',
  '%RESPONSE_CODE(3)%',
  '%PROTOCOL:3%',
  '%REQ(a?b?c)%',
  '%req(a)%',
  '%START_TIME:3%',
  '%METADATA(NOWHERE:a)%',
  '%COMMON_DURATION(a)%',
  '%PATH(A)%',
  '%CEL(a >)%',
  '%UPSTREAM_METADATA(a:b):3%',
]

test('what Envoy refuses is told, and nothing else', { skip }, async () => {
  for (const good of GOOD_CEL) assert.equal(celProblem(good), undefined, good)
  for (const good of GOOD_FORMATS) assert.equal(formatProblem(good), undefined, good)
  for (const bad of BAD_CEL) assert.ok(celProblem(bad), bad)
  for (const bad of BAD_FORMATS) assert.ok(formatProblem(bad), bad)
  const [accepted, ...refused] = await validate([
    withLogs([...GOOD_CEL.map(filtered), ...GOOD_FORMATS.map(formatted)]),
    ...BAD_CEL.map((bad) => withLogs([filtered(bad)])),
    ...BAD_FORMATS.map((bad) => withLogs([formatted(bad)])),
  ])
  assert.equal(accepted, undefined)
  for (const [index, bad] of [...BAD_CEL, ...BAD_FORMATS].entries()) assert.ok(refused[index], bad)
})

test('no text throws', () => {
  const pieces = ['a', '(', ')', '[', '.', '"', "'", '\\', '%', '?', ':', '-', '1', 'in', '{', ',']
  let seed = 1
  for (let round = 0; round < 5_000; round++) {
    let text = ''
    for (let length = 0; length < 12; length++) {
      seed = (seed * 48271) % 2147483647
      text += pieces[seed % pieces.length]
    }
    celProblem(text)
    formatProblem(text)
  }
  assert.ok(celProblem('('.repeat(1_000)))
  assert.ok(celProblem('-'.repeat(5_000)))
})

function filtered(expression: string): AccessLog {
  return {
    ...formatted(''),
    filter: {
      extension_filter: {
        name: 'cel',
        typed_config: typed('envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter', {
          expression,
        }),
      },
    },
  }
}

function formatted(text: string): AccessLog {
  const withoutQuery = typed('envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery', {})
  return {
    name: 'envoy.access_loggers.stdout',
    typed_config: typed('envoy.extensions.access_loggers.stream.v3.StdoutAccessLog', {
      log_format: {
        text_format_source: { inline_string: text },
        formatters: [{ name: 'without_query', typed_config: withoutQuery }],
      },
    }),
  }
}

function withLogs(access_log: readonly AccessLog[]): Bootstrap {
  const router = typed('envoy.extensions.filters.http.router.v3.Router', {})
  const manager = typed(
    'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    {
      stat_prefix: 'test',
      access_log,
      route_config: { virtual_hosts: [] },
      http_filters: [{ name: 'router', typed_config: router }],
    },
  )
  const filters = [{ name: 'manager', typed_config: manager }]
  const address = { socket_address: { address: '127.0.0.1', port_value: 0 } }
  return { static_resources: { listeners: [{ address, filter_chains: [{ filters }] }] } }
}
