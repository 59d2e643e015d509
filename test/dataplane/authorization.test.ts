// Authorization on the real Envoy: requests as attackers write them, repeated headers, identities, and chains without HTTP.
import assert from 'node:assert/strict'
import { connect as connectPlain } from 'node:net'
import { test } from 'node:test'
import { type ConnectionOptions, connect } from 'node:tls'
import type {
  Bootstrap,
  Cluster,
  FilterChain,
  HttpFilter,
  Listener,
  VirtualHost,
} from '../../proto/envoy.d.ts'
import type { Workload } from '../../src/model/selector.ts'
import { rbacNetworkFilters, rbacPerRoute } from '../../src/translate/kinds/authorization-policy.ts'
import { httpConnectionManager, tcpProxy } from '../../src/translate/listener/filters.ts'
import { type KeyPair, testCa } from '../support/certificates.ts'
import { skip, testEnvoy } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { freePort } from '../support/ports.ts'
import { httpUpstream, tcpUpstream } from '../support/upstreams.ts'
import { viewOf } from '../support/views.ts'

const TYPE = 'type.googleapis.com/'
const WEB: Workload = { namespace: 'shop', labels: {} }

function policy(name: string, spec: string, annotations = '{}'): string {
  return `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${name}, namespace: shop, annotations: ${annotations} }
spec: ${spec}
`
}

const to = (operation: string): string => `rules: [{ to: [{ operation: { ${operation} } }] }]`
const from = (source: string): string => `rules: [{ from: [{ source: { ${source} } }] }]`
const user = (values: string): string =>
  `rules: [{ when: [{ key: "request.headers[X-User]", ${values} }] }]`

function mesh(normalization: string): string {
  return `apiVersion: mesh.istio.io/v1alpha1
kind: MeshConfig
metadata: { name: mesh }
pathNormalization: { normalization: ${normalization} }
`
}

/** Policies by the Host they are tried under. */
const HOSTS: Readonly<Record<string, readonly string[]>> = {
  free: [],
  nobody: ['{}'],
  dry: ['{ action: DENY, rules: [{}] }', '{}'],
  admin: [`{ action: DENY, ${to('paths: ["/admin", "/admin/*"]')} }`],
  template: [`{ action: DENY, ${to('paths: ["/t/{*}", "/u/{**}/v"]')} }`],
  get: [`{ ${to('methods: [GET], paths: [/ok]')} }`],
  both: [`{ ${to('paths: ["/ok*"]')} }`, `{ action: DENY, ${to('methods: [DELETE]')} }`],
  root: [`{ action: DENY, ${user('values: [root]')} }`],
  notroot: [`{ ${user('notValues: [root]')} }`],
  custom: [`{ action: CUSTOM, provider: { name: x }, ${to('paths: [/c]')} }`],
  '*': [`{ action: DENY, ${to('hosts: [secret.test]')} }`],
}

function address(port: number) {
  return { socket_address: { address: '127.0.0.1', port_value: port } }
}

function cluster(name: string, port: number): Cluster {
  const endpoints = [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }]
  return { name, load_assignment: { cluster_name: name, endpoints } }
}

function virtualHosts(hosts: Readonly<Record<string, readonly string[]>>): VirtualHost[] {
  return Object.entries(hosts).map(([host, specs]) => {
    const annotations = host === 'dry' ? '{ istio.io/dry-run: "true" }' : '{}'
    const policies = specs.map((spec, index) => policy(`p${index}`, spec, annotations))
    return {
      name: host,
      domains: [host],
      routes: [{ match: { prefix: '/' }, route: { cluster: 'http' } }],
      typed_per_filter_config: { ...rbacPerRoute(viewOf(policies.join('\n---\n')), WEB) },
    }
  })
}

