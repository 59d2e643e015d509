// The harness itself on the real Envoy: static routing, bootstrap by mutual TLS, certificates renewed in place, draining.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { connect } from 'node:tls'
import { ENVOY_VERSION } from '../../envoy/binary.ts'
import type { Bootstrap, Cluster, Listener } from '../../proto/envoy.d.ts'
import { testAds } from '../support/ads.ts'
import { writeCertificateFolder } from '../support/certificate-folder.ts'
import { testCa } from '../support/certificates.ts'
import { envoyBinary, skip, testEnvoy, testFolder } from '../support/envoy.ts'
import { grpcCall, grpcUpstream } from '../support/grpc.ts'
import { http2, keepAlive, rawExchange, request } from '../support/http.ts'
import { freePort, loopback } from '../support/ports.ts'
import { asStatic } from '../support/static.ts'
import { httpUpstream, tcpUpstream } from '../support/upstreams.ts'
import { validate } from '../support/validate.ts'
import { waitFor } from '../support/wait.ts'

const TYPE = 'type.googleapis.com/'

function cluster(name: string, port: number, http2Upstream = false): Cluster {
  const options = {
    '@type': `${TYPE}envoy.extensions.upstreams.http.v3.HttpProtocolOptions`,
    explicit_http_config: { http2_protocol_options: {} },
  }
  return {
    name,
    load_assignment: {
      cluster_name: name,
      endpoints: [
        {
          lb_endpoints: [
            {
              endpoint: {
                address: { socket_address: { address: '127.0.0.1', port_value: port } },
              },
            },
          ],
        },
      ],
    },
    ...(http2Upstream && {
      typed_extension_protocol_options: {
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': options,
      },
    }),
  }
}

function listener(name: string, address: string, port: number, filter: object): Listener {
  return {
    name,
    address: { socket_address: { address, port_value: port } },
    filter_chains: [{ filters: [filter as never] }],
  }
}

function http(routes: readonly object[]): object {
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': `${TYPE}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: 'test',
      route_config: {
        name: 'test',
        virtual_hosts: [{ name: 'all', domains: ['*'], routes }],
      },
      http_filters: [
        {
          name: 'envoy.filters.http.router',
          typed_config: { '@type': `${TYPE}envoy.extensions.filters.http.router.v3.Router` },
        },
      ],
    },
  }
}

function tcp(name: string): object {
  return {
    name: 'envoy.filters.network.tcp_proxy',
    typed_config: {
      '@type': `${TYPE}envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy`,
      stat_prefix: 'tcp',
      cluster: name,
    },
  }
}

