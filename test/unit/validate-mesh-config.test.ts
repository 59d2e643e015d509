// What is wrong with a MeshConfig, a ProxyConfig's mesh defaults, a Sidecar's TLS and names that cannot be looked up: a code at its line.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readMesh } from '../../src/cli/offline.ts'
import { testCa } from '../support/certificates.ts'

/** `LINE:COLUMN CODE` of each, in the order of places. */
async function findings(text: string): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'lotse-mesh-config-'))
  writeFileSync(join(directory, 'mesh.yaml'), text)
  const { diagnostics } = await readMesh([directory])
  rmSync(directory, { recursive: true, force: true })
  return diagnostics
    .filter(({ severity }) => severity !== 'info')
    .map(({ code, origin }) => `${origin?.line}:${origin?.column} ${code}`)
}

const config = (settings: string) =>
  findings(
    `apiVersion: mesh.istio.io/v1alpha1\nkind: MeshConfig\nmetadata: {name: mesh}\n${settings}\n`,
  )

const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['proxyListenPort: 15006', ['4:1 L0214']],
  ['proxyHttpPort: 15001', ['4:1 L0214']],
  ['proxyListenPort: 70000', ['4:1 L0105']],
  ['connectTimeout: 0s', ['4:1 L0212']],
  ['protocolDetectionTimeout: soon', ['4:1 L0105']],
  ['defaultInboundHttpRetryPolicy: {retryOn: always}', ['4:33 L0209']],
  ['defaultServiceExportTo: ["Not A Namespace"]', ['4:26 L0220']],
  ['tlsDefaults: {cipherSuites: [RC4]}', ['4:30 L0226']],
  ['meshMTLS: {ecdhCurves: [square]}', ['4:25 L0226']],
  ['verifyCertificateAtClient: false', ['4:1 L0238']],
  ['defaultConfig: {concurrency: -1}', ['4:17 L0225']],
  ['defaultConfig: {drainDuration: 0s}', ['4:17 L0212']],
  ['defaultConfig: {statNameLength: 90}', ['4:17 L0238']],
  ['localityLbSetting: {distribute: [{from: a, to: {b: 50}}]}', ['4:44 L0227']],
  ['defaultConfig: {envoyMetricsService: {tcpKeepalive: {time: 0s}}}', ['4:54 L0212']],
  [
    'defaultConfig: {envoyMetricsService: {tlsSettings: {mode: MUTUAL}}}',
    ['4:39 L0226', '4:39 L0226'],
  ],
  [
    'defaultConfig: {envoyMetricsService: {tlsSettings: {mode: SIMPLE, credentialName: a}}}',
    ['4:67 L0226'],
  ],
  ['caCertificates: [{pem: nonsense}]', ['4:19 L0298']],
  [
    'defaultConfig: {caCertificatesPem: ["-----BEGIN CERTIFICATE-----AA==-----END CERTIFICATE-----"]}',
    ['4:37 L0298'],
  ],
  ['caCertificates: [{spiffeBundleUrl: "https://bundle.test"}]', ['4:19 L0298']],
]

for (const [settings, expected] of CASES) {
  test(`MeshConfig ${settings}`, async () => assert.deepEqual(await config(settings), expected))
}

test('an authority is for all trust domains of the mesh, in time, and nothing else is in its text', async () => {
  const { rootPem } = await testCa()
  const { keyPem } = await (await testCa()).issue({ dns: 'a.test' })
  const added = (pem: string, more = '') =>
    config(`trustDomainAliases: [old.test]\ncaCertificates: [{pem: ${JSON.stringify(pem)}${more}}]`)
  const codes = async (found: Promise<string[]>) => (await found).map((one) => one.split(' ')[1])
  assert.deepEqual(await codes(added(rootPem)), [])
  assert.deepEqual(await codes(added(rootPem, ', trustDomains: [old.test, cluster.local]')), [])
  assert.deepEqual(await codes(added(rootPem, ', trustDomains: [old.test]')), ['L0298'])
  assert.deepEqual(await codes(added(rootPem, ', certSigners: [a]')), ['L0238'])
  assert.deepEqual(await codes(added(rootPem + keyPem)), ['L0298'])
  const { chainPem } = await (await testCa()).issue({ dns: 'a.test', lifetime: -60 })
  assert.deepEqual(await codes(added(chainPem)), ['L0285'])
})

test('a Sidecar ends TLS in modes of its own only', async () => {
  const sidecar = (mode: string) =>
    findings(`apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: web, namespace: shop}
spec:
  ingress:
    - port: {number: 8443, protocol: HTTPS, name: https}
      tls: {mode: ${mode}, serverCertificate: /c, privateKey: /k, caCertificates: /a}
`)
  assert.deepEqual(await sidecar('SIMPLE'), [])
  assert.deepEqual(await sidecar('MUTUAL'), [])
  assert.ok((await sidecar('ISTIO_MUTUAL')).some((finding) => finding.endsWith('L0226')))
})

test('a name cannot be looked up for plain TCP', async () => {
  const found = await findings(`apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: any, namespace: shop}
spec:
  hosts: ["*.example.com"]
  resolution: DYNAMIC_DNS
  ports: [{number: 9000, name: tcp, protocol: TCP}]
`)
  assert.ok(found.includes('7:37 L0222'), found.join())
})
