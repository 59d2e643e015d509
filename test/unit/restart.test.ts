// What a restart must not do: serve half a mesh, or lose what a broken file said before.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type App, openApp } from '../../src/app.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { testFolder } from '../support/envoy.ts'
import { freePort } from '../support/ports.ts'
import { waitFor } from '../support/wait.ts'
import { join as documents, policy, secret, service, workload } from '../support/workload.ts'
import { XdsClient } from '../support/xds-client.ts'

const CALLS = [{ port: 8000, protocol: 'HTTP' }]
const CLIENT = workload({ workload: 'shop/client', address: '127.9.0.1', calls: CALLS })
const NODE = { id: 'sidecar~127.9.0.1~client.shop~shop.svc.cluster.local' }

async function open(t: TestContext, folder: string, plaintextXds = '127.0.0.1:0'): Promise<App> {
  const app = await openApp({
    config: [join(folder, 'mesh')],
    data: join(folder, 'data'),
    xds: '127.0.0.1:0',
    plaintextXds,
    log: () => undefined,
  })
  assert.ok(!isProblem(app), JSON.stringify(app))
  t.after(() => app.close())
  return app
}

function meshFolder(t: TestContext): { folder: string; write(name: string, text: string): void } {
  const folder = testFolder(t)
  mkdirSync(join(folder, 'mesh'))
  return { folder, write: (name, text) => writeFileSync(join(folder, 'mesh', name), text) }
}

test('a proxy that calls while sources are still read gets the whole mesh or nothing', async (t) => {
  const { folder, write } = meshFolder(t)
  const names = Array.from({ length: 600 }, (_, index) => `web-${index}`)
  for (const name of names) write(`${name}.yaml`, service(`shop/${name}`, {}, 'http:8000'))
  write('client.yaml', CLIENT)
  const address = `127.0.0.1:${await freePort()}`
  const client = new XdsClient({ address, mode: 'delta', node: NODE })
  t.after(() => client.close())
  let over = false
  const calling = (async () => {
    // As a proxy does: again and again, from before there is a port.
    while (!over && client.responses.length === 0) {
      client.connect()
      await waitFor(
        'an end or an answer',
        () => client.ended || client.responses.length > 0 || over,
      )
    }
  })()
  client.subscribe('cluster')
  const app = await open(t, folder, address)
  await client.until(() => client.responses.length > 0, 'a first answer')
  over = true
  await calling
  const [first] = client.responses
  const held = first!.resources.filter(({ name }) => name.startsWith('outbound|8000||web-'))
  assert.equal(held.length, names.length)
  assert.equal(app.mesh().tables.Service.rows.size, names.length)
})

const rule = (status: string) =>
  policy(
    'VirtualService',
    'shop/web',
    `{hosts: [web], http: [{directResponse: {status: ${status}, body: {string: kept}}}]}`,
  )

test('the last good versions outlive a restart', async (t) => {
  const { folder, write } = meshFolder(t)
  write('mesh.yaml', documents(CLIENT, service('shop/web', { app: 'web' }, 'http:8000')))
  write('rules.yaml', rule('200'))
  write('more.yaml', service('shop/more', {}, 'http:8000'))
  write('secret.yaml', secret('shop/key', { 'tls.crt': 'a certificate', 'tls.key': 'a key' }))
  const before = await open(t, folder)
  await before.close()
  const kept = join(folder, 'data', 'last-good.jsonl')
  assert.equal(statSync(kept).mode & 0o777, 0o600)
  assert.doesNotMatch(readFileSync(kept, 'utf8'), /tls\.key/)

  // Meanwhile one object becomes wrong, and one file cannot be read as YAML.
  write('rules.yaml', rule('999'))
  write('more.yaml', 'kind: [}')
  const after = await open(t, folder)
  const { VirtualService, Service } = after.mesh().tables
  const status = (app: App) =>
    app.mesh().tables.VirtualService.rows.get('shop/web')?.spec.http?.[0]?.directResponse?.status
  assert.equal(status(after), 200)
  assert.deepEqual([VirtualService.rows.size, Service.rows.size], [1, 2])
  const codes = after.diagnostics().map(({ code, about }) => `${code} ${about ?? ''}`)
  assert.ok(codes.includes('L0200 VirtualService/shop/web'), codes.join())
  assert.ok(codes.includes('L0200 Service/shop/more'), codes.join())
  await after.close()

  // A file that is gone, or right again, decides alone.
  write('rules.yaml', rule('201'))
  write('more.yaml', '# nothing\n')
  const last = await open(t, folder)
  assert.equal(status(last), 201)
  assert.deepEqual([...last.mesh().tables.Service.rows.keys()], ['shop/web'])

  write('rules.yaml', rule('999'))
  await waitFor('the wrong rule to be noticed', () =>
    last.diagnostics().some(({ code }) => code === 'L0200'),
  )
  assert.equal(status(last), 201)
})
