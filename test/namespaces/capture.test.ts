// Transparent capture on hosts of their own: applications that know nothing of a mesh talk through real Envoys by nftables rules.
import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, after as lastly, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Cleanup } from '../support/cleanup.ts'
import { envoyBinary, skip as noEnvoy } from '../support/envoy.ts'
import { recordFields } from '../support/fields.ts'
import { type Host, hosts, whyNot } from '../support/namespaces.ts'
import { release } from '../support/processes.ts'
import { waitFor } from '../support/wait.ts'

const LOTSE = fileURLToPath(new URL('../../bin/lotse', import.meta.url))
const ENVOY_UID = 1337
const VIP = '10.96.0.10'

const MESH = (mode: string, outbound: string) => `
apiVersion: mesh.istio.io/v1alpha1
kind: MeshConfig
outboundTrafficPolicy: { mode: ${outbound} }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: default }
spec:
  clusterIP: ${VIP}
  selector: { app: web }
  ports: [{ name: http, port: 80, targetPort: 8080 }]
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: client, namespace: default }
spec: { address: 10.77.0.2, labels: { app: client }, serviceAccount: client }
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: web, namespace: default }
spec: { address: 10.77.0.3, labels: { app: web }, serviceAccount: web }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: default }
spec: { mtls: { mode: ${mode} } }
`

/** What a caller prints: status and the interesting part of the answer, or how it failed. */
const call = (url: string, host = '') => `
import http from 'node:http'
const request = http.get(${JSON.stringify(url)}, { timeout: 5000, headers: ${JSON.stringify(host ? { host } : {})} }, (answer) => {
  let text = ''
  answer.on('data', (part) => (text += part))
  answer.on('end', () => console.log(answer.statusCode, text))
})
request.on('timeout', () => request.destroy(new Error('timeout')))
request.on('error', (error) => console.log('failed', error.code ?? error.message))
`

const application = (port: number) => `
import http from 'node:http'
http.createServer((request, answer) => {
  const peer = request.headers['x-forwarded-client-cert'] ?? 'nobody'
  answer.end(/URI=([^;]+)/.exec(peer)?.[1] ?? peer)
}).listen(${port}, '0.0.0.0')
`

const skip = noEnvoy || whyNot()

