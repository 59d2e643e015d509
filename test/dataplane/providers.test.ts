// The extension providers of a MeshConfig on real Envoys: what each collector is sent, and how.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join as joinPath } from 'node:path'
import { type TestContext, test } from 'node:test'
import { messageType } from '../../proto/message-type.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { openHttp } from '../../src/dashboard/server.ts'
import { skip, testFolder } from '../support/envoy.ts'
import { grpcCall, grpcUpstream } from '../support/grpc.ts'
import { type GrpcSink, grpcSink } from '../support/grpc-sink.ts'
import { rawExchange, request } from '../support/http.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { httpUpstream, tcpUpstream, type Upstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000
const OTLP = 'opentelemetry.proto.collector.trace.v1.TraceService/Export'
const OTLP_LOGS = 'opentelemetry.proto.collector.logs.v1.LogsService/Export'
const SKYWALKING = 'skywalking.v3.TraceSegmentReportService/collect'
const ACCESS_LOGS = 'envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs'
const COLLECTOR = 'collector.shop.svc.cluster.local'
/** Envoys send what they have every few seconds; a slow machine takes longer. */
const PATIENT = { timeout: 60_000, every: 100 }
const GRPC = { service: COLLECTOR, port: 4317 }
const HTTP = { service: COLLECTOR, port: 9411 }

interface Site {
  readonly mesh: TestMesh
  readonly sink: GrpcSink
  readonly http: Upstream
  /** Sets the whole MeshConfig. */
  config(fields: object): Promise<void>
  ask(path: string): Promise<number>
  say(): Promise<string>
  call(): Promise<unknown>
  /** Asks until something is seen: spans and logs come in batches. */
  until<T>(path: string, look: () => T | undefined): Promise<T>
}

/** Files that Envoys find where they run, and variables of theirs and of the control plane. */
function surroundings(t: TestContext): void {
  const [before, folder] = [process.cwd(), testFolder(t)]
  const found = joinPath(folder, 'metadata.properties')
  writeFileSync(found, 'dt.entity.host=HOST-7\n')
  const pointer = 'dt_metadata_e617c525669e072eebe3d0f08212e8f2.properties'
  writeFileSync(joinPath(folder, pointer), found)
  process.chdir(folder)
  process.env.OTEL_RESOURCE_ATTRIBUTES = 'deployment=blue'
  process.env.LOTSE_TEST_TOKEN = 'from-the-environment'
  t.after(() => {
    process.chdir(before)
    delete process.env.OTEL_RESOURCE_ATTRIBUTES
    delete process.env.LOTSE_TEST_TOKEN
  })
}

async function start(t: TestContext): Promise<Site> {
  const [client, web, collector] = [loopback(), loopback(), loopback()]
  const application = await httpUpstream(t, { name: 'web' })
  const echo = await tcpUpstream(t, { name: 'echo' })
  const grpc = await grpcUpstream(t, { name: 'grpc' })
  const methods = [OTLP, OTLP_LOGS, SKYWALKING, ACCESS_LOGS]
  const sink = await grpcSink(t, { address: collector, port: 4317, methods })
  const http = await httpUpstream(t, { name: 'http', address: collector, port: 9411 })
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({
          ...{ workload: 'shop/client', address: client, account: 'client' },
          calls: [
            { port: PORT, protocol: 'HTTP' },
            { port: 8001, protocol: 'GRPC' },
            { port: 9000, protocol: 'TCP', hosts: ['shop/web.shop.svc.cluster.local'] },
          ],
        }),
        workload({
          ...{ workload: 'shop/web', address: web, labels: { app: 'web' } },
          serves: [
            { port: 8080, protocol: 'HTTP', application: application.port },
            { port: 8081, protocol: 'GRPC', application: grpc.port },
            { port: 9000, protocol: 'TCP', application: echo.port },
          ],
        }),
        workload({ workload: 'shop/collector', address: collector, labels: { app: 'collector' } }),
        service('shop/web', { app: 'web' }, `http:${PORT}:8080`, 'grpc:8001:8081', 'tcp:9000'),
        service('shop/collector', { app: 'collector' }, 'grpc:4317', 'http:9411'),
      ),
      'config.yaml': '',
      'telemetry.yaml': '',
    },
    proxies: ['shop/client', 'shop/web'],
  })
  const ask = async (path: string) =>
    (await request({ address: client, port: PORT, host: 'web', path })).status
  const until = async <T>(path: string, look: () => T | undefined) => {
    const seen = async () => {
      await ask(path)
      return look()
    }
    return (await waitFor(`what follows from ${path}`, seen, Boolean, PATIENT))!
  }
  return {
    ...{ mesh, sink, http, ask, until },
    config: (fields) => mesh.edit('config.yaml', configOf(fields)),
    say: () => rawExchange({ address: client, port: 9000, send: 'hello', until: /hello/ }),
    call: () => grpcCall({ address: client, port: 8001, authority: 'web' }),
  }
}

