// Telemetry on real Envoys: what access logs hold, which requests are traced, and what reaches an OTLP back end.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join as joinPath } from 'node:path'
import { type TestContext, test } from 'node:test'
import { istioMetrics } from '../../src/telemetry/istio-metrics.ts'
import { skip, testFolder } from '../support/envoy.ts'
import { type HttpRequest, rawExchange, request } from '../support/http.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { type OtlpReceiver, otlpReceiver, type SpanSeen } from '../support/otlp-receiver.ts'
import { loopback } from '../support/ports.ts'
import { type Echo, httpUpstream, tcpUpstream, type Upstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000
/** Envoys write files and send spans after a second or five; a slow machine takes longer. */
const PATIENT = { timeout: 60_000 }

interface Shop {
  readonly mesh: TestMesh
  readonly app: Upstream
  readonly zipkin: Upstream
  readonly otlp: OtlpReceiver
  ask(
    path: string,
    options?: Partial<HttpRequest>,
  ): Promise<{ status: number; headers: Echo['headers'] }>
  tcp(text: string): Promise<string>
  /** Lines of a log file. */
  lines(name: string): string[]
  /** Replaces all Telemetry objects. */
  telemetry(...objects: string[]): Promise<void>
}

async function shop(t: TestContext): Promise<Shop> {
  const [client, web, collector] = [loopback(), loopback(), loopback()]
  const folder = testFolder(t)
  const app = await httpUpstream(t, { name: 'web' })
  const echo = await tcpUpstream(t, { name: 'echo' })
  const otlp = await otlpReceiver(t, { address: collector, port: 4317 })
  const zipkin = await httpUpstream(t, { name: 'zipkin', address: collector, port: 9411 })
  const file = (name: string) => joinPath(folder, `${name}.log`)
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({
          ...{ workload: 'shop/client', address: client, account: 'client' },
          calls: [
            { port: PORT, protocol: 'HTTP' },
            { port: 9000, protocol: 'TCP', hosts: ['shop/web.shop.svc.cluster.local'] },
          ],
        }),
        workload({
          ...{ workload: 'shop/web', address: web, account: 'web', labels: { app: 'web' } },
          serves: [
            { port: 8080, protocol: 'HTTP', application: app.port },
            { port: 9000, protocol: 'TCP', application: echo.port },
          ],
        }),
        workload({ workload: 'shop/collector', address: collector, labels: { app: 'collector' } }),
        service('shop/web', { app: 'web' }, `http:${PORT}:8080`, 'tcp:9000'),
        service('shop/collector', { app: 'collector' }, 'grpc:4317', 'http:9411'),
        meshConfig(file),
      ),
      'telemetry.yaml': '',
    },
    proxies: ['shop/client', 'shop/web'],
  })
  return {
    ...{ mesh, app, zipkin, otlp },
    ask: async (path, options = {}) => {
      const answer = await request({ address: client, port: PORT, host: 'web', path, ...options })
      const headers = answer.body.startsWith('{') ? answer.json<Echo>().headers : {}
      return { status: answer.status, headers }
    },
    tcp: (text) =>
      rawExchange({ address: client, port: 9000, send: text, until: new RegExp(text) }),
    lines: (name) =>
      existsSync(file(name)) ? readFileSync(file(name), 'utf8').split('\n').filter(Boolean) : [],
    telemetry: (...objects) => mesh.edit('telemetry.yaml', join(...objects)),
  }
}

function meshConfig(file: (name: string) => string): string {
  const collector = 'collector.shop.svc.cluster.local'
  return JSON.stringify({
    apiVersion: 'mesh.istio.io/v1alpha1',
    kind: 'MeshConfig',
    metadata: { name: 'mesh' },
    accessLogFile: file('mesh'),
    extensionProviders: [
      { name: 'text', envoyFileAccessLog: { path: file('text') } },
      {
        name: 'json',
        envoyFileAccessLog: {
          path: file('json'),
          logFormat: {
            labels: {
              path: '%REQ(:PATH)%',
              code: '%RESPONSE_CODE%',
              by: '%DOWNSTREAM_PEER_URI_SAN%',
            },
          },
        },
      },
      {
        name: 'otlp-logs',
        envoyOtelAls: {
          ...{ service: collector, port: 4317 },
          logFormat: { text: 'asked for %REQ(:PATH)%', labels: { code: '%RESPONSE_CODE%' } },
        },
      },
      { name: 'otlp', opentelemetry: { service: collector, port: 4317 } },
      {
        name: 'zipkin',
        zipkin: {
          service: collector,
          port: 9411,
          traceContextOption: 'USE_B3_WITH_W3C_PROPAGATION',
        },
      },
    ],
  })
}