/** The inbound connection manager as sidecars have it, with its routes inside. */
function manager(hosts: readonly VirtualHost[], normalization: string) {
  const options = { place: 'inbound', statPrefix: 'test', routeName: 'test', port: 80 } as const
  const filter = httpConnectionManager(viewOf(mesh(normalization)), options)
  const { rds: _, ...config } = filter.typed_config as Record<string, unknown> & { '@type': string }
  return {
    name: filter.name!,
    typed_config: {
      ...config,
      // What comes by ECDS has no place in a static configuration, and no say in authorization by these rules.
      http_filters: (config.http_filters as HttpFilter[]).filter((one) => !one.config_discovery),
      route_config: { name: 'test', virtual_hosts: hosts },
    },
  }
}

function listener(name: string, port: number, chain: FilterChain): Listener {
  return { name, address: address(port), filter_chains: [chain] }
}

function bootstrap(listeners: readonly Listener[], clusters: readonly Cluster[]): Bootstrap {
  return { static_resources: { listeners, clusters } } as Bootstrap
}

/** The status of a request that is written out; the target may be anything. */
function status(
  port: number,
  host: string,
  target: string,
  lines: readonly string[] = [],
): Promise<number> {
  const [method, path] = target.includes(' ') ? target.split(' ') : ['GET', target]
  const head = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, ...lines, '', '']
  return new Promise((resolve, reject) => {
    const socket = connectPlain(port, '127.0.0.1', () => socket.write(head.join('\r\n')))
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
      if (text.includes('\r\n')) socket.destroy()
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1])))
  })
}

/** `[host, target, status, header lines]` */
type Row = [host: string, target: string, status: number, lines?: string[]]

const COMMON: readonly Row[] = [
  ['free', '/admin', 200],
  ['nobody', '/', 403],
  ['dry', '/', 200],
  ['admin', '/', 200],
  ['admin', '/admin', 403],
  ['admin', '/admin/', 403],
  ['admin', '/admin/x', 403],
  ['admin', '/adminx', 200],
  ['admin', '/admin?x=y', 403],
  ['admin', '/admin/..', 200],
  ['admin', '/x/../admin', 403],
  ['admin', '/x/./../admin', 403],
  ['admin', '/x/%2e%2e/admin', 403],
  ['admin', '/x/%2E./admin', 403],
  ['admin', '/./admin', 403],
  ['admin', '\\admin', 400],
  ['admin', '/x\\..\\admin', 403],
  ['admin', '/%61dmin', 403],
  ['admin', '/adm%69n/x', 403],
  ['admin', 'GET http://admin/admin', 403],
  ['admin', 'POST /admin', 403],
  ['template', '/t/a', 403],
  ['template', '/t/a=b', 403],
  ['template', '/t/*', 403],
  ['template', '/t/a[b]', 403],
  ['template', '/t/a|b', 403],
  ['template', '/t/a?b', 403],
  ['template', '/t/a/b', 200],
  ['template', '/t/', 200],
  ['template', '/u/a/b/v', 403],
  ['template', '/u/v', 200],
  ['get', '/ok', 200],
  ['get', '/ok?a=b', 200],
  ['get', '/OK', 403],
  ['get', 'POST /ok', 403],
  ['get', 'get /ok', 400],
  ['get', '/', 403],
  ['both', '/ok/x', 200],
  ['both', 'DELETE /ok/x', 403],
  ['both', '/no', 403],
  ['root', '/', 200],
  ['root', '/', 403, ['X-User: root']],
  ['root', '/', 200, ['X-User: guest']],
  ['root', '/', 403, ['X-User: guest', 'X-User: root']],
  ['root', '/', 403, ['x-user: root', 'X-USER: guest']],
  ['notroot', '/', 200],
  ['notroot', '/', 200, ['X-User: guest']],
  ['notroot', '/', 403, ['X-User: guest', 'X-User: root']],
  ['custom', '/c', 403],
  ['custom', '/d', 200],
  ['open.test', '/', 200],
  ['secret.test', '/', 403],
  ['SECRET.Test', '/', 403],
  ['open.test', 'GET http://secret.test/', 403],
  // Compared with the whole of :authority (Istio): a policy that means any port says `secret.test*`.
  ['secret.test:80', '/', 200],
]