function configOf(fields: object): string {
  const kind = { apiVersion: 'mesh.istio.io/v1alpha1', kind: 'MeshConfig' }
  return JSON.stringify({ ...kind, metadata: { name: 'mesh' }, ...fields })
}

/** Traces all requests by one provider. */
const traced = (provider: object) => ({
  extensionProviders: [{ name: 'it', ...provider }],
  defaultProviders: { tracing: ['it'] },
  defaultConfig: { tracing: { sampling: 100 } },
})

test('providers', { skip }, async (t) => {
  surroundings(t)
  const s = await start(t)
  await openTelemetry(t, s)
  await otherTracers(t, s)
  await accessLogs(t, s)
  await before(t, s)
})

async function openTelemetry(t: TestContext, s: Site): Promise<void> {
  await t.test('OpenTelemetry over gRPC: metadata, resources, and no more of a path', async () => {
    const initialMetadata = [
      { name: 'x-tenant', value: 'shop' },
      { name: 'x-token', envName: 'LOTSE_TEST_TOKEN' },
    ]
    const resourceDetectors = { environment: {}, dynatrace: {} }
    await s.config(
      traced({
        opentelemetry: { ...GRPC, maxTagLength: 9, grpc: { initialMetadata }, resourceDetectors },
      }),
    )
    const { metadata, message } = await s.until('/long/path', () => s.sink.of(OTLP).at(-1))
    assert.equal(metadata['x-tenant'], 'shop')
    assert.equal(metadata['x-token'], 'from-the-environment')
    const text = message.toString('latin1')
    assert.match(text, /deployment[\s\S]{1,6}blue/)
    assert.match(text, /dt\.entity\.host[\s\S]{1,6}HOST-7/)
    assert.match(text, /\/long\/pat(?!h)/)
  })

  await t.test('a variable that is not set is told, and its header left out', async () => {
    const initialMetadata = [{ name: 'x-token', envName: 'LOTSE_TEST_NOT_SET' }]
    await s.config(traced({ opentelemetry: { ...GRPC, grpc: { initialMetadata } } }))
    const told = () => s.mesh.app.diagnostics().find(({ code }) => code === 'L0260')
    const { text } = (await waitFor('the warning', told))!
    assert.match(text, /LOTSE_TEST_NOT_SET is not set/)
    const { length } = s.sink.of(OTLP)
    const sent = await s.until('/unset', () =>
      s.sink.of(OTLP).find(({ metadata }, at) => at >= length && !metadata['x-tenant']),
    )
    assert.equal(sent.metadata['x-token'], undefined)
  })

  await t.test('OpenTelemetry over HTTP, with a header from the environment', async () => {
    const headers = [{ name: 'x-token', envName: 'LOTSE_TEST_TOKEN' }]
    await s.config(traced({ opentelemetry: { ...HTTP, http: { path: '/otlp', headers } } }))
    const sent = await s.until('/over-http', () =>
      s.http.received.find(({ path }) => path === '/otlp'),
    )
    assert.equal(sent.headers['x-token'], 'from-the-environment')
    const server = await openHttp({ address: '127.0.0.1:0', data: testFolder(t) })
    if (isProblem(server)) throw new Error(server.text)
    t.after(() => server.close())
    server.ready(s.mesh.app)
    const shown = await (await fetch(`http://${server.address}/api/v1/config/client.shop`)).text()
    assert.match(shown, /x-token/)
    assert.doesNotMatch(shown, /from-the-environment/, 'it may be a secret')
  })

  await t.test('Dynatrace decides what is sampled, where it is asked', async () => {
    s.http.behave({ body: '{"rootSpansPerMinute": 900}' })
    const headers = [
      { name: 'authorization', value: 'Api-Token it' },
      { name: 'x-token', envName: 'LOTSE_TEST_TOKEN' },
    ]
    const httpService = { ...HTTP, http: { path: '/sampling', timeout: '2s', headers } }
    const dynatraceSampler = {
      ...{ tenant: 'abc12345', clusterId: 7, rootSpansPerMinute: 1000, httpService },
    }
    await s.config(traced({ opentelemetry: { ...GRPC, dynatraceSampler } }))
    const asked = await s.until('/sampled', () =>
      s.http.received.find(({ path }) => path.startsWith('/sampling')),
    )
    assert.equal(asked.headers.authorization, 'Api-Token it')
    assert.equal(asked.headers['x-token'], 'from-the-environment')
    await s.until('/sampled', () =>
      s.sink.of(OTLP).find(({ message }) => message.toString('latin1').includes('@dt=fw4')),
    )
    s.http.behave({})
  })
}

