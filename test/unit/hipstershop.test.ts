// The demo without its mesh: the YAML fits the topology, and the stand-ins alone answer every route with the documented calls.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import { BANK_RATES } from '../../examples/hipstershop/services/bank.ts'
import { type Services, startServices } from '../../examples/hipstershop/services.ts'
import { type Answer, get, isServiceError } from '../../examples/hipstershop/standin/app.ts'
import { provedIdentity } from '../../examples/hipstershop/standin/journal.ts'
import { encodeCommand, encodeReply, RespReader } from '../../examples/hipstershop/standin/resp.ts'
import {
  appPort,
  BANK,
  EDGES,
  GATEWAY,
  inboundAddress,
  outboundAddress,
  SERVICES,
  serviceOf,
  WORKLOADS,
} from '../../examples/hipstershop/topology.ts'
import { printDiagnostic } from '../../src/model/diagnostic.ts'
import { readFiles } from '../../src/registry/file.ts'

interface Entry {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: Record<string, unknown>
}

interface Listener {
  readonly port: { readonly number: number; readonly protocol: string; readonly name: string }
  readonly bind: string
  readonly captureMode: string
  readonly defaultEndpoint?: string
  readonly hosts?: readonly string[]
}

const MESH = new URL('../../examples/hipstershop/mesh/', import.meta.url)
const KINDS_IN_YAML = [
  'MeshConfig',
  'Service',
  'WorkloadEntry',
  'Sidecar',
  'Gateway',
  'VirtualService',
  'DestinationRule',
  'ServiceEntry',
  'PeerAuthentication',
  'AuthorizationPolicy',
]
const PROTOCOLS = { http: 'HTTP', grpc: 'GRPC', tcp: 'TCP' } as const

function entries(kind: string): Entry[] {
  return readdirSync(MESH)
    .flatMap((name) => parseAllDocuments(readFileSync(new URL(name, MESH), 'utf8')))
    .map((document) => document.toJS() as Entry)
    .filter((entry) => entry.kind === kind)
}

function byName(kind: string): Map<string, Record<string, unknown>> {
  return new Map(entries(kind).map((entry) => [entry.metadata.name, entry.spec]))
}

let services: Services
before(async () => {
  services = await startServices('direct')
})
after(() => services.stop())

test('the YAML is read without a complaint', async () => {
  const { documents, diagnostics } = await readFiles([fileURLToPath(MESH)])
  assert.deepEqual(diagnostics.map(printDiagnostic), [])
  assert.equal(documents.length, KINDS_IN_YAML.flatMap(entries).length)
})

test('services in YAML are those of the topology', () => {
  const yaml = byName('Service')
  assert.deepEqual([...yaml.keys()].sort(), SERVICES.map((row) => row.name).sort())
  for (const row of SERVICES) {
    const { ports, selector } = yaml.get(row.name) as {
      ports: readonly { name: string; port: number; targetPort: number }[]
      selector: Record<string, string>
    }
    assert.deepEqual(selector, { app: row.name })
    assert.equal(ports.length, 1)
    assert.equal(ports[0]!.name.split('-')[0], row.protocol)
    assert.deepEqual([ports[0]!.port, ports[0]!.targetPort], [row.port, row.targetPort])
  }
})

test('workload entries in YAML are those of the topology', () => {
  const yaml = byName('WorkloadEntry')
  assert.deepEqual([...yaml.keys()].sort(), WORKLOADS.map((row) => row.name).sort())
  for (const row of WORKLOADS) {
    const spec = yaml.get(row.name)!
    const labels = spec.labels as Record<string, string>
    assert.equal(spec.address, inboundAddress(row))
    assert.equal(spec.serviceAccount, row.app)
    assert.deepEqual([labels.app, labels.version], [row.app, row.version])
  }
  assert.equal(new Set(WORKLOADS.map((row) => row.number)).size, WORKLOADS.length)
})