describe('capture', { skip }, () => {
  const ends: (() => void | Promise<void>)[] = []
  const cleanup: Cleanup = { after: (end) => void ends.unshift(end) }
  let net: Record<'control' | 'client' | 'web', Host>
  let folder: string
  const write = (mode: string, outbound = 'ALLOW_ANY') => {
    recordFields([MESH(mode, outbound)])
    writeFileSync(join(folder, 'mesh', 'mesh.yaml'), MESH(mode, outbound))
  }

  const start = (host: Host, command: string, args: readonly string[], uid?: number) => {
    const child = host.start(command, args, uid)
    cleanup.after(() => {
      child.kill('SIGKILL')
      if (child.pid) release(child.pid)
    })
    return child
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lotse-capture-'))
    chmodSync(folder, 0o755)
    cleanup.after(() => rmSync(folder, { recursive: true, force: true }))
    net = hosts(cleanup, ['control', 'client', 'web'])
    mkdirSync(join(folder, 'mesh'))
    write('PERMISSIVE')
    const xds = `${net.control.address}:15010`
    start(net.control, LOTSE, [
      ...['serve', '--config', join(folder, 'mesh'), '--data', join(folder, 'data')],
      ...['--xds', xds, '--http', '127.0.0.1:15080'],
    ])
    await waitFor('the control plane is ready', () =>
      net.control.script(call('http://127.0.0.1:15080/readyz')).startsWith('200'),
    )
    // the data directory's own token is for callers on the control plane's host
    const made = net.control.run(
      LOTSE,
      ...['token', 'create', '--uses', '0'],
      '--data',
      join(folder, 'data'),
    )
    const tokenFile = join(folder, 'token')
    writeFileSync(tokenFile, made.stdout, { mode: 0o600 })
    const binary = join(folder, 'envoy')
    copyFileSync(envoyBinary(), binary)
    for (const name of ['client', 'web'] as const) {
      const out = join(folder, name)
      const made = net[name].run(
        LOTSE,
        'bootstrap',
        '--workload',
        `default/${name}`,
        '--xds',
        xds,
        '--token-file',
        tokenFile,
        '--out',
        out,
        '--admin',
        '127.0.0.1:15000',
      )
      assert.equal(made.status, 0, made.stderr)
      giveTo(out, ENVOY_UID)
      const config = ['-c', join(out, 'envoy.yaml'), '--disable-hot-restart', '-l', 'error']
      start(net[name], binary, [...config, '--concurrency', '1'], ENVOY_UID)
      await waitFor(`Envoy of ${name} is ready`, () =>
        net[name].script(call('http://127.0.0.1:15000/ready')).startsWith('200'),
      )
    }
    start(net.web, process.execPath, ['--input-type=module', '-e', application(8080)])
    start(net.web, process.execPath, ['--input-type=module', '-e', application(8090)])
    start(net.control, process.execPath, ['--input-type=module', '-e', application(9000)])
    await waitFor('the application is there', () =>
      net.web.script(call('http://127.0.0.1:8080/')).startsWith('200'),
    )
  })

  lastly(async () => {
    for (const end of ends) await end()
  })

  const apply = (host: Host, ...more: string[]) => {
    const done = host.run(LOTSE, 'capture', 'apply', '--uid', String(ENVOY_UID), ...more)
    assert.equal(done.status, 0, done.stderr)
  }
  const viaVip = () => net.client.script(call(`http://${VIP}/`), 65534)

  test('without rules nothing is captured', () => {
    assert.match(net.client.script(call('http://10.77.0.3:8080/')), /^200 nobody$/)
  })

  test('a plain call of a virtual address goes through both Envoys with mutual TLS', async () => {
    apply(net.client)
    apply(net.web)
    await waitFor('the call arrives as the client', viaVip, (said) =>
      /^200 spiffe:\/\/cluster\.local\/ns\/default\/sa\/client$/.test(said),
    )
  })

  test('the same rules applied twice are the rules applied once', () => {
    apply(net.client)
    const rules = net.client.run('nft', 'list', 'table', 'ip', 'lotse').stdout
    assert.equal(rules.match(/redirect to :15001/g)?.length, 1)
    assert.match(viaVip(), /^200 spiffe/)
  })

  test('PERMISSIVE takes plain callers from outside, STRICT resets them', async () => {
    const outside = () => net.control.script(call('http://10.77.0.3:8080/'))
    assert.match(outside(), /^200 nobody$/)
    write('STRICT')
    await waitFor('plain callers are reset', outside, (said) => said === 'failed ECONNRESET')
    assert.match(viaVip(), /^200 spiffe/)
  })

  test('an excluded port is reached without Envoy, an excluded address is called without it', async () => {
    apply(net.web, '--exclude-inbound-ports', '8090')
    assert.match(net.control.script(call('http://10.77.0.3:8090/')), /^200 nobody$/)
    assert.equal(net.control.script(call('http://10.77.0.3:8080/')), 'failed ECONNRESET')
    apply(net.client, '--exclude-outbound-ranges', '10.77.0.0/24')
    assert.equal(net.client.script(call('http://10.77.0.3:8080/'), 65534), 'failed ECONNRESET')
    assert.match(viaVip(), /^200 spiffe/)
    apply(net.client)
  })

  test('what is no service passes through, and under REGISTRY_ONLY it does not', async () => {
    const other = () => net.client.script(call('http://10.77.0.1:9000/'), 65534)
    assert.match(other(), /^200 nobody$/)
    write('STRICT', 'REGISTRY_ONLY')
    await waitFor('unknown addresses are refused', other, (said) => said.startsWith('failed'))
    assert.match(viaVip(), /^200 spiffe/)
  })

  test('a connection to the catching ports themselves does not run in circles', () => {
    assert.match(net.client.script(call('http://10.77.0.3:15001/')), /^failed/)
    assert.match(net.client.script(call('http://10.77.0.3:15006/')), /^failed/)
  })

  test('removing takes everything back, and may be done twice', () => {
    for (const host of [net.client, net.web, net.web]) {
      const done = host.run(LOTSE, 'capture', 'remove')
      assert.equal(done.status, 0, done.stderr)
      assert.notEqual(host.run('nft', 'list', 'table', 'ip', 'lotse').status, 0)
    }
    assert.match(net.client.script(call('http://10.77.0.3:8080/')), /^200 nobody$/)
  })
})

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