async function otherTracers(t: TestContext, s: Site): Promise<void> {
  await t.test('Zipkin: where, with which headers, and by which identifiers', async () => {
    const headers = [
      { name: 'x-key', value: 'secret' },
      { name: 'x-token', envName: 'LOTSE_TEST_TOKEN' },
    ]
    const more = { path: '/here', timeout: '4s', headers, enable64bitTraceId: true }
    await s.config(traced({ zipkin: { ...HTTP, ...more, maxTagLength: 7 } }))
    const sent = await s.until('/zipkin/path', () =>
      s.http.received.find(({ path }) => path === '/here'),
    )
    assert.equal(sent.headers['x-key'], 'secret')
    assert.equal(sent.headers['x-token'], 'from-the-environment')
    const spans = JSON.parse(sent.body) as { traceId: string; tags: Record<string, string> }[]
    assert.ok(spans.every(({ traceId }) => traceId.length === 16))
    assert.ok(spans.some(({ tags }) => tags['http.url']?.endsWith('/zipkin')))
  })

  await t.test('a collector that does not answer is waited for as long as is said', async () => {
    s.http.behave({ hang: true })
    await s.config(traced({ zipkin: { ...HTTP, timeout: '0.05s' } }))
    const name = `cluster.outbound|9411||${COLLECTOR}.upstream_rq_timeout`
    const late = async () => {
      await s.ask('/late')
      return s.mesh.envoy('shop/client').stat(name)
    }
    await waitFor('calls that took too long', late, Boolean, PATIENT)
    s.http.behave({})
  })

  await t.test('Datadog', async () => {
    await s.config(traced({ datadog: { ...HTTP, maxTagLength: 8 } }))
    const sent = await s.until('/datadog/path', () =>
      s.http.received.find(
        ({ path, body }) => path.includes('traces') && body.includes('/datadog'),
      ),
    )
    assert.match(sent.body, /client\.shop|web\.shop/)
    assert.doesNotMatch(sent.body, /datadog\/path/)
  })

  await t.test('SkyWalking, which wants to know who is there', async () => {
    await s.config(traced({ skywalking: { ...GRPC, accessToken: 'known' } }))
    const sent = await s.until('/skywalking', () => s.sink.of(SKYWALKING)[0])
    assert.equal(sent.metadata.authentication, 'known')
    assert.match(sent.message.toString('latin1'), /(client|web)\.shop/)
  })
}

interface Entry {
  readonly common_properties?: {
    readonly filter_state_objects?: Readonly<Record<string, { readonly value: Uint8Array }>>
  }
  readonly request?: {
    readonly path?: string
    readonly request_headers?: Readonly<Record<string, string>>
  }
  readonly response?: {
    readonly response_headers?: Readonly<Record<string, string>>
    readonly response_trailers?: Readonly<Record<string, string>>
  }
}