test('a static Envoy carries HTTP/1, HTTP/2, gRPC and TCP', { skip }, async (t) => {
  const web = await httpUpstream(t, { name: 'web' })
  const echo = await grpcUpstream(t, { name: 'echo' })
  const lines = await tcpUpstream(t, { name: 'lines', greeting: 'hello\n' })
  const address = loopback()
  const envoy = await testEnvoy(t, {
    config: {
      static_resources: {
        clusters: [
          cluster('web', web.port),
          cluster('web2', web.port, true),
          cluster('echo', echo.port, true),
          cluster('lines', lines.port),
        ],
        listeners: [
          listener(
            'http',
            address,
            8080,
            http([
              { match: { prefix: '/test.Echo/' }, route: { cluster: 'echo' } },
              { match: { prefix: '/two' }, route: { cluster: 'web2' } },
              { match: { prefix: '/' }, route: { cluster: 'web' } },
            ]),
          ),
          listener('tcp', '127.0.0.1', 0, tcp('lines')),
        ],
      },
    },
  })
  const info = JSON.parse(await envoy.admin('/server_info')) as { version: string }
  assert.match(info.version, new RegExp(`/${ENVOY_VERSION.replaceAll('.', '\\.')}/`))

  const target = { address, port: 8080 }
  const plain = await request({
    ...target,
    host: 'web.default:80',
    path: '/a/../b?c=%2F',
    body: 'x',
  })
  assert.equal(plain.status, 200)
  const { name, method, path, host, body } = plain.json<(typeof web.received)[0] & object>()
  assert.deepEqual(
    { name, method, path, host, body },
    { name: 'web', method: 'POST', path: '/a/../b?c=%2F', host: 'web.default:80', body: 'x' },
  )

  const kept = keepAlive(target)
  const [first, second] = [await kept.request(), await kept.request({ path: '/two' })]
  kept.close()
  assert.equal(first.connection, second.connection)
  assert.deepEqual([first.json().http, second.json().http], ['1.1', '2.0'])

  const session = http2(target)
  const both = await Promise.all([session.request(), session.request({ host: 'other' })])
  session.close()
  assert.deepEqual(
    both.map((answer) => [answer.status, answer.json().host]),
    [
      [200, `${address}:8080`],
      [200, 'other'],
    ],
  )

  assert.equal((await grpcCall({ ...target, message: { n: 1 } })).echo?.name, 'echo')
  echo.fail(14)
  assert.equal((await grpcCall(target)).code, 14)
  assert.equal(echo.calls(), 2)

  const port = await envoy.listenerPort('tcp')
  assert.equal(await rawExchange({ port, send: 'ping\n', until: /ping\n/ }), 'hello\nping\n')

  assert.deepEqual((await envoy.resources('cluster')).map((one) => one.name).sort(), [
    'echo',
    'lines',
    'web',
    'web2',
  ])
  assert.deepEqual(
    (await envoy.resources('listener')).map(({ name, state }) => ({ name, state })),
    [
      { name: 'http', state: 'static' },
      { name: 'tcp', state: 'static' },
    ],
  )
  assert.equal(await envoy.stat('cluster.web2.upstream_rq_200'), 1)
})

test('upstreams fail in the way they are told', { skip }, async (t) => {
  const web = await httpUpstream(t, { name: 'web' })
  const target = { port: web.port }
  web.behave({ status: 418, body: 'tea', headers: { 'x-a': 'b' } })
  const told = await request(target)
  assert.deepEqual([told.status, told.body, told.headers['x-a']], [418, 'tea', 'b'])
  web.behave({ failFirst: 2 })
  const statuses = [await request(target), await request(target), await request(target)]
  assert.deepEqual(
    statuses.map(({ status }) => status),
    [503, 503, 200],
  )
  web.behave({ reset: true })
  await assert.rejects(request(target), /ECONNRESET|socket hang up/)
  web.behave({ hang: true })
  await assert.rejects(request({ ...target, timeout: 100 }), /no answer within 100 ms/)
  assert.equal(web.received.length, 1)
  await web.stop()
  await assert.rejects(request(target), /ECONNREFUSED/)
})

test('validate gives Envoy’s own reason', { skip }, async () => {
  const good: Bootstrap = { static_resources: { clusters: [cluster('web', 80)] } }
  const bad: Bootstrap = {
    static_resources: {
      listeners: [
        listener('l', '127.0.0.1', 0, http([{ match: { prefix: '/' }, route: { cluster: 'no' } }])),
      ],
    },
  }
  const [first, second] = await validate([good, bad])
  assert.equal(first, undefined)
  assert.match(second ?? '', /unknown cluster 'no'/)
})

