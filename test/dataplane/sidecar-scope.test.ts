// Which Sidecar is a workload's, and what it says of unknown destinations, on real Envoys.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000

test('scopes', { skip }, async (t) => {
  const [web, other] = [loopback(), loopback()]
  await httpUpstream(t, { name: 'web', address: web, port: 8080 })
  await httpUpstream(t, { name: 'other', address: other, port: 8080 })
  // One port for each Sidecar: the listener that answers tells which one counts. Both clients have the same address.
  const client = loopback()
  const PORTS = { selected: PORT, namespace: PORT + 1, root: PORT + 2 } as const
  const sidecar = (named: string, port: number, hosts: string, more = '') =>
    policy(
      'Sidecar',
      named,
      `{${more}egress: [{port: {number: ${port}, name: http, protocol: HTTP}, bind: ${client}, captureMode: NONE, hosts: [${hosts}]}]}`,
    )
  const at = (name: string, ports: readonly number[]) =>
    service(`${name}`, { app: name.split('/')[1]! }, ...ports.map((port) => `http:${port}:8080`))
  const ports = Object.values(PORTS)
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({ workload: 'shop/client', address: client, labels: { app: 'client' } }),
        workload({ workload: 'shop/web', address: web, labels: { app: 'web' } }),
        workload({ workload: 'else/other', address: other, labels: { app: 'other' } }),
        at('shop/web', ports),
        at('else/other', ports),
      ),
      'rules.yaml': sidecar('istio-system/default', PORTS.root, '"./*"'),
    },
    proxies: ['shop/client'],
  })
  const ask = async (host: string, port: number): Promise<number | string> => {
    try {
      return (await request({ address: client, port, host })).status
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? String(error)
    }
  }
  const rules = (...documents: string[]) => mesh.edit('rules.yaml', join(...documents))
  const all = async (host: string) =>
    Promise.all(ports.map(async (port) => [port, await ask(host, port)] as const)).then((answers) =>
      answers.filter(([, answer]) => typeof answer === 'number'),
    )
  const root = sidecar('istio-system/default', PORTS.root, '"./*"')
  const namespace = sidecar('shop/default', PORTS.namespace, '"*/*"')
  const selector = 'workloadSelector: {labels: {app: client}}, '
  const selected = sidecar('shop/client', PORTS.selected, 'else/*', selector)

  await t.test(
    'by selector, then by namespace, then by the root namespace, whose dot is the workload’s own',
    async () => {
      assert.deepEqual(await all('web'), [[PORTS.root, 200]])
      assert.deepEqual(await all('other.else'), [[PORTS.root, 502]], './* is shop/*')
      await rules(root, namespace)
      assert.deepEqual(await all('other.else'), [[PORTS.namespace, 200]])
      await rules(root, namespace, selected)
      assert.deepEqual(await all('other.else'), [[PORTS.selected, 200]])
      assert.deepEqual(await all('web'), [[PORTS.selected, 502]])
      const others = sidecar(
        'shop/others',
        PORTS.selected,
        '"*/*"',
        selector.replace('client', 'x'),
      )
      await rules(root, namespace, others)
      assert.deepEqual(await all('web'), [[PORTS.namespace, 200]])
      // A selector in the root namespace picks workloads of that namespace only.
      await rules(sidecar('istio-system/default', PORTS.root, '"*/*"', selector), namespace)
      assert.deepEqual(await all('web'), [[PORTS.namespace, 200]])
    },
  )

  await t.test('a workload’s own word of what is unknown', async () => {
    const exit = loopback()
    await httpUpstream(t, { name: 'exit', address: exit, port: 8080 })
    const proxy = 'egressProxy: {host: exit.else.svc.cluster.local, port: {number: 8000}}'
    const withMode = (mode: string) =>
      sidecar('shop/client', PORTS.selected, '"./*"', selector).replace(
        'spec: {',
        `spec: {outboundTrafficPolicy: {mode: ${mode}, ${proxy}}, `,
      )
    const others = join(
      workload({ workload: 'else/exit', address: exit, labels: { app: 'exit' } }),
      service('else/exit', { app: 'exit' }, 'http:8000:8080'),
    )
    const only =
      '{apiVersion: mesh.istio.io/v1alpha1, kind: MeshConfig, metadata: {name: mesh}, outboundTrafficPolicy: {mode: REGISTRY_ONLY}}'
    await rules(only, others, withMode('ALLOW_ANY'))
    assert.equal(await ask('www.example.com', PORTS.selected), 200)
    await rules(others, withMode('REGISTRY_ONLY'))
    assert.equal(await ask('www.example.com', PORTS.selected), 502)
    assert.equal(await ask('web', PORTS.selected), 200)
  })

  await t.test('nothing was refused by Envoy', () => assert.equal(mesh.sent().nacks, 0))
})