/** Entries of one log. */
function entries(sink: GrpcSink, log: string): Entry[] {
  const type = messageType('envoy.service.accesslog.v3.StreamAccessLogsMessage')
  const names = new Map<string, string>()
  return sink.of(ACCESS_LOGS).flatMap(({ message, metadata }) => {
    const read = type.toObject(type.decode(message)) as {
      identifier?: { log_name: string; node?: { id: string } }
      http_logs?: { log_entry?: Entry[] }
      tcp_logs?: { log_entry?: Entry[] }
    }
    // Only the first message of a stream says whose it is.
    const stream = JSON.stringify(metadata)
    if (read.identifier) names.set(stream, read.identifier.log_name)
    if ((read.identifier?.log_name ?? names.get(stream)) !== log) return []
    return [...(read.http_logs?.log_entry ?? []), ...(read.tcp_logs?.log_entry ?? [])]
  })
}

/** An object in the state of each request and connection, as extensions leave it there. */
function stateFilters(): string {
  const value = `[{object_key: shop.note, factory_key: envoy.string,
    format_string: {text_format_source: {inline_string: noted}}}]`
  const patch = (applyTo: string, filter: string, type: string, field: string) =>
    `{applyTo: ${applyTo}, match: {context: SIDECAR_OUTBOUND, listener: {filterChain: {filter: {name: ${filter}}}}},
      patch: {operation: INSERT_BEFORE, value: {name: note, typed_config: {"@type": type.googleapis.com/${type}, ${field}: ${value}}}}}`
  const http = 'envoy.extensions.filters.http.set_filter_state.v3.Config'
  const network = 'envoy.extensions.filters.network.set_filter_state.v3.Config'
  return policy(
    'EnvoyFilter',
    'shop/notes',
    `{configPatches: [${patch('HTTP_FILTER', 'envoy.filters.network.http_connection_manager, subFilter: {name: envoy.filters.http.router}', http, 'on_request_headers')},
      ${patch('NETWORK_FILTER', 'envoy.filters.network.tcp_proxy', network, 'on_new_connection')}]}`,
  )
}

async function accessLogs(t: TestContext, s: Site): Promise<void> {
  await t.test('requests to a log service: headers, trailers, and what filters left', async () => {
    await s.mesh.edit('telemetry.yaml', stateFilters())
    await s.config({
      extensionProviders: [
        {
          name: 'requests',
          envoyHttpAls: {
            ...{ ...GRPC, logName: 'own-http', filterStateObjectsToLog: ['shop.note'] },
            additionalRequestHeadersToLog: ['x-request-id'],
            additionalResponseHeadersToLog: ['content-type'],
            additionalResponseTrailersToLog: ['grpc-status'],
          },
        },
      ],
      defaultProviders: { accessLogging: ['requests'] },
    })
    const isCall = ({ request: asked }: Entry) => asked?.path?.includes('Echo')
    const seen = async () => {
      await s.call()
      return entries(s.sink, 'own-http').find(
        (one) => isCall(one) && one.common_properties?.filter_state_objects?.['shop.note'],
      )
    }
    const entry = (await waitFor('the call in the log', seen, Boolean, PATIENT))!
    const note = entry.common_properties!.filter_state_objects!['shop.note']!
    assert.match(Buffer.from(note.value).toString(), /noted/)
    assert.ok(entry.request?.request_headers?.['x-request-id'])
    assert.equal(entry.response?.response_headers?.['content-type'], 'application/grpc+proto')
    assert.equal(entry.response?.response_trailers?.['grpc-status'], '0')
  })

  await t.test('connections to a log service', async () => {
    const envoyTcpAls = {
      ...{ ...GRPC, logName: 'own-tcp', filterStateObjectsToLog: ['shop.note'] },
    }
    await s.config({
      extensionProviders: [{ name: 'connections', envoyTcpAls }],
      defaultProviders: { accessLogging: ['connections'] },
    })
    const seen = async () => {
      await s.say()
      const found = entries(s.sink, 'own-tcp')
      return found.find((one) => one.common_properties?.filter_state_objects?.['shop.note'])
    }
    await waitFor('the connection in the log', seen, Boolean, PATIENT)
    assert.ok(entries(s.sink, 'own-tcp').every(({ request: asked }) => asked === undefined))
    await s.mesh.edit('telemetry.yaml', '')
  })

  await t.test('a log of OpenTelemetry has its name, a file no empty values', async () => {
    const path = joinPath(testFolder(t), 'values.log')
    const labels = { path: '%REQ(:PATH)%', none: '%REQ(x-none)%' }
    await s.config({
      extensionProviders: [
        { name: 'otlp', envoyOtelAls: { ...GRPC, logName: 'own-otlp' } },
        {
          name: 'file',
          envoyFileAccessLog: { path, logFormat: { labels }, omitEmptyValues: true },
        },
      ],
      defaultProviders: { accessLogging: ['otlp', 'file'] },
    })
    await s.until('/named', () =>
      s.sink.of(OTLP_LOGS).find(({ message }) => message.includes('own-otlp')),
    )
    const lines = () => (existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [])
    const line = await s.until('/valued', () => lines().find((one) => one.includes('/valued')))
    assert.deepEqual(JSON.parse(line), { path: '/valued' })
  })

  await t.test('a provider of metrics by name', async () => {
    await s.config({ extensionProviders: [{ name: 'prometheus', prometheus: {} }] })
    const named = '{metrics: [{providers: [{name: prometheus}]}]}'
    await s.mesh.edit('telemetry.yaml', policy('Telemetry', 'shop/metrics', named))
    assert.equal(await s.ask('/metrics'), 200)
    const told = s.mesh.app.diagnostics().filter(({ code }) => code === 'L0260')
    assert.deepEqual(told, [])
    await s.mesh.edit('telemetry.yaml', '')
  })
}

