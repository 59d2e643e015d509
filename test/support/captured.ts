// A mesh of captured hosts: each a network namespace with an Envoy that nftables rules lead to, and applications that know nothing of it.
import assert from 'node:assert/strict'
import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Cleanup } from './cleanup.ts'
import { envoyBinary, testFolder } from './envoy.ts'
import { recordFields } from './fields.ts'
import { type Host, hosts } from './namespaces.ts'
import { release } from './processes.ts'
import { waitFor } from './wait.ts'

const LOTSE = fileURLToPath(new URL('../../bin/lotse', import.meta.url))
const ENVOY_UID = 1337
/** The applications' user: anybody but Envoy's. */
const USER = 65534

export interface Captured<Name extends string> {
  readonly net: Record<Name | 'control', Host>
  /** Replaces the mesh's YAML. */
  write(yaml: string): void
  /** A program of Node on a host, until the test ends. */
  run(host: Host, code: string): void
  /** The rules of `lotse capture apply`. */
  apply(host: Host, ...more: string[]): void
  /** Takes the rules back. */
  release(host: Host): void
  /** What a script of a caller prints on a host whose traffic is captured. */
  say(host: Host, code: string): string
}

/** What a caller prints: status and body of the answer, or how it failed. */
export const get = (url: string, host = '') => `
import http from 'node:http'
const request = http.get(${JSON.stringify(url)}, { timeout: 15_000, headers: ${JSON.stringify(host ? { host } : {})} }, (answer) => {
  let text = ''
  answer.on('data', (part) => (text += part))
  answer.on('end', () => console.log(answer.statusCode, text))
})
request.on('timeout', () => request.destroy(new Error('timeout')))
request.on('error', (error) => console.log('failed', error.code ?? error.message))
`

/** What a TCP server answers; \`send\` may be empty, then it is what the server says by itself. */
export const exchange = (address: string, port: number, send = '', wait = 15_000) => `
import net from 'node:net'
const socket = net.connect(${port}, ${JSON.stringify(address)}, () => socket.write(${JSON.stringify(send)}))
const end = (text) => { console.log(text); socket.destroy(); process.exit() }
socket.setTimeout(${wait}, () => end('silence'))
socket.once('data', (data) => end(String(data)))
socket.once('error', (error) => end('failed ' + error.code))
socket.once('close', () => end('closed'))
`

/** Answers with its name and with the identity of the caller. */
export const webServer = (port: number, name = '', address = '0.0.0.0') => `
import http from 'node:http'
http.createServer((request, answer) => {
  const peer = request.headers['x-forwarded-client-cert'] ?? 'nobody'
  answer.end(${JSON.stringify(name && `${name} `)} + (/URI=([^;]+)/.exec(peer)?.[1] ?? peer))
}).listen(${port}, ${JSON.stringify(address)})
`

/** Speaks first, then echoes. */
export const lineServer = (port: number, greeting: string, address = '0.0.0.0') => `
import net from 'node:net'
net.createServer((socket) => {
  socket.on('error', () => undefined)
  socket.write(${JSON.stringify(greeting)})
  socket.pipe(socket)
}).listen(${port}, ${JSON.stringify(address)})
`

/** A control plane on one host, Envoys on the others. \`yaml\` gets the hosts' addresses, \`envoys\` are workloads of \`default\`. */
export async function captured<Name extends string>(
  t: Cleanup,
  options: {
    readonly envoys: readonly Name[]
    readonly others?: readonly Name[]
    readonly yaml: (address: (name: Name | 'control') => string) => string
  },
): Promise<Captured<Name>> {
  const folder = testFolder(t, 'captured')
  chmodSync(folder, 0o755)
  const names = ['control', ...options.envoys, ...(options.others ?? [])] as const
  const net = hosts(t, names) as Record<Name | 'control', Host>
  mkdirSync(join(folder, 'mesh'))
  const write = (yaml: string) => {
    recordFields([yaml])
    writeFileSync(join(folder, 'mesh', 'mesh.yaml'), yaml)
  }
  const start = (host: Host, command: string, args: readonly string[], uid?: number) => {
    const child = host.start(command, args, uid)
    t.after(() => {
      child.kill('SIGKILL')
      if (child.pid) release(child.pid)
    })
  }
  write(options.yaml((name) => net[name].address))
  const place = { folder, net, start }
  const tokenFile = await controlPlane(place)
  const binary = join(folder, 'envoy')
  copyFileSync(envoyBinary(), binary)
  for (const name of options.envoys) await proxy({ ...place, tokenFile, binary }, name)
  return {
    ...{ net, write },
    run: (host, code) => start(host, process.execPath, ['--input-type=module', '-e', code]),
    apply(host, ...more) {
      const done = host.run(LOTSE, 'capture', 'apply', '--uid', String(ENVOY_UID), ...more)
      assert.equal(done.status, 0, done.stderr)
    },
    release(host) {
      const done = host.run(LOTSE, 'capture', 'remove')
      assert.equal(done.status, 0, done.stderr)
    },
    say: (host, code) => host.script(code, USER),
  }
}

interface Place {
  readonly folder: string
  readonly net: Record<string, Host>
  readonly start: (host: Host, command: string, args: readonly string[], uid?: number) => void
}

/** Gives the file of a token for the other hosts: the data directory's own is for callers on this one. */
async function controlPlane({ folder, net, start }: Place): Promise<string> {
  const control = net.control!
  const data = join(folder, 'data')
  start(control, LOTSE, [
    ...['serve', '--config', join(folder, 'mesh'), '--data', data],
    ...['--xds', `${control.address}:15010`, '--http', '127.0.0.1:15080'],
  ])
  await waitFor(
    'the control plane is ready',
    () => control.script(get('http://127.0.0.1:15080/readyz')).startsWith('200'),
    undefined,
    { timeout: 60_000 },
  )
  const made = control.run(LOTSE, 'token', 'create', '--uses', '0', '--data', data)
  const tokenFile = join(folder, 'token')
  writeFileSync(tokenFile, made.stdout, { mode: 0o600 })
  return tokenFile
}

async function proxy(
  {
    folder,
    net,
    start,
    tokenFile,
    binary,
  }: Place & { readonly tokenFile: string; readonly binary: string },
  name: string,
): Promise<void> {
  const out = join(folder, name)
  const host = net[name]!
  const made = host.run(
    LOTSE,
    ...['bootstrap', '--workload', `default/${name}`, '--xds', `${net.control!.address}:15010`],
    ...['--token-file', tokenFile, '--out', out, '--admin', '127.0.0.1:15000'],
  )
  assert.equal(made.status, 0, made.stderr)
  giveTo(out, ENVOY_UID)
  const config = ['-c', join(out, 'envoy.yaml'), '--disable-hot-restart', '-l', 'error']
  start(host, binary, [...config, '--concurrency', '1'], ENVOY_UID)
  await waitFor(
    `Envoy of ${name} is ready`,
    () => host.script(get('http://127.0.0.1:15000/ready')).startsWith('200'),
    undefined,
    { timeout: 60_000 },
  )
}

/** Envoy runs as another user than the one who enrolled it. */
function giveTo(path: string, uid: number): void {
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
    try {
      chownSync(join(path, name), uid, uid)
    } catch {
      // A link whose target was given away already.
    }
  }
  chownSync(path, uid, uid)
}
