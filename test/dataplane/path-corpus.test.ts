// Paths and hosts as attackers write them, sent raw, for each path normalisation: the application gets nothing that a rule forbids.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { skip } from '../support/envoy.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { httpUpstream, type Upstream } from '../support/upstreams.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000
const MODES = ['NONE', 'BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES'] as const
type Mode = (typeof MODES)[number]

const PREFIXES = [
  ...[
    '',
    '/',
    '//',
    '/.',
    '/./.',
    '/x/..',
    '/x/../',
    '/x/./..',
    '/x/y/../..',
    '/x//..',
    '/..',
    '/../..',
  ],
  ...[
    '/x/%2e%2e',
    '/x/%2E%2E',
    '/x/%2e.',
    '/x/.%2E',
    '/%2e',
    '/%2E/',
    '/x/%252e%252e',
    '/x/..;',
    '/;',
    '/x/..;a=b',
  ],
  ...[
    '/%2f',
    '/%2F',
    '/x%2f..',
    '/x/..%2F',
    '/%5c',
    '/%5C',
    '/x/..%5c',
    '/x%5C..',
    '/%252f',
    '/%c0%af',
    '/x/%c0%ae%c0%ae',
  ],
  ...[
    '/\\',
    '/x\\..',
    '/x/..\\',
    '\\',
    '/x\\..\\',
    '/public?/..',
    '/public#/..',
    '/public%3f/..',
    '/public%23/..',
    '/public/..',
  ],
  ...[
    '/\u00e0/..',
    '/x/\u2025',
    '/%ff/..',
    '/x/...',
    '/x/.%00.',
    '/x/%e0%80%ae%e0%80%ae',
    'http://a.test',
    'http://a.test/',
    'http://a.test/x/..',
  ],
]
const NAMES = [
  '/admin',
  '/admin/users',
  '/%61dmin',
  '/%61%64%6d%69%6e',
  '/%61%64%6D%69%6E',
  '/adm%69n/x',
  '/%2561dmin',
  '/ADMIN',
  '/adm\\in',
]
const SUFFIXES = [
  '',
  '/',
  '//',
  '/.',
  '/..',
  '/../admin',
  '?',
  '?x=/public',
  '#',
  '#x',
  ';',
  ';a=b',
  '%20',
  '%00',
  '%3f',
  '%23',
  '.',
  '%2e',
  '%2f',
  '%2Fx',
  '%5c',
  '\\x',
  '/%2e%2e/admin',
  '/x/..',
  '%09',
]

/** Each prefix and each suffix with each name once, rather than all of all. */
const TARGETS = [
  ...new Set([
    ...PREFIXES.flatMap((prefix) => NAMES.slice(0, 3).map((name) => prefix + name)),
    ...NAMES.flatMap((name) => SUFFIXES.map((suffix) => name + suffix)),
    ...PREFIXES.flatMap((prefix) =>
      ['?x', '#x', '/', '/..;/admin'].map((suffix) => `${prefix}/admin${suffix}`),
    ),
  ]),
]