test('resources of ADS are judged as one static configuration', { skip }, async () => {
  const config_source = { ads: {}, resource_api_version: 'V3' }
  const manager = {
    '@type': `${TYPE}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'test',
    rds: { route_config_name: '80', config_source },
    http_filters: [
      {
        name: 'rules',
        config_discovery: {
          config_source,
          type_urls: [`${TYPE}envoy.extensions.filters.http.rbac.v3.RBAC`],
        },
      },
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': `${TYPE}envoy.extensions.filters.http.router.v3.Router` },
      },
    ],
  }
  const tls = {
    '@type': `${TYPE}envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext`,
    common_tls_context: {
      tls_certificate_sds_secret_configs: [{ name: 'default', sds_config: config_source }],
      combined_validation_context: {
        default_validation_context: {
          match_typed_subject_alt_names: [{ san_type: 'URI', matcher: { exact: 'spiffe://a/b' } }],
        },
        validation_context_sds_secret_config: { name: 'ROOTCA', sds_config: config_source },
      },
    },
  }
  const host = (path: object) => ({
    name: '80/web',
    domains: ['web'],
    routes: [{ match: path, route: { cluster: 'web' } }],
  })
  const resources = (path: object) => ({
    listeners: [
      listener('l', '127.0.0.1', 0, {
        name: 'envoy.filters.network.http_connection_manager',
        typed_config: manager,
      }),
    ],
    routes: [{ name: '80', vhds: { config_source } }],
    virtualHosts: [host(path)],
    extensions: [
      {
        name: 'rules',
        typed_config: { '@type': `${TYPE}envoy.extensions.filters.http.rbac.v3.RBAC`, rules: {} },
      },
    ],
    clusters: [
      {
        name: 'web',
        type: 'EDS',
        eds_cluster_config: { eds_config: config_source, service_name: 'web:80' },
        transport_socket: { name: 'envoy.transport_sockets.tls', typed_config: tls },
      },
    ],
    endpoints: [{ cluster_name: 'web:80', endpoints: [] }],
    secrets: [
      { name: 'default', tls_certificate: { private_key: { filename: '/none' } } },
      { name: 'ROOTCA', validation_context: { trusted_ca: { filename: '/none' } } },
    ],
  })
  const good = resources({ prefix: '/' })
  const reasons = await validate([
    await asStatic(good),
    await asStatic(resources({ safe_regex: { regex: '[' } })),
  ])
  assert.equal(reasons[0], undefined)
  assert.match(reasons[1] ?? '', /missing \]/)
  await assert.rejects(asStatic({ ...good, endpoints: [] }), /no endpoints are served for web:80/)
  await assert.rejects(asStatic({ ...good, routes: [] }), /no route 80 is served/)
})

test('waiting tells what it last saw', async () => {
  let looks = 0
  const look = () => {
    looks += 1
    return { looks }
  }
  await assert.rejects(
    waitFor('never', look, () => false, { timeout: 50, context: () => 'the log' }),
    /never: not within 50 ms; last seen: \{ looks: \d+ \}\nthe log/,
  )
  assert.equal((await waitFor('third', look, (seen) => seen.looks > 2)).looks > 2, true)
})

test('no port is given twice, whether it is in use yet or not', async () => {
  const ports: number[] = []
  for (let count = 0; count < 700; count++) ports.push(await freePort())
  assert.equal(new Set(ports).size, ports.length)
})

/** Texts that YAML 1.1 takes for something else unless they are quoted. */
const WORDS = { on: 'yes', n: '012', e: '1e3', no: 'null', t: '12:30:45' }

/** The serial number of the certificate a TLS listener shows now. */
async function servedSerial(port: number): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { serialNumber } = socket.getPeerCertificate()
  socket.destroy()
  return serialNumber
}

test('keys are files: renewed in place for traffic and for the control plane', {
  skip,
}, async (t) => {
  const ca = await testCa()
  const uri = 'spiffe://cluster.local/ns/default/sa/web'
  const first = await ca.issue({ uri })
  const folder = testFolder(t)
  const certificates = `${folder}/certs`
  writeCertificateFolder(certificates, first)
  const own = await ca.issue({ uri: 'spiffe://cluster.local/ns/istio-system/sa/lotse' })
  const ads = await testAds(t, { tls: own })
  serve(ads, certificates)
  const proxy = { namespace: 'default', workload: 'web', address: '127.0.0.1', labels: WORDS }
  const envoy = await testEnvoy(t, {
    folder,
    bootstrap: {
      proxy,
      xds: [{ host: '127.0.0.1', port: ads.port }],
      tls: { trustDomain: 'cluster.local', certificates, folder },
    },
  })
  const node = ads.requests.find((one) => one.node)?.node
  assert.equal(node?.id, 'sidecar~127.0.0.1~web.default~default.svc.cluster.local')
  const [dump] = await envoy.configDump('BootstrapConfigDump')
  const metadata = (dump?.bootstrap as Bootstrap | undefined)?.node?.metadata
  assert.equal(metadata?.LOTSE_CERT_DIR, certificates)
  assert.deepEqual(metadata?.LABELS, WORDS)
  assert.equal(ads.callers.at(-1), first.serial)
  const port = await envoy.waitFor('the listener', () => envoy.listenerPort('tls'))
  assert.equal(await servedSerial(port), first.serial)

  const second = await ca.issue({ uri })
  writeCertificateFolder(certificates, second)
  await envoy.waitFor(
    'the new certificate',
    () => servedSerial(port),
    (serial) => serial === second.serial,
  )
  assert.deepEqual(ads.callers, [first.serial], 'the stream went on')

  ads.stop()
  const again = await testAds(t, { tls: own, port: ads.port })
  serve(again, certificates)
  await envoy.waitFor('a new stream', () => again.callers.length > 0)
  assert.deepEqual(again.callers, [second.serial])
  assert.deepEqual([...ads.refusals(), ...again.refusals()], [])

  again.stop()
  const stranger = await testCa()
  const foreign = await testAds(t, {
    tls: await stranger.issue({ uri: 'spiffe://cluster.local/ns/istio-system/sa/lotse' }),
    port: ads.port,
  })
  await envoy.waitFor(
    'a refused handshake',
    () => envoy.stat('cluster.xds-grpc.ssl.fail_verify_error'),
    (count) => count > 0,
  )
  assert.deepEqual(foreign.callers, [], 'a control plane of another root is not spoken to')
})

/** A TLS listener whose certificate is a secret over ADS that names files. */
function serve(ads: Awaited<ReturnType<typeof testAds>>, certificates: string): void {
  const answer = { match: { prefix: '/' }, direct_response: { status: 200 } }
  const one = listener('tls', '127.0.0.1', 0, http([answer]))
  const sds_config = { ads: {}, resource_api_version: 'V3' }
  const context = {
    '@type': `${TYPE}envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext`,
    common_tls_context: {
      tls_certificate_sds_secret_configs: [{ name: 'default', sds_config }],
    },
  }
  const filter_chains = one.filter_chains?.map((chain) => ({
    ...chain,
    transport_socket: { name: 'envoy.transport_sockets.tls', typed_config: context },
  }))
  const file = (name: string) => ({ filename: `${certificates}/${name}` })
  ads.set('envoy.extensions.transport_sockets.tls.v3.Secret', 'default', {
    name: 'default',
    tls_certificate: {
      certificate_chain: file('chain.pem'),
      private_key: file('key.pem'),
      watched_directory: { path: certificates },
    },
  })
  ads.set('envoy.config.listener.v3.Listener', 'tls', { ...one, filter_chains })
}

test('a drained Envoy finishes what is open and takes nothing new', { skip }, async (t) => {
  const web = await httpUpstream(t, { name: 'web', behaviour: { delay: 500 } })
  const port = await freePort()
  const route = { match: { prefix: '/' }, route: { cluster: 'web' } }
  const envoy = await testEnvoy(t, {
    drainSeconds: 1,
    config: {
      static_resources: {
        clusters: [cluster('web', web.port)],
        listeners: [listener('http', '127.0.0.1', port, http([route]))],
      },
    },
  })
  const open = keepAlive({ port })
  const pending = open.request()
  await envoy.waitFor('the request upstream', () => web.received.length === 1)
  const stopped = envoy.stop({ drain: 10_000 })
  assert.equal((await pending).status, 200)
  assert.equal((await pending).headers.connection, 'close')
  await stopped
  assert.deepEqual(await envoy.running.ended, { code: 0, signal: null })
  await assert.rejects(request({ port }), /ECONNREFUSED/)
  open.close()
  assert.notEqual(envoyBinary(), '')
})
