// What a pair of generated sidecars adds to a request, beside pairs of Envoys written by hand with as little as possible.
import type { Bootstrap, Cluster, Listener } from '../proto/envoy.d.ts'
import { testCa } from '../test/support/certificates.ts'
import type { Cleanup } from '../test/support/cleanup.ts'
import { testEnvoy } from '../test/support/envoy.ts'
import { request } from '../test/support/http.ts'
import { startMesh } from '../test/support/mesh.ts'
import { loopback } from '../test/support/ports.ts'
import { waitFor } from '../test/support/wait.ts'
import { join, policy, service, workload } from '../test/support/workload.ts'
import { withCleanup } from './cleanup.ts'
import { type Latencies, load, startApplication } from './fortio.ts'

const PORT = 8000
const HOST = 'web'
const TYPE = 'type.googleapis.com/' as const

export interface LatencyOptions {
  readonly perSecond: number
  /** Of one measurement. */
  readonly seconds: number
  readonly rounds: number
}

/** One way to the application, and where it begins. */
interface Way {
  readonly name: string
  readonly url: string
}

/** All ways are measured in turn, again and again, so that whatever else the machine does falls on all of them. */
export function latency({ perSecond, seconds, rounds }: LatencyOptions): Promise<object> {
  return withCleanup(async (t) => {
    const application = await startApplication(t)
    const ways: Way[] = [
      { name: 'direct', url: `http://127.0.0.1:${application}/` },
      { name: 'minimal', url: await minimalPair(t, application, false) },
      { name: 'minimal, mutual TLS', url: await minimalPair(t, application, true) },
      { name: 'generated', url: await generatedPair(t, application) },
    ]
    const measured = new Map<string, Latencies[]>(ways.map(({ name }) => [name, []]))
    const connections = 8
    for (const { url } of ways) {
      await load({ url, host: HOST, perSecond, seconds: 2, connections })
    }
    for (let round = 0; round < rounds; round++) {
      for (const { name, url } of ways) {
        const one = await load({ url, host: HOST, perSecond, seconds, connections })
        if (one.failed > 0) throw new Error(`${name}: ${one.failed} requests failed`)
        measured.get(name)!.push(one)
      }
    }
    return { perSecond, seconds, rounds, connections, ...compared(measured) }
  })
}

const SHARES = ['p50', 'p90', 'p99'] as const

/** Medians of the rounds; what a pair adds is told by hop, of which there are two. */
function compared(measured: ReadonlyMap<string, readonly Latencies[]>) {
  const medians = new Map(
    [...measured].map(([name, rounds]) => [name, eachShare((share) => medianOf(rounds, share))]),
  )
  const direct = medians.get('direct')!
  const added = new Map(
    [...medians].map(([name, one]) => [name, eachShare((share) => one[share] - direct[share])]),
  )
  const generated = added.get('generated')!
  const against = (name: string) => {
    const base = added.get(name)!
    return eachShare((share) => generated[share] / base[share])
  }
  return {
    milliseconds: Object.fromEntries(medians),
    addedPerHop: Object.fromEntries(
      [...added].slice(1).map(([name, one]) => [name, eachShare((share) => one[share] / 2)]),
    ),
    generatedAgainstMinimal: against('minimal'),
    generatedAgainstMinimalMutualTls: against('minimal, mutual TLS'),
    samples: Object.fromEntries(measured),
  }
}

function eachShare(value: (share: (typeof SHARES)[number]) => number) {
  const rounded = (share: (typeof SHARES)[number]) => Math.round(value(share) * 1000) / 1000
  return { p50: rounded('p50'), p90: rounded('p90'), p99: rounded('p99') }
}