test('telemetry', { skip }, async (t) => {
  const s = await shop(t)
  await source(t, s)
  await accessLogs(t, s)
  await tracing(t, s)
  await metrics(t, s)
})

async function source(t: TestContext, s: Shop): Promise<void> {
  await t.test('whom the graph has for the caller is proven, whatever headers say', async () => {
    const address = s.mesh.app.mesh().tables.WorkloadEntry.rows.get('shop/web')!.spec.address!
    const forged = {
      'x-forwarded-client-cert': 'By=spiffe://a;URI=spiffe://cluster.local/ns/shop/sa/client',
      ...{
        'x-envoy-peer-metadata-id': 'sidecar~1.2.3.4~client.shop~shop',
        'x-lotse-node': 'client',
      },
      baggage: 'k8s.workload.name=client',
    }
    const callers = async () => {
      await request({ address, port: 8080, host: 'web', headers: forged })
      const { edges } = await s.mesh.app.graph({ by: 'workload', window: 300 })
      return edges.filter(({ target }) => target === 'shop/web').map((edge) => edge)
    }
    const seen = await waitFor('the call', callers, ({ length }) => length > 0, PATIENT)
    assert.deepEqual(
      seen.map(({ source, mutualTls }) => ({ source, mutualTls })),
      [{ source: 'plain-text clients', mutualTls: 'none' }],
    )
    const metrics = [...s.mesh.app.signals.totals.of('shop/web')]
    assert.ok(metrics.every(({ edge }) => edge.principal === ''))
  })
}