/** What a MeshConfig says without extension providers. */
async function before(t: TestContext, s: Site): Promise<void> {
  await t.test(
    'spans to Zipkin, with a limit of the path and without tags of the mesh',
    async () => {
      s.http.behave({})
      const zipkin = { address: 'collector.shop:9411' }
      const tracing = { zipkin, sampling: 100, maxPathTagLength: 5, enableIstioTags: false }
      await s.config({ enableTracing: true, defaultConfig: { tracing } })
      const sent = await s.until('/abcdefgh', () =>
        s.http.received.find(({ path }) => path === '/api/v2/spans'),
      )
      const spans = JSON.parse(sent.body) as { tags: Record<string, string> }[]
      for (const { tags } of spans) {
        assert.ok(tags['http.url']?.endsWith('/abcd'), tags['http.url'])
        assert.ok(Object.keys(tags).every((tag) => !tag.startsWith('istio.')))
      }
    },
  )

  await t.test('spans to Datadog', async () => {
    s.http.behave({})
    const datadog = { address: 'collector.shop:9411' }
    await s.config({ enableTracing: true, defaultConfig: { tracing: { datadog, sampling: 100 } } })
    await s.until('/old-datadog', () =>
      s.http.received.find(({ body }) => body.includes('/old-datadog')),
    )
  })

  await t.test('access logs to a service', async () => {
    const envoyAccessLogService = { address: 'collector.shop:4317' }
    await s.config({
      enableEnvoyAccessLogService: true,
      defaultConfig: { envoyAccessLogService },
    })
    await s.until('/served', () =>
      entries(s.sink, 'http_envoy_accesslog').find(
        ({ request: asked }) => asked?.path === '/served',
      ),
    )
    const seen = async () => {
      await s.say()
      return entries(s.sink, 'tcp_envoy_accesslog').length
    }
    await waitFor('a connection', seen, Boolean, PATIENT)
  })

  await t.test('connections that fit no chain are not told of where that is disabled', async () => {
    const path = joinPath(testFolder(t), 'mesh.log')
    const logs = async () => {
      const listeners = await s.mesh.envoy('shop/web').resources('listener')
      const now = listeners.filter(({ state }) => state === 'active')
      return now.filter(({ resource }) => resource.access_log !== undefined).length
    }
    await s.config({ accessLogFile: path })
    assert.ok((await logs()) > 0)
    await s.config({ accessLogFile: path, disableEnvoyListenerLog: true })
    assert.equal(await logs(), 0)
    await s.until('/still', () => existsSync(path) && readFileSync(path, 'utf8').includes('/still'))
  })
}
