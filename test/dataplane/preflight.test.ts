// Every change is shown to an Envoy first: what it refuses never reaches a proxy, and hurts nothing beside it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printOrigin } from '../../src/model/origin.ts'
import { skip } from '../support/envoy.ts'
import type { MeshOptions } from '../support/mesh.ts'
import { startShop } from '../support/shop.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy } from '../support/workload.ts'

const CLIENT = 'shop/client'
const WEB = 'web.shop.svc.cluster.local:8000'

const patch = (name: string, patches: string) =>
  policy('EnvoyFilter', `shop/${name}`, `{configPatches: [${patches}]}`)

const hostLua = (script: string, vhost = WEB) => `{applyTo: VIRTUAL_HOST,
  match: {context: SIDECAR_OUTBOUND, routeConfiguration: {vhost: {name: "${vhost}"}}},
  patch: {operation: MERGE, value: {typed_per_filter_config: {envoy.filters.http.lua:
    {"@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.LuaPerRoute, source_code: {inline_string: "${script}"}}}}}}`

const listenerLua = (script: string) => `{applyTo: HTTP_FILTER,
  match: {context: SIDECAR_OUTBOUND, listener: {filterChain: {filter: {subFilter: {name: envoy.filters.http.router}}}}},
  patch: {operation: INSERT_BEFORE, value: {name: envoy.filters.http.lua, typedConfig:
    {"@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua, defaultSourceCode: {inlineString: '${script}'}}}}}`

const maglev = (size: number, cluster: string) => `{applyTo: CLUSTER,
  match: {context: SIDECAR_OUTBOUND, cluster: {name: "${cluster}"}},
  patch: {operation: MERGE, value: {lb_policy: MAGLEV, maglev_lb_config: {table_size: ${size}}}}}`

const rule = (host: string, mark: string, to = 'web') =>
  policy(
    'VirtualService',
    `shop/${host.split('.')[0]}`,
    `{hosts: [${host}], http: [{headers: {response: {set: {x-rule: "${mark}"}}}, route: [{destination: {host: ${to}}}]}]}`,
  )

for (const delivery of ['preloaded', 'whole', 'on-demand'] as const) {
  test(`preflight, ${delivery}`, { skip }, (t) => held(t, { delivery, preflight: true }))
}