async function accessLogs(t: TestContext, s: Shop): Promise<void> {
  await t.test(
    "the MeshConfig's log, in Istio's format, of both proxies and of connections",
    async () => {
      assert.equal((await s.ask('/one')).status, 200)
      assert.equal(await s.tcp('hello'), 'hello')
      const all = await waitFor(
        'the lines',
        () => s.lines('mesh').filter((line) => /"GET .one |"- - -"/.test(line)),
        ({ length }) => length >= 4,
        PATIENT,
      )
      const requests = all.filter((line) => line.includes('"GET /one HTTP/1.1" 200 - via_upstream'))
      assert.equal(requests.length, 2, all.join('\n'))
      const clusters = requests.map((line) => /\S+bound\|\S+/.exec(line)?.[0]).sort()
      assert.deepEqual(clusters, ['inbound|8080||', `outbound|${PORT}||web.shop.svc.cluster.local`])
      const connections = all.filter((line) => line.includes('"- - -" 0 -'))
      assert.equal(connections.length, 2, 'one line for each end of the connection')
      for (const line of connections) assert.match(line, / 5 5 \d+ - /, 'bytes each way')
    },
  )

  await t.test('one side only, as JSON, and only what an expression holds for', async () => {
    await s.telemetry(
      telemetry(
        'shop/logs',
        `{accessLogging: [{match: {mode: SERVER}, providers: [{name: json}],
          filter: {expression: "response.code >= 500 || request.path.startsWith('/audit')"}}]}`,
      ),
    )
    await until(s, '/audit/0', () => s.lines('json').length > 0)
    await s.ask('/quiet')
    await s.ask('/audit/1')
    s.app.behave({ status: 503 })
    await s.ask('/broken', { method: 'POST' })
    s.app.behave({})
    const found = () => s.lines('json').map((line) => JSON.parse(line) as Record<string, unknown>)
    const broken = (line: Record<string, unknown>) => line.path === '/broken'
    const lines = await waitFor('the lines', found, (all) => all.some(broken), PATIENT)
    const by = 'spiffe://cluster.local/ns/shop/sa/client'
    assert.ok(lines.some((line) => same(line, { path: '/audit/1', code: 200, by })))
    assert.ok(lines.some((line) => same(line, { path: '/broken', code: 503, by })))
    assert.ok(lines.every(({ path, code }) => path !== '/quiet' && code !== undefined))
    const meshes = s.lines('mesh').filter((line) => /quiet|audit.1|broken/.test(line))
    assert.deepEqual(meshes, [], 'the log of the MeshConfig is replaced')
  })

  await t.test('a workload has others than its namespace, over OTLP', async () => {
    await s.telemetry(
      telemetry('istio-system/mesh', '{accessLogging: [{providers: [{name: text}]}]}'),
      telemetry('shop/off', '{accessLogging: [{disabled: true}]}'),
      telemetry(
        'shop/web',
        '{selector: {matchLabels: {app: web}}, accessLogging: [{providers: [{name: otlp-logs}]}]}',
      ),
    )
    const told = () => s.otlp.logs.filter(({ body }) => body === 'asked for /told')
    await until(s, '/told', () => told().length > 0)
    for (const { attributes, resource } of told()) {
      assert.equal(attributes.code, '200')
      assert.equal(resource.node_name?.split('~')[2], 'web.shop', "the client's proxy says nothing")
    }
    assert.deepEqual(s.lines('text'), [])
  })

  await t.test(
    'an expression that is wrong changes nothing and is told with its place',
    async () => {
      const before = await s.mesh.envoy('shop/web').resources('listener')
      s.mesh.write(
        'telemetry.yaml',
        telemetry('shop/web', '{accessLogging: [{filter: {expression: "response.code >"}}]}'),
      )
      const told = () => s.mesh.app.diagnostics().filter(({ code }) => code === 'L0261')
      const [diagnostic] = await waitFor('the diagnostic', told, ({ length }) => length > 0)
      assert.match(diagnostic!.origin!.source, /telemetry\.yaml$/)
      await s.mesh.synced()
      const names = before.map(({ name }) => name).sort()
      const after = await s.mesh.envoy('shop/web').resources('listener')
      assert.deepEqual(after.map(({ name }) => name).sort(), names)
      assert.ok(after.every(({ state }) => state !== 'error'))
    },
  )
}

async function tracing(t: TestContext, s: Shop): Promise<void> {
  const spansOf = (path: string) =>
    s.otlp.spans.filter(({ attributes }) => attributes['http.url']?.endsWith(path))
  const tracedBoth = (path: string) => () =>
    ['client.shop', 'web.shop'].every((name) =>
      spansOf(path).some(({ service }) => service === name),
    )
  const askMany = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
    for (let i = 0; i < 6; i++) await s.ask(path, { headers })
  }

  await t.test(
    'spans of client and server are one trace, with the tags that were asked for',
    async () => {
      await s.telemetry(
        telemetry(
          'istio-system/mesh',
          `{tracing: [{providers: [{name: otlp}], randomSamplingPercentage: 100, customTags:
          {fixed: {literal: {value: here}}, home: {environment: {name: LOTSE_NOT_SET, defaultValue: none}},
           user: {header: {name: x-user, defaultValue: nobody}}, code: {formatter: {value: "%RESPONSE_CODE%"}}}}]}`,
        ),
      )
      await until(s, '/first', tracedBoth('/first'))
      await askMany('/traced', { 'x-user': 'ann' })
      const spans = await waitFor(
        'spans',
        () => spansOf('/traced'),
        ({ length }) => length >= 12,
        PATIENT,
      )
      const servers = spans.filter(({ service }) => service === 'web.shop')
      assert.equal(servers.length, 6)
      for (const span of servers) {
        const parent = spans.find(({ id }) => id === span.parent)
        assert.equal(parent?.service, 'client.shop')
        assert.equal(parent?.trace, span.trace)
        const { fixed, home, user, code } = span.attributes
        assert.deepEqual(
          { fixed, home, user, code },
          { fixed: 'here', home: 'none', user: 'ann', code: '200' },
        )
        assert.equal(span.attributes['istio.canonical_service'], 'web')
      }
      assert.equal(new Set(spans.map(({ trace }) => trace)).size, 6)
      assert.match(nameOf(spans, 'client.shop'), /^web\.shop\.svc\.cluster\.local:8000\/\*$/)
    },
  )

  await t.test("a caller's decision counts, and without sampling there are no spans", async () => {
    await s.telemetry(
      telemetry(
        'istio-system/mesh',
        '{tracing: [{providers: [{name: otlp}], randomSamplingPercentage: 0}]}',
      ),
    )
    const trace = 'aaaabbbbccccddddaaaabbbbccccdddd'
    const isUnsampled = async () => /-00$/.test(String((await s.ask('/look')).headers.traceparent))
    await waitFor('the new sampling', isUnsampled)
    await askMany('/unasked')
    await askMany('/sampled', { traceparent: `00-${trace}-1111222233334444-01` })
    const spans = await waitFor(
      'spans',
      () => spansOf('/sampled'),
      ({ length }) => length >= 12,
      PATIENT,
    )
    assert.ok(spans.every((span) => span.trace === trace))
    assert.deepEqual(spansOf('/unasked'), [])
  })

  await t.test('without spans of its own a proxy passes the context on', async () => {
    await s.telemetry(
      telemetry(
        'istio-system/mesh',
        '{tracing: [{providers: [{name: otlp}], disableSpanReporting: true}]}',
      ),
    )
    const traceparent = '00-aaaabbbbccccddddaaaabbbbccccdddd-1111222233334444-01'
    const passed = async () => (await s.ask('/passed', { headers: { traceparent } })).headers
    await waitFor('the context', passed, (headers) => headers.traceparent === traceparent)
  })

  await t.test('B3 to a Zipkin back end, and W3C beside it', async () => {
    await s.telemetry(
      telemetry(
        'istio-system/mesh',
        '{tracing: [{providers: [{name: zipkin}], randomSamplingPercentage: 100}]}',
      ),
    )
    s.zipkin.behave({ status: 202 })
    const b3 = async () => (await s.ask('/b3')).headers
    const headers = await waitFor('B3', b3, (found) => found['x-b3-traceid'] !== undefined)
    const trace = String(headers['x-b3-traceid'])
    assert.match(trace, /^[0-9a-f]{32}$/)
    assert.equal(String(headers.traceparent).split('-')[1], trace)
    await askMany('/b3')
    const ids = () =>
      s.zipkin.received.flatMap(({ body }) =>
        (JSON.parse(body) as { traceId: string }[]).map(({ traceId }) => traceId),
      )
    const twice = (found: readonly string[]) => found.some((id, at) => found.indexOf(id) < at)
    await waitFor('spans of both proxies', ids, twice, PATIENT)
  })
}

