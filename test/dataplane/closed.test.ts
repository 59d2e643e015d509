// Security objects that cannot be understood, from a cold start on: on real Envoys they close what they are about, and nothing else.
import assert from 'node:assert/strict'
import { dirname, join as path } from 'node:path'
import { test } from 'node:test'
import { openApp } from '../../src/app.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { printDiagnostic } from '../../src/model/diagnostic.ts'
import { skip } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, service, workload } from '../support/workload.ts'

const PORT = 8000
/** One workload in each; what is wrong in it. */
const NAMESPACES = ['shape', 'syntax', 'plain', 'free'] as const
type Namespace = (typeof NAMESPACES)[number]

const authorization = (namespace: string, spec: string) => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: p, namespace: ${namespace} }
spec: ${spec}
`

const FILES = {
  'shape.yaml': authorization(
    'shape',
    '{ action: ALLOW, rules: [{ to: [{ operation: { paths: 7 } }] }] }',
  ),
  'syntax.yaml': `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: p
  namespace: syntax
spec:
  selector: { matchLabels: { app: web } }
  rules:
  - to: [{ operation: { methods: [GET }
`,
  'plain.yaml': `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: strict, namespace: plain }
spec: { mtls: { mode: STRICT }
`,
  'free.yaml': 'kind: ConfigMap\nmetadata: { name: x, namespace: free\n',
}

test('what cannot be understood is closed from the first moment', { skip }, async (t) => {
  const app = await httpUpstream(t, { name: 'app' })
  const addresses = Object.fromEntries([...NAMESPACES, 'client'].map((name) => [name, loopback()]))
  const serves = [{ port: PORT, protocol: 'HTTP', application: app.port }]
  const web = (namespace: Namespace) =>
    join(
      workload({
        ...{ workload: `${namespace}/web`, address: addresses[namespace]!, serves },
        labels: { app: 'web' },
      }),
      service(`${namespace}/web`, { app: 'web' }, `http:${PORT}`),
    )
  const mesh = await startMesh(t, {
    yaml: {
      ...FILES,
      'mesh.yaml': join(
        ...NAMESPACES.map(web),
        workload({
          ...{ workload: 'free/client', address: addresses.client! },
          calls: [{ port: PORT, protocol: 'HTTP' }],
        }),
      ),
    },
    proxies: [...NAMESPACES.map((namespace) => `${namespace}/web`), 'free/client'],
  })
  /** Directly, in plain text. */
  const status = (namespace: Namespace, method = 'GET'): Promise<number | string> =>
    request({ address: addresses[namespace]!, port: PORT, method }).then(
      (answer) => answer.status,
      () => 'closed',
    )
  const statuses = async () => Promise.all(NAMESPACES.map((namespace) => status(namespace)))
  /** By the client's proxy, so with mutual TLS. */
  const called = async (namespace: Namespace) =>
    (await request({ address: addresses.client!, port: PORT, host: `web.${namespace}` })).status

  await t.test('an authorization denies, a mode is STRICT, and others are served', async () => {
    assert.deepEqual(await statuses(), [403, 403, 'closed', 200])
    assert.equal(await called('plain'), 200, 'mutual TLS is as good as ever')
    assert.deepEqual([await called('shape'), await called('syntax')], [403, 403])
    assert.equal(app.received.length, 2, 'the application saw what was allowed, and nothing else')
    const told = mesh.app.diagnostics().filter(({ severity }) => severity === 'error')
    const texts = told.map(printDiagnostic).join('\n')
    assert.match(texts, /shape\.yaml:4:\d+: error: .*closed until then/)
    assert.match(
      texts,
      /syntax\.yaml:\d+:\d+: error: .*closed until it can be read: AuthorizationPolicy\/syntax\/p/,
    )
    assert.match(
      texts,
      /plain\.yaml:\d+:\d+: error: .*closed until it can be read: PeerAuthentication\/plain\/strict/,
    )
  })

  await t.test(
    'corrected, they say what they say; broken again, the good version stays',
    async () => {
      const spec = '{ rules: [{ to: [{ operation: { methods: [GET] } }] }] }'
      await mesh.edit('syntax.yaml', authorization('syntax', spec))
      assert.deepEqual([await status('syntax'), await status('syntax', 'PUT')], [200, 403])
      await mesh.edit('plain.yaml', FILES['plain.yaml'].replace('STRICT }', 'PERMISSIVE } }'))
      assert.equal(await status('plain'), 200)
      await mesh.edit('syntax.yaml', FILES['syntax.yaml'], { errors: true })
      assert.deepEqual([await status('syntax'), await status('syntax', 'PUT')], [200, 403])
    },
  )

  await t.test('a control plane that starts anew has no good version: closed', async () => {
    const xds = mesh.app.xds
    await mesh.closeControlPlane()
    assert.deepEqual([await status('syntax'), await status('free')], [200, 200], 'Envoys go on')
    const again = await openApp({
      ...{ config: [mesh.config], data: path(dirname(mesh.config), 'data'), xds },
      log: () => undefined,
    })
    assert.ok(!isProblem(again), JSON.stringify(again))
    t.after(() => again.close())
    await waitFor(
      'the policy to be closed',
      () => status('syntax'),
      (now) => now === 403,
    )
    assert.deepEqual(await statuses(), [403, 403, 200, 200])
  })
})