test('sidecars in YAML open the listeners that the topology promises', () => {
  const yaml = byName('Sidecar')
  const expected = WORKLOADS.filter((row) => row.proxied && row.app !== 'ingressgateway')
  assert.deepEqual([...yaml.keys()].sort(), expected.map((row) => row.name).sort())
  for (const row of expected) {
    const spec = yaml.get(row.name)!
    const { labels } = spec.workloadSelector as { labels: Record<string, string> }
    const selected = WORKLOADS.filter(
      (one) =>
        one.app === labels.app && (labels.version === undefined || one.version === labels.version),
    )
    assert.deepEqual(selected, [row], `the selector of ${row.name}`)

    const served = SERVICES.find((service) => service.name === row.app)
    const ingress = (spec.ingress ?? []) as readonly Listener[]
    assert.equal(ingress.length, served ? 1 : 0)
    if (served) {
      assert.equal(ingress[0]!.port.number, served.targetPort)
      assert.equal(ingress[0]!.port.protocol, PROTOCOLS[served.protocol])
      assert.equal(ingress[0]!.bind, inboundAddress(row))
      assert.equal(ingress[0]!.captureMode, 'NONE')
      assert.equal(ingress[0]!.defaultEndpoint, `127.0.0.1:${appPort(row)}`)
    }
    assert.deepEqual(outbound(row.name, spec.egress as readonly Listener[]), calledBy(row.app))
  }
})

/** Every call a workload's egress listeners allow, as `service at address:port protocol`. */
function outbound(name: string, listeners: readonly Listener[]): string[] {
  const row = WORKLOADS.find((one) => one.name === name)!
  return listeners
    .flatMap((listener) => {
      if (listener.hosts?.join() === '~/*') return []
      assert.equal(listener.captureMode, 'NONE')
      assert.equal(listener.bind, outboundAddress(row))
      return listener.hosts!.map((host) => {
        const service = host.replace('./', '').replace('.default.svc.cluster.local', '')
        return `${service}:${listener.port.number} ${listener.port.protocol}`
      })
    })
    .sort()
}

function calledBy(app: string): string[] {
  const bank = app === 'currencyservice' ? [`${BANK.host}:${BANK.port} HTTP`] : []
  return EDGES.filter((edge) => edge.startsWith(`${app}>`))
    .map((edge) => serviceOf(edge.split('>')[1]!))
    .map((called) => `${called.name}:${called.port} ${PROTOCOLS[called.protocol]}`)
    .concat(bank)
    .sort()
}

test('gateway and bank in YAML are where the topology says', () => {
  const servers = byName('Gateway').get('hipstershop')!.servers as readonly Listener[]
  assert.deepEqual([servers[0]!.bind, servers[0]!.port.number], [GATEWAY.address, GATEWAY.port])
  const bank = byName('ServiceEntry').get('european-central-bank') as {
    hosts: readonly string[]
    ports: readonly { number: number }[]
    endpoints: readonly { ports: { http: number } }[]
  }
  assert.deepEqual(bank.hosts, [BANK.host])
  assert.equal(bank.ports[0]!.number, BANK.port)
  assert.equal(bank.endpoints[0]!.ports.http, BANK.standIn)
})

test('no call of Hipstershop is missing, and no two listeners share an address', () => {
  assert.equal(EDGES.length, 16)
  const bound = entries('Sidecar')
    .flatMap((entry) => [
      ...((entry.spec.ingress ?? []) as readonly Listener[]),
      ...(entry.spec.egress as readonly Listener[]),
    ])
    .filter((listener) => listener.bind !== undefined)
    .map((listener) => `${listener.bind}:${listener.port.number}`)
    .concat(`${GATEWAY.address}:${GATEWAY.port}`)
  assert.equal(new Set(bound).size, bound.length)
})

const USER = 'shop_session-id=visitor; shop_currency=EUR'

function visit(version: string, method: string, path: string, form = ''): Promise<Answer> {
  const { host, port } = services.address(`frontend-v${version}`)
  const headers = {
    cookie: USER,
    'user-agent': 'loadgenerator/1',
    'x-check': 'routes',
    'x-request-id': 'one-request',
    'content-length': String(Buffer.byteLength(form)),
    'content-type': 'application/x-www-form-urlencoded',
  }
  return get(host, port, path, { method, headers }, form)
}