/** What a path means to a server that takes the normalisation for granted; not made as Envoy makes it. */
function meaning(target: string, mode: Mode): string {
  let path = target.replace(/^http:\/\/[^/]*/, '').replace(/[?#].*$/s, '')
  if (mode === 'NONE') return path
  if (mode === 'DECODE_AND_MERGE_SLASHES') {
    path = path.replace(/%2f/gi, '/').replace(/%5c/gi, '\\')
  }
  const unreserved = path.replace(/%[0-9a-f]{2}/gi, (text) => {
    const character = String.fromCharCode(Number.parseInt(text.slice(1), 16))
    return /[A-Za-z0-9._~-]/.test(character) ? character : text
  })
  const merged = mode === 'BASE' ? unreserved : unreserved.replace(/[\\/]+/g, '/')
  return new URL(`http://x${merged}`).pathname
}

function isForbidden(path: string): boolean {
  return path === '/admin' || path.startsWith('/admin/')
}

/** The status of a request whose target and host are sent as they are; 0 for a connection that is closed without one. */
function send(address: string, target: string, host = 'a.test'): Promise<number> {
  return new Promise((resolve) => {
    const lines = [`GET ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close', '', '']
    const socket = connect(PORT, address, () => socket.write(lines.join('\r\n'), 'utf8'))
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
      // Envoy keeps a refused connection for a second.
      if (text.includes('\r\n')) socket.destroy()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)))
  })
}

interface Site {
  readonly mesh: TestMesh
  readonly app: Upstream
  readonly places: Readonly<Record<'sidecar' | 'gateway', string>>
  normalize(mode: Mode): Promise<void>
}

async function start(t: TestContext): Promise<Site> {
  const places = { sidecar: loopback(), gateway: loopback() }
  const app = await httpUpstream(t, { name: 'app' })
  const serves = [{ port: PORT, protocol: 'HTTP', application: app.port }]
  const deny = (namespace: string) =>
    policy(
      'AuthorizationPolicy',
      `${namespace}/deny`,
      `{action: DENY, rules: [{to: [{operation: {paths: ["/admin", "/admin/*"]}},
        {operation: {hosts: ["secret.test", "secret.test:*"]}}]}]}`,
    )
  const settings = (mode: Mode) => `apiVersion: mesh.istio.io/v1alpha1
kind: MeshConfig
metadata: { name: mesh }
pathNormalization: { normalization: ${mode} }
`
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({ workload: 'shop/web', address: places.sidecar, labels: { app: 'web' }, serves }),
        // What the gateway leads to has no rule of its own.
        workload({ workload: 'free/web', address: '127.0.0.1', labels: { app: 'web' } }),
        service('free/web', { app: 'web' }, `http:80:${app.port}`),
        workload({ workload: 'edge/gateway', address: places.gateway, labels: { istio: 'edge' } }),
        policy(
          'Gateway',
          'edge/gateway',
          `{selector: {istio: edge}, servers: [{port: {number: ${PORT}, name: http, protocol: HTTP}, bind: ${places.gateway}, hosts: ["*"]}]}`,
        ),
        policy(
          'VirtualService',
          'edge/web',
          '{hosts: ["*"], gateways: [gateway], http: [{route: [{destination: {host: web.free.svc.cluster.local}}]}]}',
        ),
        deny('shop'),
        deny('edge'),
      ),
      'settings.yaml': settings('BASE'),
    },
    proxies: ['shop/web', 'edge/gateway'],
  })
  return { mesh, app, places, normalize: (mode) => mesh.edit('settings.yaml', settings(mode)) }
}

test('no way of writing a path or a host leads past a rule', { skip }, async (t) => {
  const s = await start(t)
  for (const mode of MODES) {
    await t.test(`${mode}: ${TARGETS.length} paths`, async () => {
      await s.normalize(mode)
      for (const [place, address] of Object.entries(s.places)) {
        s.app.behave({})
        const statuses: Record<number, number> = {}
        for (let at = 0; at < TARGETS.length; at += 20) {
          const sent = TARGETS.slice(at, at + 20).map((target) => send(address, target))
          for (const status of await Promise.all(sent)) {
            statuses[status] = (statuses[status] ?? 0) + 1
          }
        }
        const past = s.app.received.filter(({ path }) => isForbidden(meaning(path, mode)))
        assert.deepEqual(
          past.map(({ path }) => path),
          [],
          `${place} ${mode}`,
        )
        // Neither everything nor nothing is refused.
        assert.ok(statuses[403]! > 20 && statuses[200]! > 20, JSON.stringify(statuses))
        assert.equal(s.app.received.length, statuses[200], 'who gets no 200 has reached nobody')
      }
    })
  }

  await t.test('hosts: letters of any case, ports, a dot at the end', async () => {
    const hosts = [
      'secret.test',
      'SECRET.test',
      'secret.TEST:80',
      'secret.test:8000',
      'secret.test.',
      'Secret.Test.:80',
    ]
    const open = ['open.test', 'secret.test.open.test', 'xsecret.test']
    for (const address of Object.values(s.places)) {
      s.app.behave({})
      const got = await Promise.all(hosts.map((host) => send(address, '/', host)))
      assert.deepEqual(
        got,
        hosts.map(() => 403),
      )
      const absolute = await send(address, 'http://secret.test/', 'open.test')
      assert.equal(absolute, 403, 'the target names the host')
      assert.equal(s.app.received.length, 0)
      for (const host of open) assert.equal(await send(address, '/', host), 200, host)
    }
  })

  await t.test('nothing was refused by Envoy', () => {
    assert.equal(s.mesh.sent().nacks, 0)
  })
})
