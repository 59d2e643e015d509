// Transparent capture on hosts of their own: applications that know nothing of a mesh talk through real Envoys by nftables rules.
import assert from 'node:assert/strict'
import { before, describe, after as lastly, test } from 'node:test'
import { type Captured, get as call, captured, webServer } from '../support/captured.ts'
import type { Cleanup } from '../support/cleanup.ts'
import { skip as noEnvoy } from '../support/envoy.ts'
import { type Host, whyNot } from '../support/namespaces.ts'
import { waitFor } from '../support/wait.ts'

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

const skip = noEnvoy || whyNot()

describe('capture', { skip }, () => {
  const ends: (() => void | Promise<void>)[] = []
  const cleanup: Cleanup = { after: (end) => void ends.unshift(end) }
  let site: Captured<'client' | 'web'>
  let net: typeof site.net
  const write = (mode: string, outbound = 'ALLOW_ANY') => site.write(MESH(mode, outbound))

  before(async () => {
    const yaml = () => MESH('PERMISSIVE', 'ALLOW_ANY')
    site = await captured<'client' | 'web'>(cleanup, { envoys: ['client', 'web'], yaml })
    net = site.net
    for (const port of [8080, 8090]) site.run(net.web, webServer(port))
    site.run(net.control, webServer(9000))
    await waitFor('the application is there', () =>
      net.web.script(call('http://127.0.0.1:8080/')).startsWith('200'),
    )
  })

  lastly(async () => {
    for (const end of ends) await end()
  })

  const apply = (host: Host, ...more: string[]) => site.apply(host, ...more)
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
      site.release(host)
      assert.notEqual(host.run('nft', 'list', 'table', 'ip', 'lotse').status, 0)
    }
    assert.match(net.client.script(call('http://10.77.0.3:8080/')), /^200 nobody$/)
  })
})