const BY_NORMALIZATION: Readonly<Record<string, readonly Row[]>> = {
  BASE: [
    ['admin', '//admin', 200],
    ['admin', '/x/..//admin', 200],
    ['admin', '/%2fadmin', 200],
  ],
  MERGE_SLASHES: [
    ['admin', '//admin', 403],
    ['admin', '///admin//x', 403],
    ['admin', '/%2fadmin', 200],
  ],
  DECODE_AND_MERGE_SLASHES: [
    ['admin', '//admin', 403],
    ['admin', '/%2fadmin', 403],
    ['admin', '/%5cadmin', 403],
    ['admin', '/x%2f..%2fadmin', 403],
  ],
}

test('paths, methods, hosts and repeated headers cannot slip past', { skip }, async (t) => {
  const upstream = await httpUpstream(t, { name: 'app' })
  const hosts = virtualHosts(HOSTS)
  const modes = Object.keys(BY_NORMALIZATION)
  const listeners = modes.map((mode) => listener(mode, 0, { filters: [manager(hosts, mode)] }))
  const config = bootstrap(listeners, [cluster('http', upstream.port)])
  const envoy = await testEnvoy(t, { config })
  const wrong: unknown[] = []
  for (const mode of modes) {
    const port = await envoy.listenerPort(mode)
    for (const [host, target, expected, lines] of [...COMMON, ...BY_NORMALIZATION[mode]!]) {
      const got = await status(port, host, target, lines)
      if (got !== expected) wrong.push({ mode, host, target, lines, expected, got })
    }
  }
  assert.deepEqual(wrong, [])
  assert.ok((await envoy.stat('http.test.rbac.deny.denied')) > 0)
  assert.ok((await envoy.stat('http.test.rbac.allow.denied')) > 0)
  assert.ok((await envoy.stat('http.test.rbac.istio_dry_run_deny_.shadow_denied')) > 0)
})

test("why templates are not Envoy's own: there a DENY of /t/{*} misses /t/a[b]", {
  skip,
}, async (t) => {
  const upstream = await httpUpstream(t, { name: 'app' })
  const template = {
    name: 'envoy.path.match.uri_template.uri_template_matcher',
    typed_config: {
      '@type': `${TYPE}envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig`,
      path_template: '/t/*',
    },
  }
  const policies = { p: { permissions: [{ uri_template: template }], principals: [{ any: true }] } }
  const host: VirtualHost = {
    name: 'all',
    domains: ['*'],
    routes: [{ match: { prefix: '/' }, route: { cluster: 'http' } }],
    typed_per_filter_config: {
      'lotse.rbac.deny': {
        '@type': `${TYPE}envoy.extensions.filters.http.rbac.v3.RBACPerRoute`,
        rbac: { rules: { action: 'DENY', policies } },
      },
    },
  }
  const chain = { filters: [manager([host], 'BASE')] }
  const envoy = await testEnvoy(t, {
    config: bootstrap([listener('own', 0, chain)], [cluster('http', upstream.port)]),
  })
  const port = await envoy.listenerPort('own')
  assert.equal(await status(port, 'all', '/t/a'), 403)
  assert.equal(await status(port, 'all', '/t/a[b]'), 200)
})

