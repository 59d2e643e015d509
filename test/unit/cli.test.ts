// The command line: exit codes, one clear line with a code for whatever is wrong, never a stack trace.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openAuthority } from '../../src/ca/ca.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { joinTokenOf, lotse, serve, startLotse } from '../support/command.ts'
import { testFolder } from '../support/envoy.ts'
import { freePort } from '../support/ports.ts'
import { waitFor } from '../support/wait.ts'

const GOOD = `apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: web}
spec: {address: 127.0.0.9, labels: {app: web}}
`

const rule = (name: string, spec: string) => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: shop}
spec: ${spec}
`
const TO_WEB =
  '{hosts: [a.example], http: [{route: [{destination: {host: web.default.svc.cluster.local}}]}]}'

/** Writes the files and gives their paths by name. */
function files(t: TestContext, texts: Readonly<Record<string, string | Buffer>>): string {
  const folder = testFolder(t)
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text)
  return folder
}

interface Case {
  readonly args: readonly string[]
  readonly code: number
  /** The whole of standard error, or what it is to match. */
  readonly says: string | RegExp
}

/** Every case, two at a time; no output may hold a stack trace. */
async function expectCases(t: TestContext, cases: readonly Case[]): Promise<void> {
  const wrong: unknown[] = []
  const left = [...cases]
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const { code, stdout, stderr } = await lotse(t, ...next.args)
      const said = typeof next.says === 'string' ? stderr === next.says : next.says.test(stderr)
      const traced = /^\s+at .+:\d+:\d+|node:internal/m.test(stdout + stderr)
      if (code !== next.code || !said || traced) wrong.push({ ...next, got: { code, stderr } })
    }
  }
  await Promise.all([work(), work()])
  assert.deepEqual(wrong, [])
}

const WHERE = ['--xds', '127.0.0.1:0', '--http', '127.0.0.1:0']

test('wrong usage', async (t) => {
  const bootstrap = (workload: string, xds = '127.0.0.1:1') =>
    ['bootstrap', '--workload', workload, '--xds', xds, '--token-file', 'x', '--out', 'x'] as const
  const usage = (what: RegExp) =>
    new RegExp(`^error: .*${what.source}.* \\(L0512\\)\\nRun it with --help to see how\\.\\n$`)
  await expectCases(t, [
    { args: [], code: 2, says: /^Usage: lotse / },
    { args: ['frob'], code: 2, says: usage(/unknown command 'frob'/) },
    { args: ['check'], code: 2, says: usage(/missing required argument 'path'/) },
    { args: ['check', '--frob', 'x'], code: 2, says: usage(/unknown option '--frob'/) },
    { args: ['serve', '--data', 'x'], code: 2, says: /^error: .*by --config, .+ \(L0512\)\n$/ },
    {
      args: ['serve', '--store', 'x'],
      code: 2,
      says: usage(/'x' is invalid\. It is `kubernetes`, or/),
    },
    {
      args: ['serve', '--config', 'x', '--data', 'x', '--xds', 'here'],
      code: 2,
      says: usage(/'here' is invalid\. It has the form HOST:PORT\./),
    },
    {
      args: ['serve', '--config', 'x', '--data', 'x', '--http', '127.0.0.1:65536'],
      code: 2,
      says: usage(/'127\.0\.0\.1:65536' is invalid/),
    },
    { args: bootstrap('web'), code: 2, says: usage(/'web' is invalid\. .+ NAMESPACE\/NAME\./) },
    { args: bootstrap('a/b/c'), code: 2, says: usage(/'a\/b\/c' is invalid/) },
    { args: ['translate', 'x', '--workload', 'web'], code: 2, says: usage(/NAMESPACE\/NAME/) },
    {
      args: ['translate', 'x', '--workload', 'a/b', '--type', 'frob'],
      code: 2,
      says: /^error: --type is one of cluster, .+ \(L0512\)\n$/,
    },
    {
      args: ['token', 'create', '--data', 'x', '--ttl', 'soon'],
      code: 2,
      says: usage(/'soon' is invalid\. It is a whole number\./),
    },
    { args: ['token', 'frob'], code: 2, says: usage(/unknown command 'frob'/) },
  ])
  const help = await lotse(t, '--help')
  assert.deepEqual([help.code, help.stderr], [0, ''])
  const commands = ['serve', 'bootstrap', 'proxy', 'check', 'translate', 'status', 'token']
  for (const command of commands) assert.match(help.stdout, new RegExp(`^  ${command} `, 'm'))
})

test('check tells what is wrong where', async (t) => {
  const at = files(t, {
    'good.yaml': GOOD,
    'broken.yaml': `${GOOD}---\na: [1,\nb: }\n`,
    'unknown.yaml':
      'apiVersion: networking.istio.io/v1\nkind: VirtualServis\nmetadata: {name: a}\n',
    'foreign.yaml': 'apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\n',
    'types.yaml': rule('a', '{hosts: 7, http: [{route: [{destination: {host: a.example}}]}]}'),
    'dangling.yaml': rule(
      'a',
      '{hosts: [a.example], http: [{route: [{destination: {host: nobody}}]}]}',
    ),
    'double.yaml': `${rule('a', TO_WEB)}---\n${rule('a', TO_WEB)}`,
    'bytes.yaml': Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]),
    'big.yaml': `# ${'x'.repeat(50_000_000)}\n`,
    'empty.yaml': '',
    'text.yaml': 'just a text\n',
  })
  mkdirSync(join(at, 'none'))
  const line = (name: string, place: string, severity: string, code: string) =>
    new RegExp(`^\\S+/${name}${place}: ${severity}: .+ \\(${code}\\)$`, 'm')
  const check = (name: string, code: number, says: string | RegExp): Case => ({
    args: ['check', join(at, name)],
    code,
    says,
  })
  await expectCases(t, [
    check('good.yaml', 0, ''),
    check('broken.yaml', 1, line('broken.yaml', ':\\d+:\\d+', 'error', 'L0101')),
    check('unknown.yaml', 1, line('unknown.yaml', ':2:1', 'error', 'L0103')),
    check('foreign.yaml', 0, line('foreign.yaml', ':2:1', 'warning', 'L0103')),
    check('types.yaml', 1, line('types.yaml', ':4:8', 'error', 'L0105')),
    check('dangling.yaml', 0, line('dangling.yaml', ':4:\\d+', 'warning', 'L0240')),
    check('double.yaml', 1, line('double.yaml', ':6:1', 'error', 'L0108')),
    check('bytes.yaml', 1, line('bytes.yaml', '', 'error', 'L0101')),
    check('big.yaml', 1, line('big.yaml', '', 'error', 'L0111')),
    check('text.yaml', 1, line('text.yaml', ':1:1', 'error', 'L0102')),
    check('none', 0, line('none', '', 'warning', 'L0110')),
    check('missing', 1, /^(\S+\/missing): error: \1 does not exist \(L0109\)\n$/),
  ])
  const all = await lotse(t, 'check', join(at, 'good.yaml'), join(at, 'types.yaml'))
  assert.deepEqual([all.code, all.stdout], [1, '2 objects in force, 1 errors, 0 warnings\n'])
  const made = await lotse(t, 'translate', join(at, 'good.yaml'), '--workload', 'default/client')
  assert.deepEqual([made.code, made.stderr], [0, ''])
  assert.ok(made.stdout.includes(`\n# cluster from ${join(at, 'good.yaml')}:3:12\n`))
})