async function held(
  t: Parameters<typeof startShop>[0],
  options: Pick<MeshOptions, 'delivery' | 'preflight'>,
): Promise<void> {
  const shop = await startShop(t, options)
  const { mesh } = shop
  const mark = async (host = 'web') => (await shop.ask({ host })).headers['x-rule']
  const told = () => mesh.app.diagnostics().filter(({ code }) => code === 'L0307')
  const becomes = async (what: string, look: () => Promise<unknown>, value: unknown) =>
    waitFor(what, look, (seen) => seen === value)
  const write = (...documents: string[]) => mesh.write('rules.yaml', join(...documents))

  await t.test(
    'a virtual host stays as it was; its line is told, its neighbours go on',
    async () => {
      await shop.rules(rule('web', 'a'), rule('twoports', 'a', 'twoports'))
      assert.deepEqual([await mark(), await mark('twoports')], ['a', 'a'])
      const bad = patch('bad', hostLua('this is no Lua'))
      write(rule('web', 'b'), rule('twoports', 'b', 'twoports'), bad)
      await becomes('the neighbour to change', () => mark('twoports'), 'b')
      await waitFor('the refusal to be told', told, (all) => all.length === 1)
      assert.equal(await mark(), 'a', 'the last good one')
      const [{ text, origin }] = told() as [ReturnType<typeof told>[number]]
      assert.match(
        text,
        /^Envoy refuses virtualHost web\.shop.*: script load error: .*It is held back/,
      )
      assert.match(printOrigin(origin!), /rules\.yaml:\d+:\d+$/)
      assert.equal(mesh.log.filter(({ code }) => code === 'L0307').length, 1, 'logged once')
      const states = mesh.app.services.flatMap((service) => service.streams())
      const client = states.find(({ proxy }) => proxy.includes('~client.shop~'))!
      const refused = Object.values(client.types).flatMap(({ rejected }) => rejected)
      assert.equal(refused.length, 1, `${refused}`)
      assert.ok(Object.values(client.types).some(({ stale }) => stale))

      // Another change goes out while it is so, and a correction ends it.
      write(rule('web', 'b'), rule('twoports', 'c', 'twoports'), bad)
      await becomes('the neighbour to change again', () => mark('twoports'), 'c')
      assert.equal(await mark(), 'a')
      await shop.rules(rule('web', 'd'), patch('bad', hostLua('function envoy_on_request(h) end')))
      assert.equal(await mark(), 'd')
      assert.deepEqual(told(), [])
    },
  )

  await t.test('a listener and a cluster stay as they were', async () => {
    const good = listenerLua('function envoy_on_response(h) h:headers():add("x-lua", "yes") end')
    await shop.rules(rule('web', 'e'), patch('p', good))
    const lua = async () => (await shop.ask()).headers['x-lua']
    assert.deepEqual([await mark(), await lua()], ['e', 'yes'])
    const cluster = 'outbound|8000||web.shop.svc.cluster.local'
    write(rule('web', 'f'), patch('p', `${listenerLua('no Lua')}, ${maglev(12, cluster)}`))
    await becomes('the rule to change', mark, 'f')
    await waitFor('both to be told', told, (all) => all.length === 2)
    assert.deepEqual([await lua(), (await shop.ask()).status], ['yes', 200])
    await shop.rules(rule('web', 'g'))
    assert.deepEqual([await mark(), await lua(), told().length], ['g', undefined, 0])
  })

  await t.test(
    'what is held back keeps the clusters it uses; what names a new one that is held back waits',
    async () => {
      const subset = (names: string) =>
        policy('DestinationRule', 'shop/twoports', `{host: twoports, subsets: [${names}]}`)
      const to = (name: string, more = '') =>
        policy(
          'VirtualService',
          'shop/twoports',
          `{hosts: [twoports], http: [{headers: {response: {set: {x-rule: ${name}}}}, route: [{destination: {host: twoports, subset: ${name}}}]}]${more}}`,
        )
      const one = '{name: one, labels: {v: "1"}}'
      const two = '{name: two, labels: {v: "2"}}'
      const answer = async () => {
        const { headers, by, status } = await shop.ask({ host: 'twoports' })
        return `${headers['x-rule']} ${by} ${status}`
      }
      await shop.rules(subset(one), to('one'))
      assert.equal(await answer(), 'one one 200')
      // The virtual host is refused, and the cluster of its last good version is in no object any more.
      const bad = patch('bad', hostLua('no Lua', 'twoports.shop.svc.cluster.local:8000'))
      write(rule('web', 'h'), subset(two), to('two'), bad)
      await becomes('the rule beside it', mark, 'h')
      await waitFor('it to be told', told, (all) => all.length === 1)
      write(rule('web', 'i'), subset(two), to('two'), bad)
      await becomes('the rule beside it again', mark, 'i')
      assert.equal(await answer(), 'one one 200')
      await shop.rules(subset(two), to('two'))
      assert.equal(await answer(), 'two two 200')
      // Now the new cluster is refused.
      const refused = maglev(12, 'outbound|8000|one|twoports.shop.svc.cluster.local')
      write(rule('web', 'j'), subset(`${one}, ${two}`), to('one'), patch('bad', refused))
      await becomes('the rule beside it', mark, 'j')
      await waitFor('it to be told', told, (all) => all.length === 1)
      assert.equal(await answer(), 'two two 200')
      await shop.rules(subset(`${one}, ${two}`), to('one'))
      assert.equal(await answer(), 'one one 200')
    },
  )

  await t.test('a proxy that starts has all that is good', async () => {
    write(rule('web', 'k'), rule('twoports', 'k', 'twoports'), patch('bad', hostLua('no Lua')))
    await becomes('the neighbour to change', () => mark('twoports'), 'k')
    await mesh.envoy(CLIENT).stop()
    const starting = mesh.start(CLIENT)
    await becomes('the neighbour', () => mark('twoports'), 'k')
    await shop.rules(rule('web', 'l'))
    await starting
    assert.equal(await mark(), 'l')
  })

  await t.test('no Envoy of the mesh ever refused anything', () => {
    assert.equal(mesh.sent().nacks, 0)
  })
}
