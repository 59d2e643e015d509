// `npm test`: types, lint, then every test that needs neither Docker nor Kubernetes. Words after it restrict it to the
// test files whose path holds one of them, as in `npm test -- dataplane` or `npm test -- unit/xds`.
import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { dependsOnDelivery } from './delivery.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const BIN = join(ROOT, 'node_modules', '.bin')
/** Run only when they are named: they need more than this machine is sure to have. */
const ON_DEMAND = [
  'test/docker/',
  'test/etcd/',
  'test/kubernetes/',
  'test/namespaces/',
  'test/browser/',
  'test/observability/',
]
const SECONDS_PER_FILE = Number(process.env.LOTSE_SECONDS_PER_FILE ?? 900)

const filters = process.argv.slice(2)
const failed = []
const env = { ...process.env }

if (filters.length === 0) {
  await stage('types', join(BIN, 'tsc'), ['-p', '.'])
  await stage('types of the page', join(BIN, 'tsc'), ['-p', 'page'])
  await stage('lint', join(BIN, 'biome'), ['check', '.'])
}
const named = testFiles().filter((file) =>
  filters.length > 0
    ? filters.some((filter) => file.includes(filter))
    : !ON_DEMAND.some((folder) => file.startsWith(folder)),
)
const same = env.LOTSE_TEST_DELIVERY ? named.filter((file) => !dependsOnDelivery(file)) : []
if (same.length > 0) {
  console.log(`\nleft out, as they run the same in every delivery:\n  ${same.join('\n  ')}`)
}
const files = named.filter((file) => !same.includes(file))
if (files.length === 0) {
  console.error(`no test file matches ${filters.join(' ')}`)
  process.exit(2)
}
if ((await run(process.execPath, ['--import', 'tsx', 'envoy/install.ts'])) !== 0) {
  // Said once; the tests that need Envoy are skipped and say so too.
  env.LOTSE_ENVOY_INSTALL = 'never'
}
const closing = await tests(files)
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`)
for (const line of closing) console.log(line)
process.exitCode = failed.length > 0 ? 1 : 0

function testFiles() {
  return readdirSync(join(ROOT, 'test'), { recursive: true })
    .map((path) => `test/${path.split(sep).join('/')}`)
    .filter((path) => path.endsWith('.test.ts'))
    .sort()
}

async function stage(name, command, args) {
  console.log(`\n— ${name}`)
  const code = await run(command, args)
  if (code === 0) console.log('  passed')
  else failed.push(name)
}

function run(command, args, onStdout) {
  const child = spawn(command, args, {
    cwd: ROOT,
    env,
    stdio: ['ignore', onStdout ? 'pipe' : 'inherit', 'inherit'],
  })
  if (onStdout) createInterface(child.stdout).on('line', onStdout)
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(error.message)
      resolve(1)
    })
    child.once('close', (code) => resolve(code ?? 1))
  })
}

/** Runs the files and prints as they go; gives the runner's closing lines, to be printed last. */
async function tests(files) {
  console.log(`\n— tests (${files.length} files)`)
  const folder = mkdtempSync(join(tmpdir(), 'lotse-run-'))
  const skips = join(folder, 'skips')
  const failures = join(folder, 'failures')
  const args = [
    '--import',
    'tsx',
    '--import',
    './test/support/ends.mjs',
    '--test',
    '--test-concurrency=2',
  ]
  args.push(`--test-timeout=${SECONDS_PER_FILE * 1_000}`)
  args.push('--test-reporter=spec', '--test-reporter-destination=stdout')
  args.push('--test-reporter=./test/support/skips.mjs', `--test-reporter-destination=${skips}`)
  args.push('--test-reporter=./test/support/failures.mjs')
  args.push(`--test-reporter-destination=${failures}`)
  const closing = []
  const code = await run(process.execPath, [...args, ...files], (line) => {
    if (/^ℹ (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/.test(line)) {
      closing.push(line)
    } else console.log(line)
  })
  if (code !== 0) failed.push('tests')
  const [skipped, failing] = [skips, failures].map((path) =>
    readFileSync(path, { encoding: 'utf8', flag: 'a+' }),
  )
  rmSync(folder, { recursive: true, force: true })
  if (skipped) console.log(`\nskipped:\n${skipped.trimEnd()}`)
  if (failing) console.log(`\nwhy tests failed:\n${failing.trimEnd()}`)
  if (failing && env.LOTSE_TEST_FAILURES) appendFileSync(env.LOTSE_TEST_FAILURES, failing)
  return closing
}
