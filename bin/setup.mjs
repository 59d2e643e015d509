// Runs before tests and the demo: is this Node new enough, are the packages of the lock file installed?
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const LACKING = 3
/** npm goes on with its usage. */
const REASON_LINES = 12

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 18)) {
  fail(`Lotse needs Node 20.18 or newer, this is ${process.versions.node}. Install a newer Node.`)
}

if (!packagesAreInstalled()) {
  console.log('setup: installing the packages of package-lock.json (npm ci)')
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  })
  if (npm.status !== 0) {
    const said = `${npm.stdout ?? ''}${npm.stderr ?? ''}`.trim() || npm.error?.message || ''
    const first = said.split('\n').slice(0, REASON_LINES).join('\n')
    fail(`npm ci failed. Run it by hand in ${ROOT} to see more.\n${first}`)
  }
}

/** npm keeps what it installed in node_modules/.package-lock.json; its entries must be those of the lock file. */
function packagesAreInstalled() {
  const record = `${ROOT}node_modules/.package-lock.json`
  if (!existsSync(record)) return false
  const wanted = packagesOf(`${ROOT}package-lock.json`)
  const installed = packagesOf(record)
  return Object.entries(wanted).every(([path, entry]) => {
    // '' is this project; optional packages of other platforms are not installed.
    if (path === '' || (entry.optional && !installed[path])) return true
    return installed[path]?.version === entry.version
  })
}

function packagesOf(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages ?? {}
}

function fail(text) {
  console.error(`setup: ${text}`)
  process.exit(LACKING)
}