async function metrics(t: TestContext, s: Shop): Promise<void> {
  await t.test('metrics are switched off, lose labels and get others, on one side', async () => {
    await s.telemetry(
      telemetry(
        'shop/metrics',
        `{tracing: [{providers: [{name: otlp}], enableIstioTags: false, disableContextPropagation: true}],
          metrics: [{providers: [{name: prometheus}], overrides: [
          {match: {metric: REQUEST_DURATION}, disabled: true},
          {match: {metric: REQUEST_COUNT, mode: SERVER}, tagOverrides: {source_app: {operation: REMOVE},
            kind: {operation: UPSERT, value: "request.path.startsWith('/tagged') ? 'tagged' : 'other'"}}}]}]}`,
      ),
    )
    const { totals } = s.mesh.app.signals
    const printed = (name: string) => istioMetrics(name, totals.of(name), s.mesh.app.metricsOptions)
    await until(s, '/tagged/1', () => printed('shop/web').includes('kind="tagged"'))
    const line = printed('shop/web')
      .split('\n')
      .find((one) => one.includes('kind="tagged"'))
    assert.match(line!, /^istio_requests_total\{reporter="destination",source_workload="client"/)
    assert.doesNotMatch(line!, /source_app/)
    const client = printed('shop/client')
    assert.match(client, /istio_requests_total\{[^\n]*source_app="client"/)
    assert.doesNotMatch(client, /kind=|istio_request_duration/)
    const { headers } = await s.ask('/tagged/2')
    assert.equal(headers.traceparent, undefined, 'the proxies keep the context to themselves')
  })
}

/** Asks again and again: workers take a new listener a moment after Envoy has accepted it. */
async function until(s: Shop, path: string, seen: () => boolean): Promise<void> {
  const look = async () => {
    await s.ask(path)
    return seen()
  }
  await waitFor(`what follows from ${path}`, look, Boolean, { ...PATIENT, every: 200 })
}

function nameOf(spans: readonly SpanSeen[], service: string): string {
  return spans.find((span) => span.service === service)?.name ?? ''
}

function same(line: Record<string, unknown>, wanted: Record<string, unknown>): boolean {
  return Object.entries(wanted).every(([key, value]) => line[key] === value)
}

function telemetry(named: string, spec: string): string {
  return policy('Telemetry', named, spec)
}