test('serve refuses what it cannot do', async (t) => {
  const at = files(t, { 'good.yaml': GOOD, file: '' })
  mkdirSync(join(at, 'none'))
  const taken = createServer()
  t.after(() => taken.close())
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as { port: number }
  const expired = join(at, 'expired')
  const longAgo = new Date('2001-01-01T00:00:00Z')
  const authority = await openAuthority({
    directory: expired,
    trustDomain: 'cluster.local',
    now: () => longAgo,
  })
  assert.ok(!isProblem(authority))
  const config = ['serve', '--config', join(at, 'good.yaml'), '--data'] as const
  const data = (name: string) => [...config, join(at, name)]
  await expectCases(t, [
    {
      args: [...data('a'), '--xds', `127.0.0.1:${port}`, '--http', '127.0.0.1:0'],
      code: 3,
      says: /^error: Cannot listen on \S+ \(EADDRINUSE\)\. .+ by --xds \(L0511\)\n$/,
    },
    {
      args: [...data('a'), '--xds', '127.0.0.1:0', '--http', `127.0.0.1:${port}`],
      code: 3,
      says: /^error: Cannot listen on \S+ \(EADDRINUSE\)\. .+ by --http \(L0511\)\n$/,
    },
    {
      args: [...data('a'), ...WHERE, '--insecure-plaintext-xds', `127.0.0.1:${port}`],
      code: 3,
      says: /^error: Cannot listen on \S+ \(EADDRINUSE\)\. .+ by --insecure-plaintext-xds \(L0511\)\n$/,
    },
    {
      args: [...data('a'), ...WHERE, '--insecure-plaintext-xds', '0.0.0.0:0'],
      code: 3,
      says: /^error: Plain-text xDS at 0\.0\.0\.0:0 is refused: .+ \(L0510\)\n$/,
    },
    {
      args: [...data('a'), '--xds', '192.0.2.1:0', '--http', '127.0.0.1:0'],
      code: 3,
      says: /^error: Cannot listen on \S+ \(EADDRNOTAVAIL\)\. .+ \(L0511\)\n$/,
    },
    { args: [...data('file'), ...WHERE], code: 1, says: /^error: .+ by --data \(L0410\)\n$/ },
    { args: [...data('file/x'), ...WHERE], code: 1, says: /^error: .+ by --data \(L0410\)\n$/ },
    { args: [...data('expired'), ...WHERE], code: 1, says: /^error: .+ \(L0413\)\n$/ },
    {
      args: ['serve', '--config', join(at, 'gone'), '--data', join(at, 'b'), ...WHERE],
      code: 1,
      says: /^error: Nothing is served, .+ --allow-empty \(L0109\)\n$/,
    },
    {
      args: ['serve', '--config', join(at, 'none'), '--data', join(at, 'b'), ...WHERE],
      code: 1,
      says: /^error: Nothing is served, .+ --allow-empty \(L0110\)\n$/,
    },
  ])
  const empty = await serve(t, {
    ...{ config: join(at, 'none'), data: join(at, 'c'), more: ['--allow-empty'] },
  })
  assert.deepEqual((await empty.stop()).code, 0)
})