function medianOf(rounds: readonly Latencies[], share: (typeof SHARES)[number]): number {
  const sorted = rounds.map((one) => one[share]).sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** As `lotse` makes them: mutual TLS, metrics, one policy that lets this client in. */
async function generatedPair(t: Cleanup, application: number): Promise<string> {
  const [client, server] = [loopback(), loopback()]
  await startMesh(t, {
    yaml: join(
      workload({
        ...{ workload: 'shop/client', address: client, account: 'client' },
        calls: [{ port: PORT, protocol: 'HTTP' }],
      }),
      workload({
        ...{ workload: 'shop/web', address: server, labels: { app: 'web' } },
        serves: [{ port: 8080, protocol: 'HTTP', application }],
      }),
      service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
      policy('PeerAuthentication', 'shop/default', '{mtls: {mode: STRICT}}'),
      policy(
        'AuthorizationPolicy',
        'shop/web',
        '{rules: [{from: [{source: {principals: ["cluster.local/ns/shop/sa/client"]}}], to: [{operation: {methods: [GET]}}]}]}',
      ),
    ),
    proxies: ['shop/client', 'shop/web'],
  })
  return answering(client)
}

async function minimalPair(t: Cleanup, application: number, tls: boolean): Promise<string> {
  const [client, server] = [loopback(), loopback()]
  const ca = await testCa()
  const sockets = tls
    ? {
        client: socket('UpstreamTlsContext', await ca.issue({ dns: 'client.test' })),
        server: socket('DownstreamTlsContext', await ca.issue({ dns: 'server.test' })),
      }
    : {}
  await testEnvoy(t, {
    config: minimal({
      ...{ address: server, port: 8080, to: ['127.0.0.1', application] },
      ...(sockets.server ? { down: sockets.server } : {}),
    }),
  })
  await testEnvoy(t, {
    config: minimal({
      ...{ address: client, port: PORT, to: [server, 8080] },
      ...(sockets.client ? { up: sockets.client } : {}),
    }),
  })
  return answering(client)
}

async function answering(address: string): Promise<string> {
  const status = async () => (await request({ address, port: PORT, host: HOST })).status
  await waitFor('the application to answer', status, (code) => code === 200)
  return `http://${address}:${PORT}/`
}

interface Pair {
  readonly chainPem: string
  readonly keyPem: string
  readonly rootPem: string
}

function socket(context: 'UpstreamTlsContext' | 'DownstreamTlsContext', pair: Pair): object {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': `${TYPE}envoy.extensions.transport_sockets.tls.v3.${context}`,
      ...(context === 'DownstreamTlsContext' ? { require_client_certificate: true } : {}),
      common_tls_context: {
        tls_certificates: [
          {
            certificate_chain: { inline_string: pair.chainPem },
            private_key: { inline_string: pair.keyPem },
          },
        ],
        validation_context: { trusted_ca: { inline_string: pair.rootPem } },
      },
    },
  }
}

/** A listener, a route, a cluster: no metrics beyond Envoy's own, no logs, no filters but the router. */
function minimal(options: {
  readonly address: string
  readonly port: number
  readonly to: readonly [address: string, port: number]
  readonly down?: object
  readonly up?: object
}): Bootstrap {
  const { address, port, to, down, up } = options
  const at = (host: string, number: number) => ({
    socket_address: { address: host, port_value: number },
  })
  const manager = {
    '@type': `${TYPE}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'in',
    route_config: {
      virtual_hosts: [
        {
          ...{ name: 'all', domains: ['*'] },
          routes: [{ match: { prefix: '/' }, route: { cluster: 'next' } }],
        },
      ],
    },
    http_filters: [
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': `${TYPE}envoy.extensions.filters.http.router.v3.Router` },
      },
    ],
  }
  const filters = [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }]
  const listener = {
    ...{ name: 'in', address: at(address, port) },
    filter_chains: [{ filters, ...(down ? { transport_socket: down } : {}) }],
  }
  const cluster = {
    ...{ name: 'next', type: 'STATIC', connect_timeout: '1s' },
    load_assignment: {
      cluster_name: 'next',
      endpoints: [{ lb_endpoints: [{ endpoint: { address: at(...to) } }] }],
    },
    ...(up ? { transport_socket: up } : {}),
  }
  return { static_resources: { listeners: [listener as Listener], clusters: [cluster as Cluster] } }
}
