// Images for the tests: those that the Dockerfile names where they can be pulled, else made of programs of this machine.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findEnvoy } from '../../../envoy/binary.ts'
import { isProblem } from '../../../envoy/problem.ts'
import { docker, tryDocker } from './docker.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const DOCKERFILE = join(ROOT, 'envoy', 'image', 'Dockerfile')

export interface Image {
  readonly name: string
  /** How it was had, for whoever reads the log. */
  readonly from: 'engine' | 'registry' | 'this machine'
}

/** `ENVOY_IMAGE`, else Envoy's own; where the latter cannot be pulled, one of the Envoy that this machine has. */
export async function envoyImage(): Promise<Image> {
  return base('ENVOY_IMAGE', async () => {
    const envoy = await findEnvoy()
    if (isProblem(envoy)) throw new Error(envoy.text)
    return {
      programs: { '/usr/local/bin/envoy': envoy.path },
      changes: ['CMD ["envoy"]'],
    }
  })
}

/** `NODE_IMAGE`, else Node's own; where the latter cannot be pulled, Node, npm, nft and a shell of this machine. */
export async function nodeImage(): Promise<Image> {
  return base('NODE_IMAGE', async () => {
    const envoy = await findEnvoy()
    const packages = run('npm', 'root', '--global')
    return {
      programs: {
        '/usr/local/bin/node': process.execPath,
        ...Object.fromEntries(TOOLS.map((tool) => [`/usr/bin/${tool}`, which(tool)])),
        '/bin/sh': which('sh'),
        // Debian has all of the C library; Envoy links more of it than these programs.
        ...Object.fromEntries(
          isProblem(envoy) ? [] : linked(envoy.path).map((path) => [path, path]),
        ),
        '/usr/local/lib/npm': join(packages, 'npm'),
      },
      texts: {
        '/usr/local/bin/npm': '#!/bin/sh\nexec node /usr/local/lib/npm/bin/npm-cli.js "$@"\n',
      },
      changes: process.env.NODE_EXTRA_CA_CERTS ? [`ENV NODE_EXTRA_CA_CERTS=${AUTHORITIES}`] : [],
    }
  })
}

/** The node image with what npm has in its cache here, so that a build needs no network where that is enough. */
function buildImage(node: Image): string {
  if (node.from !== 'this machine') return node.name
  const name = 'lotse-test/build'
  if (isHere(name)) return name
  const cache = join(run('npm', 'config', 'get', 'cache'), '_cacache')
  if (!existsSync(cache)) return node.name
  const context = mkdtempSync(join(tmpdir(), 'lotse-image-'))
  try {
    const lines = [`FROM ${node.name}`, 'COPY cache /npm/_cacache', 'ENV npm_config_cache=/npm']
    writeFileSync(join(context, 'Dockerfile'), lines.join('\n'))
    cpSync(cache, join(context, 'cache'), { recursive: true })
    docker('build', '--quiet', '--tag', name, context)
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
  return name
}

const TOOLS = ['env', 'id', 'ln', 'mkdir', 'rm', 'sleep', 'nft']
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt'

export type Target = 'lotse' | 'proxy'

/** Lotse's own images, from the Dockerfile. */
export async function ownImage(target: Target): Promise<string> {
  const [node, envoy] = [await nodeImage(), await envoyImage()]
  const name = `lotse-test/${target}`
  // What npm has not in its cache comes by the host's network.
  const options = ['--network', 'host', '--target', target, '--file', DOCKERFILE, '--tag', name]
  const images = {
    NODE_IMAGE: node.name,
    BUILD_IMAGE: buildImage(node),
    ENVOY_IMAGE: envoy.name,
  }
  const bases = Object.entries(images).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`])
  docker('build', '--quiet', ...options, ...bases, ROOT)
  return name
}

interface Recipe {
  /** Path in the image: program, file or folder of this machine. Shared libraries come with a program. */
  readonly programs: Readonly<Record<string, string>>
  readonly texts?: Readonly<Record<string, string>>
  readonly changes: readonly string[]
}

async function base(variable: string, recipe: () => Promise<Recipe>): Promise<Image> {
  const said = process.env[variable]
  const wanted = said ?? defaultOf(variable)
  if (isHere(wanted)) return { name: wanted, from: 'engine' }
  if (tryDocker('pull', '--quiet', wanted).code === 0) return { name: wanted, from: 'registry' }
  if (said) throw new Error(`${variable} is ${said}, which is not here and cannot be pulled`)
  const name = `lotse-test/${variable.toLowerCase().replace('_image', '')}`
  if (!isHere(name)) make(name, await recipe())
  return { name, from: 'this machine' }
}

function isHere(name: string): boolean {
  return tryDocker('image', 'inspect', name).code === 0
}

/** The image that the Dockerfile takes if it is not told another. */
function defaultOf(variable: string): string {
  const name = new RegExp(`^ARG ${variable}=(.+)$`, 'm').exec(readFileSync(DOCKERFILE, 'utf8'))?.[1]
  if (!name) throw new Error(`${DOCKERFILE} has no ARG ${variable}`)
  return name
}

function make(name: string, { programs, texts = {}, changes }: Recipe): void {
  const folder = mkdtempSync(join(tmpdir(), 'lotse-image-'))
  const archive = `${folder}.tar`
  try {
    mkdirSync(join(folder, 'tmp'))
    chmodSync(join(folder, 'tmp'), 0o1777)
    if (existsSync(AUTHORITIES)) put(folder, AUTHORITIES, AUTHORITIES)
    for (const [path, source] of Object.entries(programs)) {
      for (const library of linked(source)) put(folder, library, library)
      put(folder, path, source)
    }
    for (const [path, text] of Object.entries(texts))
      writeFileSync(join(folder, path), text, { mode: 0o755 })
    run('tar', '--create', '--owner=0', '--group=0', '--file', archive, '--directory', folder, '.')
    docker('import', ...changes.flatMap((change) => ['--change', change]), archive, name)
  } finally {
    rmSync(folder, { recursive: true, force: true })
    rmSync(archive, { force: true })
  }
}

function put(root: string, path: string, source: string): void {
  const target = join(root, path)
  mkdirSync(dirname(target), { recursive: true })
  cpSync(realpathSync(source), target, { recursive: true })
}

/** The shared libraries of a program and its loader; none for what is not a dynamic program. */
function linked(program: string): string[] {
  const { status, stdout } = spawnSync('ldd', [program], { encoding: 'utf8' })
  return status === 0 ? (stdout.match(/(?<=\s)\/[^\s:]+/g) ?? []) : []
}

function which(program: string): string {
  return run('sh', '-c', `command -v ${program}`)
}

function run(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  if (status === 0) return stdout.trim()
  throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr.slice(-500)}`)
}