test('enrolment that cannot be', async (t) => {
  const at = files(t, { 'mesh.yaml': GOOD, nonsense: 'abc\n' })
  const data = join(at, 'data')
  const serving = await serve(t, { config: join(at, 'mesh.yaml'), data })
  const other = await openAuthority({
    directory: join(at, 'other'),
    trustDomain: 'cluster.local',
    now: () => new Date(),
  })
  assert.ok(!isProblem(other))
  const secret = joinTokenOf(data)
  const wrong = `${secret.slice(0, -6)}AAAAAA`
  writeFileSync(join(at, 'wrong'), wrong)
  const made = await lotse(t, 'token', 'create', '--data', data, '--workload', 'default/web')
  assert.equal(made.code, 0, made.stderr)
  writeFileSync(join(at, 'bound'), made.stdout)
  const bootstrap = (token: string, workload = 'default/web', xds = serving.xds) => [
    ...['bootstrap', '--workload', workload, '--xds', xds],
    ...['--token-file', join(at, token), '--out', join(at, 'out')],
  ]
  const closed = `127.0.0.1:${await freePort()}`
  await expectCases(t, [
    {
      args: bootstrap('missing'),
      code: 1,
      says: /^error: The token file \S+ cannot be read .+ \(L0442\)\n$/,
    },
    {
      args: bootstrap('nonsense'),
      code: 1,
      says: /^error: This is not a join token.+ \(L0442\)\n$/,
    },
    { args: bootstrap('wrong'), code: 1, says: /^error: .+ \(L04\d\d\)\n$/ },
    { args: bootstrap('other/join-token'), code: 1, says: /^error: The server at .+ \(L0440\)\n$/ },
    {
      args: bootstrap('bound', 'default/api'),
      code: 1,
      says: /^error: .+ refused: .+ \(L0441\)\n$/,
    },
    {
      args: bootstrap('data/join-token', 'default/web', closed),
      code: 1,
      says: /^error: .+ cannot be reached: ECONNREFUSED\. \(L0441\)\n$/,
    },
    {
      args: bootstrap('data/join-token', 'default/web', serving.http),
      code: 1,
      says: /^error: .+ \(L044\d\)\n$/,
    },
    {
      args: ['token', 'list', '--data', at],
      code: 1,
      says: /^error: .+ the --data of .+ \(L0410\)\n$/,
    },
    { args: ['token', 'revoke', 'none', '--data', data], code: 1, says: /^error: .+ \(L0512\)\n$/ },
  ])
  assert.throws(() => statSync(join(at, 'out', 'envoy.yaml')), /ENOENT/)
  assert.throws(() => statSync(join(at, 'ca')), /ENOENT/)
  const bound = await lotse(t, ...bootstrap('bound'))
  assert.equal(bound.code, 0, bound.stderr)
  const twice = await lotse(t, ...bootstrap('bound'))
  assert.equal(twice.code, 1)
  assert.match(twice.stderr, /^error: .+ \(L0441\)\n$/)
  // Nothing that was said or logged holds the secret.
  for (const text of [serving.output(), bound.stderr, bound.stdout]) {
    assert.ok(!text.includes(secret) && !text.includes(made.stdout.trim()))
  }
})

