// Injection of the sidecar: what a pod becomes, that doing it twice changes nothing, and who gets one.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join as path } from 'node:path'
import { test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { inject } from '../../src/admission/inject.ts'
import type { Pod } from '../../src/admission/pod.ts'
import { takesSidecar } from '../../src/admission/policy.ts'
import { lotse } from '../support/command.ts'
import { testFolder } from '../support/envoy.ts'

const SETTINGS = { image: 'lotse-proxy:test', xds: 'lotse.mesh.svc:15010', revision: 'default' }

const POD: Pod = {
  metadata: { name: 'web', labels: { app: 'web' }, annotations: {} },
  spec: {
    containers: [
      {
        name: 'app',
        image: 'app:1',
        ports: [{ name: 'http', containerPort: 8080 }],
        livenessProbe: { httpGet: { path: '/live', port: 'http' }, periodSeconds: 5 },
        readinessProbe: { grpc: { port: 9090, service: 'shop' }, timeoutSeconds: 2 },
        startupProbe: { exec: { command: ['true'] } },
      },
      { name: 'cache', livenessProbe: { tcpSocket: { port: 6379 } } },
    ],
    initContainers: [{ name: 'migrate', image: 'app:1' }],
    volumes: [{ name: 'data', emptyDir: {} }],
  },
}

test('the capture runs first, the proxy before the other init containers, as a native sidecar', () => {
  const { spec, metadata } = inject(POD, SETTINGS)
  assert.deepEqual(
    spec.initContainers?.map(({ name, restartPolicy }) => [name, restartPolicy]),
    [
      ['istio-init', undefined],
      ['istio-proxy', 'Always'],
      ['migrate', undefined],
    ],
  )
  assert.equal(metadata?.labels?.['security.istio.io/tlsMode'], 'istio')
  assert.deepEqual(
    spec.volumes?.map(({ name }) => name),
    ['data', 'lotse-proxy', 'istio-token', 'istiod-ca-cert'],
  )
})

test('nothing may gain rights: only the capture may change the network, and runs to its end', () => {
  const [capture, proxy] = inject(POD, SETTINGS).spec.initContainers ?? []
  const rights = (container: unknown) =>
    (container as { securityContext: Record<string, unknown> }).securityContext
  assert.deepEqual(rights(capture).capabilities, { add: ['NET_ADMIN'], drop: ['ALL'] })
  assert.deepEqual(rights(proxy).capabilities, { drop: ['ALL'] })
  for (const container of [capture, proxy]) {
    assert.equal(rights(container).allowPrivilegeEscalation, false)
    assert.equal(rights(container).readOnlyRootFilesystem, true)
    assert.equal(rights(container).privileged, false)
  }
  assert.equal(rights(proxy).runAsNonRoot, true)
})

test('probes are led to the agent, which is told what to ask', () => {
  const { containers, initContainers } = inject(POD, SETTINGS).spec
  const [app, cache] = containers
  assert.deepEqual(app?.livenessProbe, {
    periodSeconds: 5,
    httpGet: { path: '/app-health/app/livez', port: 15020, scheme: 'HTTP' },
  })
  assert.deepEqual(app?.startupProbe, { exec: { command: ['true'] } }, 'a command stays')
  assert.equal(cache?.livenessProbe?.httpGet?.path, '/app-health/cache/livez')
  assert.deepEqual(probesFor(initContainers), [
    {
      path: '/app-health/app/livez',
      timeoutSeconds: 1,
      httpGet: { port: 8080, path: '/live', scheme: 'http', headers: {} },
    },
    {
      path: '/app-health/app/readyz',
      timeoutSeconds: 2,
      grpc: { port: 9090, service: 'shop' },
    },
    { path: '/app-health/cache/livez', timeoutSeconds: 1, tcpPort: 6379 },
  ])
})

function probesFor(containers: Pod['spec']['initContainers']): unknown {
  const env = containers?.find(({ name }) => name === 'istio-proxy')?.env
  const found = (env as { name: string; value?: string }[]).find(
    ({ name }) => name === 'LOTSE_PROBES',
  )
  return JSON.parse(found?.value ?? '')
}

test('twice is once', () => {
  const once = inject(POD, SETTINGS)
  assert.deepEqual(inject(once, SETTINGS), once)
})

test('who takes a sidecar', () => {
  const saying = (labels: Record<string, string>, annotations = {}): Pod => ({
    ...POD,
    metadata: { labels, annotations },
  })
  const rows: [Pod, boolean][] = [
    [POD, true],
    [saying({ 'sidecar.istio.io/inject': 'true' }), true],
    [saying({ 'sidecar.istio.io/inject': 'false' }), false],
    [saying({}, { 'sidecar.istio.io/inject': 'false' }), false],
    [saying({ 'istio.io/rev': 'default' }), true],
    [saying({ 'istio.io/rev': 'canary' }), false],
    [{ ...POD, spec: { ...POD.spec, hostNetwork: true } }, false],
  ]
  for (const [pod, wanted] of rows) {
    assert.equal(takesSidecar(pod, 'default'), wanted, JSON.stringify(pod.metadata))
  }
})

test('lotse inject prints a whole manifest, and again the same', async (t) => {
  const folder = testFolder(t)
  const write = (name: string, text: string) => {
    writeFileSync(path(folder, name), text)
    return path(folder, name)
  }
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { template: POD },
  }
  const service = '# kept\nkind: Service\nmetadata: {name: web}\n'
  const file = write('app.yaml', `${service}---\n${JSON.stringify(deployment)}\n`)
  const first = await lotse(t, 'inject', '-f', file, '--image', 'lotse-proxy:test')
  assert.equal(first.code, 0, first.stderr)
  assert.match(first.stdout, /^---\n# kept\nkind: Service/)
  const [, made] = parseAllDocuments(first.stdout)
  const containers = made?.getIn(['spec', 'template', 'spec', 'initContainers'])
  assert.equal((containers as { items: unknown[] }).items.length, 3)
  const again = await lotse(
    t,
    ...['inject', '-f', write('again.yaml', first.stdout), '--image', 'lotse-proxy:test'],
  )
  assert.equal(again.stdout, first.stdout)
  const broken = await lotse(t, 'inject', '-f', write('broken.yaml', 'a: [\n'))
  assert.equal(broken.code, 1)
  assert.match(broken.stderr, /broken\.yaml:\d+:\d+: error: .+ \(L0101\)/)
})
