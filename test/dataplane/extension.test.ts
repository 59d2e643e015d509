// WasmPlugin and TrafficExtension on real Envoys: whose requests the filters see, in which order, and what becomes of a module that is not there.
import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { test } from 'node:test'
import { printOrigin } from '../../src/model/origin.ts'
import { skip, testFolder } from '../support/envoy.ts'
import { type HttpRequest, request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { issuerOf } from '../support/tokens.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { wasmModule } from '../support/wasm-module.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000

/** A script that adds its word to the header `x-seen` of answers: answers pass the chain from its end. */
const script = (word: string) =>
  `function envoy_on_response(handle) handle:headers():add("x-seen", "${word}") end`

const lua = (name: string, fields: object, word = name.split('/')[1]!) =>
  policy('TrafficExtension', name, JSON.stringify({ ...fields, lua: { inlineCode: script(word) } }))

const plugin = (name: string, fields: object) =>
  policy('WasmPlugin', name, JSON.stringify({ selector: WEB, match: [SERVER], ...fields }))

const WEB = { matchLabels: { app: 'web' } }
const SERVER = { mode: 'SERVER' }

test('extensions', { skip }, async (t) => {
  const [client, web, other] = [loopback(), loopback(), loopback()]
  const app = await httpUpstream(t, { name: 'app' })
  const module = wasmModule(testFolder(t))
  const serves = [8080, 8081].map((port) => ({ port, protocol: 'HTTP', application: app.port }))
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({
          ...{ workload: 'shop/client', address: client, labels: { app: 'client' } },
          calls: [{ port: PORT, protocol: 'HTTP' }],
        }),
        workload({ workload: 'shop/web', address: web, labels: { app: 'web' }, serves }),
        workload({ workload: 'else/other', address: other, labels: { app: 'web' }, serves }),
        service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
      ),
      'rules.yaml': '',
    },
    proxies: ['shop/client', 'shop/web', 'else/other'],
  })
  const rules = (...objects: string[]) => mesh.edit('rules.yaml', join(...objects))
  const seen = async (address: string, port: number) =>
    (await request({ address, port, host: 'web' })).headers['x-seen']
  const plain = (more: Partial<HttpRequest> = {}) =>
    request({ address: web, port: 8080, host: 'web', ...more })

  await t.test('Lua at the server, for one workload and for one port', async () => {
    await rules(
      lua('shop/marked', { selector: WEB, match: [{ ...SERVER, ports: [{ number: 8080 }] }] }),
    )
    assert.equal(await seen(web, 8080), 'marked')
    assert.equal(await seen(web, 8081), undefined, 'another port')
    assert.equal(await seen(other, 8080), undefined, 'another namespace')
    await rules(lua('shop/marked', { selector: WEB, match: [SERVER] }, 'changed'))
    assert.equal(await seen(web, 8081), 'changed', 'any port')
  })

  await t.test(
    'a changed script reaches open connections, and no listener is touched',
    async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      t.after(() => agent.destroy())
      const modified = () => mesh.envoy('shop/web').stat('listener_manager.listener_modified')
      const marked = (word: string) =>
        rules(lua('shop/marked', { selector: WEB, match: [SERVER] }, word))
      await marked('one')
      const [first, before] = [await plain({ agent }), await modified()]
      await marked('two')
      const second = await plain({ agent })
      assert.deepEqual(
        [first, second].map(({ headers }) => headers['x-seen']),
        ['one', 'two'],
      )
      assert.deepEqual([second.connection, await modified()], [first.connection, before])
    },
  )

  await t.test('Lua at the client; the root namespace’s are for the whole mesh', async () => {
    const match = [{ mode: 'CLIENT', ports: [{ number: PORT }] }]
    await rules(lua('shop/sent', { match }), lua('istio-system/all', { match: [SERVER] }))
    assert.equal(await seen(client, PORT), 'all, sent')
    assert.equal(await seen(other, 8080), 'all')
    await rules()
    assert.equal(await seen(client, PORT), undefined)
  })

  await t.test('by phase, then by priority, then by age', async () => {
    await rules(
      lua('shop/last', { match: [SERVER] }),
      lua('shop/stats', { match: [SERVER], phase: 'STATS', priority: 100 }),
      lua('shop/authz-b', { match: [SERVER], phase: 'AUTHZ' }),
      lua('shop/authz-a', { match: [SERVER], phase: 'AUTHZ' }),
      lua('shop/authz-first', { match: [SERVER], phase: 'AUTHZ', priority: 1 }),
      lua('shop/authn', { match: [SERVER], phase: 'AUTHN', priority: -1 }),
    )
    assert.equal(await seen(web, 8080), 'last, stats, authz-b, authz-a, authz-first, authn')
  })

  await t.test('before tokens, between tokens and rules, behind rules', async () => {
    const answers = (phase: string) => {
      const inlineCode =
        'function envoy_on_request(handle) handle:respond({[":status"] = "418"}, "") end'
      return policy(
        'TrafficExtension',
        'shop/answers',
        JSON.stringify({ phase, lua: { inlineCode } }),
      )
    }
    const { issuer, jwks } = issuerOf('https://issuer.test/a')
    const tokens = JSON.stringify({ jwtRules: [{ issuer, jwks }] })
    const guard = [
      policy('RequestAuthentication', 'shop/tokens', tokens),
      policy('AuthorizationPolicy', 'shop/none', '{}'),
    ]
    const wrong = { authorization: 'Bearer no.token.at-all' }
    for (const [phase, withWrong, without] of [
      ['AUTHN', 418, 418],
      ['AUTHZ', 401, 418],
      ['STATS', 401, 403],
      ['UNSPECIFIED', 401, 403],
    ] as const) {
      await rules(answers(phase), ...guard)
      assert.equal((await plain({ headers: wrong })).status, withWrong, phase)
      assert.equal((await plain()).status, without, phase)
    }
  })

  await t.test('WebAssembly from a file, with its configuration', async () => {
    await rules(
      plugin('shop/wasm', {
        url: `file://${module}`,
        pluginName: 'any',
        pluginConfig: { words: ['a', 1] },
        vmConfig: {
          env: [
            { name: 'HOME', valueFrom: 'HOST' },
            { name: 'SHOP', value: 'web' },
          ],
        },
      }),
    )
    assert.equal((await plain()).headers['x-wasm'], '{"words":["a",1]}')
    assert.equal((await request({ address: other, port: 8080 })).headers['x-wasm'], undefined)
    const wasm = { url: `file://${module}`, pluginConfig: { n: 2 } }
    await rules(policy('TrafficExtension', 'shop/wasm', JSON.stringify({ selector: WEB, wasm })))
    assert.equal((await plain()).headers['x-wasm'], '{"n":2}')
    await rules(lua('shop/wasm', { selector: WEB }))
    assert.equal((await plain()).headers['x-wasm'], undefined)
    assert.equal(await seen(web, 8080), 'wasm', 'the same object, Lua now')
  })

  await t.test('a module that is not there: closed, or open where that was asked for', async () => {
    const told = () => mesh.app.diagnostics().find(({ code }) => code === 'L0302')
    const missing = (failStrategy: string) =>
      plugin(`shop/${failStrategy === 'FAIL_OPEN' ? 'open' : 'closed'}`, {
        url: 'file:///not/there.wasm',
        failStrategy,
      })
    mesh.write('rules.yaml', missing('FAIL_OPEN'))
    await waitFor('the refusal', told, (one) => one !== undefined)
    assert.match(printOrigin(told()!.origin!), /rules\.yaml:\d+:\d+$/)
    const chain = async () => JSON.stringify(await mesh.envoy('shop/web').resources('listener'))
    await waitFor('the filter to be there', chain, (text) => text.includes('shop.open'))
    assert.equal((await plain()).status, 200)
    mesh.write('rules.yaml', join(missing('FAIL_OPEN'), lua('shop/more', { selector: WEB })))
    await waitFor(
      'a listener that changes meanwhile',
      () => seen(web, 8080),
      (word) => word === 'more',
    )
    await rules()
    mesh.write('rules.yaml', missing('FAIL_CLOSE'))
    await waitFor(
      'requests to be refused',
      () => plain(),
      ({ status }) => status === 500,
    )
    assert.equal((await request({ address: other, port: 8080 })).status, 200)
    await rules()
    assert.equal((await plain()).status, 200)
  })

  await t.test(
    'a good module, then one that is not there: the good one runs on while listeners change',
    async () => {
      const [at, told] = [() => plain(), () => mesh.app.diagnostics()]
      const wasm = (url: string, n: number) =>
        plugin('shop/wasm', { url, pluginConfig: { n }, failStrategy: 'FAIL_CLOSE' })
      const answer = async () => {
        const { status, headers } = await at()
        return [status, headers['x-wasm'], headers['x-seen']]
      }
      await rules(wasm(`file://${module}`, 1))
      assert.deepEqual(await answer(), [200, '{"n":1}', undefined])
      const missing = wasm('file:///not/there.wasm', 2)
      mesh.write('rules.yaml', missing)
      await waitFor('the refusal', told, (all) => all.some(({ code }) => code === 'L0302'))
      mesh.write('rules.yaml', join(missing, lua('shop/more', { selector: WEB })))
      await waitFor('a listener that changes', answer, ([, , seen]) => seen === 'more')
      assert.deepEqual(await answer(), [200, '{"n":1}', 'more'])
      const refused = told().filter(({ code }) => code === 'L0302')
      assert.equal(refused.length, 1, 'the module alone is refused, and still')
      await rules(wasm(`file://${module}`, 3), lua('shop/more', { selector: WEB }))
      assert.deepEqual(await answer(), [200, '{"n":3}', 'more'])
      mesh.write('rules.yaml', wasm('file:///not/there.wasm', 4))
      await waitFor('both at once', answer, ([, , seen]) => seen === undefined)
      assert.deepEqual(await answer(), [200, '{"n":3}', undefined])
      await rules()
    },
  )
})
