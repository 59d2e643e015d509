// Lotse's images: the control plane and pods with an injected sidecar, with the users and rights that their manifests ask for.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, after as lastly, test } from 'node:test'
import { inject, PROXY_UID } from '../../src/admission/inject.ts'
import type { Pod, PodSpec } from '../../src/admission/pod.ts'
import { deployment } from '../../src/install/deployment.ts'
import type { Cleanup } from '../support/cleanup.ts'
import { testFolder } from '../support/envoy.ts'
import { waitFor } from '../support/wait.ts'
import { docker, logs, skip, tryDocker } from './support/docker.ts'
import { ownImage } from './support/images.ts'
import { startPod } from './support/pod.ts'

/** Of RFC 2544: nobody's, and no way leads out of the network. */
const NET = `198.18.${process.pid % 250}`
const [CONTROL, CLIENT, WEB, VIP] = [10, 21, 22, 250].map((n) => `${NET}.${n}`) as [
  string,
  string,
  string,
  string,
]

const MESH = `
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
spec: { address: ${CLIENT}, labels: { app: client }, serviceAccount: client }
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: web, namespace: default }
spec: { address: ${WEB}, labels: { app: web }, serviceAccount: web }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: default }
spec: { mtls: { mode: STRICT } }
`

const APPLICATION = `
require('node:http').createServer((request, answer) => {
  answer.end(request.headers['x-forwarded-client-cert'] ?? 'nobody')
}).listen(8080)
`

const call = (url: string) =>
  `fetch('${url}').then(async (a) => console.log(a.status, await a.text()), (e) => console.log('failed', e.cause?.code))`

describe('images', { skip }, () => {
  const ends: (() => void | Promise<void>)[] = []
  const t: Cleanup = { after: (end) => void ends.unshift(end) }
  const network = `lotse-test-${process.pid}`
  let lotse = ''
  let pods: Record<'client' | 'web', ReadonlyMap<string, string>>

  const node = (id: string, script: string) => docker('exec', id, 'node', '-e', script)
  const client = () => pods.client.get('app')!

  before(async () => {
    const images = { lotse: await ownImage('lotse'), proxy: await ownImage('proxy') }
    docker('network', 'create', '--internal', '--subnet', `${NET}.0/24`, network)
    t.after(() => void tryDocker('network', 'rm', network))
    const folder = testFolder(t)
    chmodSync(folder, 0o755)
    for (const name of ['mesh', 'tokens', 'roots']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'mesh', 'mesh.yaml'), MESH)
    const place = { network, pause: images.lotse }
    const folders = { mesh: join(folder, 'mesh') }
    const control = await startPod(t, controlPod(images), { ...place, address: CONTROL, folders })
    lotse = control.get('lotse')!
    await waitFor(
      'the control plane is ready',
      () => node(lotse, call('http://127.0.0.1:15080/readyz')),
      (said) => said.startsWith('200'),
      { timeout: 60_000, every: 200, context: () => logs(lotse) },
    )
    const token = docker('exec', lotse, 'lotse', 'token', 'create', '--data', STATE, '--uses', '0')
    writeFileSync(join(folder, 'tokens', 'istio-token'), token)
    const roots = node(
      lotse,
      `console.log(require('node:fs').readFileSync('${STATE}/ca/root.pem', 'utf8'))`,
    )
    writeFileSync(join(folder, 'roots', 'root-cert.pem'), roots)
    const start = (name: string, address: string) =>
      startPod(t, appPod(name, images), {
        ...{ ...place, address, names: { web: VIP } },
        folders: { 'istio-token': join(folder, 'tokens'), 'istiod-ca-cert': join(folder, 'roots') },
      })
    pods = { client: await start('client', CLIENT), web: await start('web', WEB) }
  })

  lastly(async () => {
    for (const end of ends) await end()
  })

  test('a call between pods is led through both sidecars, with mutual TLS', async () => {
    await waitFor(
      'the call arrives as the client',
      () => node(client(), call('http://web/')),
      (said) => said.startsWith('200') && said.includes('/ns/default/sa/client'),
      { timeout: 60_000, every: 200 },
    )
    const outside = node(lotse, call(`http://${WEB}:8080/`))
    assert.equal(outside, 'failed ECONNRESET', 'without a certificate nobody is let in')
  })

  test('the containers are not root, have no rights and write nowhere but in their volumes', () => {
    const proxy = pods.web.get('istio-proxy')!
    for (const [id, uid] of [
      [lotse, 65532],
      [proxy, PROXY_UID],
    ] as const) {
      assert.equal(docker('exec', id, 'id', '-u'), String(uid))
      const state = docker(
        'exec',
        id,
        'sh',
        '-c',
        'while read a b; do [ "$a" = CapEff: ] && echo $b; done < /proc/1/status; true',
      )
      assert.match(state, /^0+$/, 'effective capabilities')
      const write = tryDocker('exec', '--user', '0', id, 'sh', '-c', 'echo > /lotse/bin/lotse')
      assert.match(write.stderr, /Read-only file system/)
    }
  })

  test('probes are answered in plain text, and a sidecar that is stopped ends by itself', async () => {
    const ready = `http://${WEB}:15020/healthz/ready`
    assert.match(node(lotse, call(ready)), /^200/)
    const proxy = pods.web.get('istio-proxy')!
    docker('stop', '--time', '30', proxy)
    assert.equal(docker('inspect', '--format', '{{.State.ExitCode}}', proxy), '0', logs(proxy))
  })

  test('a control plane that is stopped ends by itself', () => {
    docker('stop', '--time', '30', lotse)
    assert.equal(docker('inspect', '--format', '{{.State.ExitCode}}', lotse), '0', logs(lotse))
  })
})

const STATE = '/var/lib/lotse'

interface Images {
  readonly lotse: string
  readonly proxy: string
}

function appPod(name: string, images: Images): Pod {
  const app = { name: 'app', image: images.lotse, command: ['node', '-e', APPLICATION] }
  const pod = { metadata: { name, namespace: 'default' }, spec: { containers: [app] } }
  return inject(pod, { image: images.proxy, xds: `${CONTROL}:15010`, revision: 'default' })
}

/** That of `lotse install`, which reads a folder instead of a cluster. */
function controlPod(images: Images): Pod {
  const settings = { namespace: 'istio-system', revision: 'default', replicas: 1 }
  const objects = deployment({ ...settings, image: images.lotse, proxyImage: images.proxy })
  const found = objects.find((one) => (one as { kind: string }).kind === 'Deployment')
  const { spec } = (found as { spec: { template: { spec: PodSpec } } }).spec.template
  const args = [
    '--config',
    '/mesh',
    '--data',
    STATE,
    '--xds',
    '0.0.0.0:15010',
    '--http',
    '127.0.0.1:15080',
  ]
  const containers = spec.containers.map((one) => ({
    ...one,
    args,
    volumeMounts: [
      ...(one.volumeMounts as object[]),
      { name: 'mesh', mountPath: '/mesh', readOnly: true },
    ],
  }))
  return { metadata: { name: 'lotse' }, spec: { ...spec, containers } }
}