test('the shop: every route answers, and makes every documented call', async () => {
  const home = await visit('1', 'GET', '/')
  assert.equal(home.status, 200)
  // The bank's stand-in gives 1.25 dollars for a euro: 49 dollars are 39.20 euros.
  assert.match(home.body, /Brass compass<\/a>, 39\.20 EUR/)
  assert.match((await visit('2', 'GET', '/neu')).body, /version 2/)
  assert.match((await visit('2', 'GET', '/neu/product/tea')).body, /href="\/neu\/cart"/)

  const added = await visit('1', 'POST', '/cart', 'product_id=tea&quantity=2')
  assert.deepEqual([added.status, added.headers.location], [302, '/cart'])
  await visit('1', 'POST', '/cart', 'product_id=tea&quantity=1')
  const cart = await visit('1', 'GET', '/cart')
  assert.match(cart.body, /3 × <a href="\/product\/tea">Frisian tea/)
  const card = 'email=a%40b.c&credit_card_number=4432-8015-6152-0454'
  const order = await visit('1', 'POST', '/cart/checkout', card)
  assert.match(order.body, /Order .+ 27\.59 EUR, tracking number LOTSE-/)
  assert.match((await visit('1', 'GET', '/cart')).body, /cart \(0\)/)
  assert.equal((await visit('1', 'POST', '/cart/checkout', 'credit_card_number=1')).status, 500)

  for (const [method, path, status] of [
    ['POST', '/cart/empty', 302],
    ['GET', '/logout', 302],
    ['GET', '/product/nothing', 404],
    ['GET', '/product-meta/tea,rum', 200],
    ['GET', '/assistant', 200],
    ['POST', '/bot', 501],
    ['GET', '/_healthz', 200],
    ['GET', '/robots.txt', 200],
    ['GET', '/static/style.css', 200],
    ['GET', '/nowhere', 404],
    ['GET', '/api', 200],
    ['POST', '/api', 200],
    ['GET', '/api/products', 200],
    ['GET', '/api/nothing', 404],
  ] as const) {
    assert.equal((await visit('1', method, path)).status, status, `${method} ${path}`)
  }
  const set = await visit('1', 'POST', '/setCurrency', 'currency_code=JPY')
  assert.match(String(set.headers['set-cookie']), /shop_currency=JPY/)
  const currencies = JSON.parse((await visit('1', 'GET', '/api/currencies')).body) as string[]
  assert.deepEqual(currencies, ['EUR', ...Object.keys(BANK_RATES)].sort())

  const seen = new Set(services.journal.calls.keys())
  assert.deepEqual(
    EDGES.filter((edge) => !seen.has(edge)),
    [],
  )
  assert.ok(seen.has(`currencyservice>${BANK.host}`))
  // Headers for tracing arrive at the far end of the longest chain.
  const far = services.journal.marked('routes', 'emailservice')
  assert.deepEqual(
    far.map((one) => one.requestId),
    ['one-request'],
  )
})

test('trouble on order reaches marked requests only', async () => {
  const { trouble, journal } = services
  const ask = (mark: string, timeout?: number) =>
    services
      .app('frontend-v1')
      .call<object>(
        'shippingservice',
        'ShippingService/GetQuote',
        { items: [] },
        mark === '' ? {} : { 'x-check': mark },
        timeout,
      )
  trouble.fail('shippingservice', 'twice', 2)
  await assert.rejects(ask('twice'), (error) => isServiceError(error) && error.code === 14)
  await ask('')
  await assert.rejects(ask('twice'))
  await ask('twice')
  assert.equal(journal.marked('twice', 'shippingservice').length, 3)

  const release = trouble.hold('shippingservice', 'held')
  const held = ask('held')
  await ask('')
  await assert.rejects(ask('held', 20), (error) => isServiceError(error) && error.code === 4)
  release()
  await held
  await ask('held')
})

test('the caller is the last element that an Envoy appended', () => {
  const header =
    'By=spiffe://t/ns/a/sa/x;Hash=1;URI=spiffe://t/ns/a/sa/first,By=spiffe://t/ns/a/sa/y;Hash=2;Subject="";URI=spiffe://t/ns/a/sa/last'
  assert.equal(provedIdentity(header), 'spiffe://t/ns/a/sa/last')
  assert.equal(provedIdentity('By=spiffe://t/ns/a/sa/x;Hash=1'), '')
  assert.equal(provedIdentity(undefined), '')
})

test('RESP survives any split of the bytes', () => {
  const bytes = Buffer.from(
    `${encodeCommand(['SET', 'größe', 'a\r\nb'])}${encodeReply(null)}${encodeReply(7)}${encodeReply('')}`,
  )
  for (let cut = 0; cut <= bytes.length; cut++) {
    const reader = new RespReader()
    const values = [...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))]
    assert.deepEqual(values, [['SET', 'größe', 'a\r\nb'], null, 7, ''])
  }
})