function serverTls(pair: KeyPair) {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': `${TYPE}envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext`,
      require_client_certificate: true,
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

test('identities of peers, with HTTP and without', { skip }, async (t) => {
  const ca = await testCa()
  const name = (path: string) => ca.issue({ uri: `spiffe://cluster.local/${path}` })
  const server = await name('ns/shop/sa/web')
  const cart = await name('ns/shop/sa/cart')
  const till = await name('ns/bank/sa/till')
  const sources: Readonly<Record<string, readonly [source: string, cart: boolean, till: boolean]>> =
    {
      a: ['principals: ["cluster.local/ns/shop/sa/cart"]', true, false],
      b: ['principals: ["*/sa/till"]', false, true],
      c: ['principals: ["cluster.local/ns/*"]', true, true],
      d: ['notPrincipals: ["cluster.local/ns/shop/sa/cart"]', false, true],
      e: ['namespaces: ["shop"]', true, false],
      f: ['namespaces: ["b*"]', false, true],
      g: ['serviceAccounts: ["cart"]', true, false],
      h: ['serviceAccounts: ["bank/till", "bank/t.ll"]', false, true],
      i: ['serviceAccounts: ["bank/t.ll"]', false, false],
      j: ['trustDomains: ["cluster.local"]', true, true],
      k: ['trustDomains: ["cluster-local"]', false, false],
      l: ['principals: ["*"]', true, true],
      m: ['ipBlocks: ["127.0.0.0/8"], namespaces: ["shop"]', true, false],
      n: ['notIpBlocks: ["127.0.0.1"]', false, false],
    }
  const upstream = await httpUpstream(t, { name: 'app' })
  const echo = await tcpUpstream(t, { name: 'echo' })
  const hosts = virtualHosts(
    Object.fromEntries(
      Object.entries(sources).map(([host, [source]]) => [host, [`{ ${from(source)} }`]]),
    ),
  )
  const tls = serverTls(server)
  const tcp = async (spec: string) => {
    const port = await freePort()
    const view = viewOf(policy('p', spec.replace('PORT', String(port))))
    return { port, filters: [...rbacNetworkFilters(view, WEB), tcpProxy(view, 'tcp', 'tcp')] }
  }
  const specs: [spec: string, cart: boolean, till: boolean][] = [
    [`{ ${from('namespaces: [shop]')} }`, true, false],
    [`{ action: DENY, ${from('namespaces: [shop]')} }`, false, true],
    [`{ ${to('ports: ["PORT"]')} }`, true, true],
    [`{ ${to('ports: ["PORT"], methods: [GET]')} }`, false, false],
    [`{ action: DENY, ${to('paths: [/x]')} }`, false, false],
    [
      '{ action: DENY, rules: [{ from: [{ source: { namespaces: [bank] } }], to: [{ operation: { paths: [/x] } }] }] }',
      true,
      false,
    ],
    ['{}', false, false],
  ]
  const chains = await Promise.all(specs.map(([spec]) => tcp(spec)))
  const listeners = [
    listener('http', 0, { filters: [manager(hosts, 'BASE')], transport_socket: tls }),
    ...chains.map(({ port, filters }, index) =>
      listener(`tcp${index}`, port, { filters, transport_socket: tls }),
    ),
  ]
  const clusters = [cluster('http', upstream.port), cluster('tcp', echo.port)]
  const envoy = await testEnvoy(t, { config: bootstrap(listeners, clusters) })
  const port = await envoy.listenerPort('http')
  for (const [client, column] of [
    [cart, 1],
    [till, 2],
  ] as const) {
    const options = {
      key: client.keyPem,
      cert: client.chainPem,
      ca: client.rootPem,
      checkServerIdentity: () => undefined,
    }
    for (const [host, row] of Object.entries(sources)) {
      const answer = await request({ port, host, tls: options })
      assert.equal(answer.status, row[column] ? 200 : 403, `${row[0]} for ${column}`)
      if (!row[column]) assert.equal(answer.body, 'RBAC: access denied')
    }
    for (const [index, row] of specs.entries()) {
      const got = await tlsEcho(chains[index]!.port, options)
      assert.equal(got, row[column] ? 'hello' : '', `${row[0]} for ${column}`)
    }
  }
  assert.ok((await envoy.stat('tcp.deny.rbac.denied')) > 0)
})

/** What comes back for `hello` until the connection ends or all of it is there. */
function tlsEcho(port: number, options: ConnectionOptions): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect({ ...options, host: '127.0.0.1', port }, () => socket.write('hello'))
    socket.on('data', (chunk) => {
      text += chunk
      if (text.length >= 5) socket.destroy()
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve(text))
  })
}