test('the API demands a token where others can reach it', async (t) => {
  const at = files(t, { 'mesh.yaml': GOOD })
  const data = join(at, 'data')
  const port = await freePort('0.0.0.0')
  const serving = await serve(t, { config: join(at, 'mesh.yaml'), data, http: `0.0.0.0:${port}` })
  const file = join(data, 'api-token')
  assert.equal((statSync(file).mode & 0o777).toString(8), '600')
  const token = readFileSync(file, 'utf8').trim()
  const codes = async (path: string, authorization?: string) =>
    (await serving.get(path, authorization === undefined ? {} : { authorization })).status
  for (const path of ['/metrics', '/api/v1/status', '/api/v1/config/a', '/frob']) {
    for (const given of [undefined, '', 'Bearer ', 'Bearer x', token, `Basic ${token}`]) {
      assert.equal(await codes(path, given), 401, `${path} ${given}`)
    }
  }
  // The page itself holds nothing: it asks for the token.
  for (const path of ['/healthz', '/readyz', '/']) assert.equal(await codes(path), 200)
  for (const path of ['/', '/metrics', '/api/v1/status']) {
    assert.equal(await codes(path, `Bearer ${token}`), 200)
  }
  const http = `127.0.0.1:${port}`
  const known = await lotse(t, 'status', '--http', http, '--token-file', file)
  assert.equal(known.code, 0, known.stderr)
  await expectCases(t, [
    { args: ['status', '--http', http], code: 3, says: /^error: .+ 401: .+ \(L0511\)\n$/ },
    {
      args: ['status', '--http', http, '--token-file', join(at, 'none')],
      code: 2,
      says: /^error: The token file \S+ cannot be read \(ENOENT\)\. .+ \(L0512\)\n$/,
    },
    {
      args: ['status', '--http', `127.0.0.1:${await freePort()}`],
      code: 3,
      says: /^error: no control plane answers at .+ \(L0511\)\n$/,
    },
  ])
  assert.ok(!serving.output().includes(token))
})

test('SIGTERM and SIGINT end serve at any time, and nothing is left', async (t) => {
  const at = files(t, { 'mesh.yaml': GOOD })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const serving = await serve(t, { config: at, data: join(at, 'data') })
    const { code, signal: by, stderr } = await serving.stop(signal)
    assert.deepEqual([code, by, stderr], [0, null, ''])
    await assert.rejects(serving.get('/healthz'))
  }
  // Also before it is ready: as soon as the health port is open, the signal counts.
  const http = `127.0.0.1:${await freePort()}`
  const starting = startLotse(
    t,
    ...[
      'serve',
      '--config',
      at,
      '--data',
      join(at, 'data2'),
      '--xds',
      '127.0.0.1:0',
      '--http',
      http,
    ],
  )
  const healthy = async () => (await fetch(`http://${http}/healthz`)).ok
  await waitFor('the health port', healthy, Boolean, { every: 1 })
  assert.deepEqual((await starting.stop()).code, 0)
})
