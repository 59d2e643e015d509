// What the real Envoy says of configuration before any proxy has it: the judge, the search for the guilty, `lotse check --envoy`.
import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type JudgeOptions, openJudge } from '../../envoy/judge.ts'
import { RESOURCE_TYPES, type Resource } from '../../src/model/resource.ts'
import { type Answer, judge } from '../../src/preflight/judgement.ts'
import { partsOf, trialOf } from '../../src/preflight/trial.ts'
import { caseNames, golden } from '../golden/cases.ts'
import type { Cleanup } from '../support/cleanup.ts'
import { lotse, lotseWith, start } from '../support/command.ts'
import { envoyBinary, skip, testFolder } from '../support/envoy.ts'
import { policy } from '../support/workload.ts'

function openTestJudge(t: Cleanup, options: Partial<JudgeOptions> = {}) {
  const judge = openJudge({
    binary: envoyBinary(),
    folder: join(testFolder(t), 'judge'),
    patience: 60_000,
    ...options,
  })
  t.after(() => judge.close())
  return judge
}

test('the judge is unable to say anything while its process can open nothing', async (t) => {
  const program = ['--import', 'tsx', 'test/support/without-descriptors.ts']
  const limited = ['-c', 'ulimit -n 80; exec "$@"', 'sh', process.execPath, ...program]
  const { stdout, code } = await start(t, 'sh', limited).ended
  assert.deepEqual([stdout.trim(), code], ['unable', 0])
})

const cluster = (name: string, more: object = {}): Resource => ({
  type: 'cluster',
  name,
  body: { name, type: 'EDS', eds_cluster_config: { eds_config: { ads: {} } }, ...more },
})
const host = (name: string, lua: string): Resource => ({
  type: 'virtualHost',
  name,
  body: {
    name,
    domains: ['*'],
    routes: [
      {
        match: { prefix: '/' },
        route: { cluster: 'nowhere' },
        typed_per_filter_config: {
          lua: {
            '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.LuaPerRoute',
            source_code: { inline_string: lua },
          },
        },
      },
    ],
  },
})
const GOOD_LUA = 'function envoy_on_request(handle) end'

test('the judge answers in Envoy’s words, however many ask', { skip }, async (t) => {
  const { ask } = openTestJudge(t, { warm: 1 })
  const answers = await Promise.all([
    ask({}),
    ask({ static_resources: { clusters: [{ name: 'a', type: 'EDS' }] } }),
    ask({ nope: 1 }),
    ask(trialOf([cluster('a'), host('b', GOOD_LUA)])),
    ask(trialOf([host('b', 'function envoy_on_request( is no Lua')])),
  ])
  const kinds = answers.map(({ kind }) => kind)
  assert.deepEqual(kinds, ['accepted', 'refused', 'refused', 'accepted', 'refused'])
  const texts = answers.map((answer) => ('text' in answer ? answer.text : ''))
  assert.equal(texts[1], 'cannot create an EDS cluster without an EDS config')
  assert.match(texts[2]!, /no such field/)
  assert.match(texts[4]!, /^script load error/)
})

test('an Envoy that crashes refuses; one that cannot run says nothing', { skip }, async (t) => {
  const script = (text: string) => {
    const path = join(testFolder(t), 'envoy')
    writeFileSync(path, `#!/bin/sh\n${text}\n`)
    chmodSync(path, 0o755)
    return path
  }
  const crashing = script(`grep -q crash "$4" && kill -SEGV $$\nexit 0`)
  const { ask } = openTestJudge(t, { binary: crashing })
  assert.deepEqual(await ask({ node: { id: 'crash' } }), {
    ...{ kind: 'refused', text: 'Envoy crashed as it read this (it was ended by SIGSEGV)' },
  })
  assert.deepEqual(await ask({}), { kind: 'accepted' })
  const words = "error initializing configuration '$4': not so\\nCaught Segmentation fault"
  const late = script(`printf "${words}" >&2; kill -SEGV $$`)
  assert.deepEqual(await openTestJudge(t, { binary: late }).ask({}), {
    ...{ kind: 'refused', text: 'not so' },
  })
  const kinds = async (binary: string) =>
    (await openTestJudge(t, { binary, patience: 300 }).ask({})).kind
  assert.equal(await kinds('/none'), 'unable')
  assert.equal(await kinds(script('exit 7')), 'unable')
  assert.equal(await kinds(script('kill -ABRT $$')), 'unable')
  assert.equal(await kinds(script('exec sleep 60')), 'unable', 'not in time')
})

test('whoever is closed answers all the same', { skip }, async (t) => {
  const open = openTestJudge(t, { warm: 0 })
  const answers = Promise.all(Array.from({ length: 5 }, () => open.ask({})))
  await open.close()
  assert.deepEqual([...new Set((await answers).map(({ kind }) => kind))], ['unable'])
  assert.equal((await open.ask({})).kind, 'unable')
})

test('all that is translated in the goldens is taken; of it and bad ones exactly these are found', {
  skip,
}, async (t) => {
  const { ask } = openTestJudge(t, { patience: 60_000 })
  const parts = new Set<Resource>()
  for (const name of caseNames()) {
    for (const set of (await golden(name)).sets.values()) {
      for (const type of RESOURCE_TYPES)
        for (const one of set[type].flat().flatMap(partsOf)) parts.add(one)
    }
  }
  const good = [...parts]
  assert.ok(good.length > 300, `${good.length}`)
  const told = new Map<Resource, Answer>()
  await judge(good, ask, (group, answer) => {
    for (const one of group) told.set(one, answer)
  })
  const others = [...told].filter(([, { kind }]) => kind !== 'accepted')
  assert.deepEqual(
    others.map(([{ type, name }, answer]) => [type, name, answer]),
    [],
  )
  assert.equal(told.size, good.length)

  const bad = [
    host('first', 'this is no Lua'),
    cluster('outbound|1||bad', { lb_policy: 'MAGLEV', maglev_lb_config: { table_size: 12 } }),
    host('last', 'function ('),
  ]
  const some = good.slice(0, 60)
  const mixed = [bad[0]!, ...some.slice(0, 30), bad[1]!, ...some.slice(30), bad[2]!]
  let asked = 0
  const refused = new Map<string, string>()
  const counted = (config: object) => {
    asked++
    return ask(config)
  }
  await judge(mixed, counted, (group, answer) => {
    for (const { name } of group) if (answer.kind === 'refused') refused.set(name, answer.text)
  })
  assert.deepEqual([...refused.keys()].sort(), bad.map(({ name }) => name).sort())
  assert.match(refused.get(bad[1]!.name)!, /prime/)
  assert.ok(asked < 40, `${asked} groups were shown`)
})

const MESH = `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: web-1, namespace: shop}
spec: {address: 127.0.0.9, labels: {app: web}}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: web-2, namespace: shop}
spec: {address: 127.0.0.10, labels: {app: web}}
---
`
const lua = (script: string) =>
  policy(
    'EnvoyFilter',
    'shop/lua',
    `
  configPatches:
    - applyTo: VIRTUAL_HOST
      match: {context: SIDECAR_OUTBOUND, routeConfiguration: {vhost: {name: "web.shop.svc.cluster.local:80"}}}
      patch:
        operation: MERGE
        value:
          typed_per_filter_config:
            envoy.filters.http.lua:
              "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.LuaPerRoute
              source_code: {inline_string: "${script}"}
`,
  )

test('lotse check --envoy tells what only Envoy refuses, with its line', { skip }, async (t) => {
  const folder = testFolder(t)
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const bad = file('bad.yaml', MESH + lua('this is no Lua'))
  const blind = await lotse(t, 'check', bad)
  assert.equal(blind.code, 0, blind.stderr)
  const seen = await lotse(t, 'check', '--envoy', bad)
  assert.equal(seen.code, 1)
  const line = (MESH + lua('this is no Lua')).split('\n').findIndex((one) => one.includes('no Lua'))
  assert.match(
    seen.stderr,
    new RegExp(
      `^${bad}:${line + 1}:\\d+: error: Envoy refuses virtualHost web\\.shop\\.svc\\.cluster\\.local:80: script load error: .*\\(L0307\\)\\n$`,
    ),
  )
  const good = await lotse(t, 'check', '--envoy', file('good.yaml', MESH + lua(GOOD_LUA)))
  assert.deepEqual([good.code, good.stderr], [0, ''])
  const without = await lotseWith(t, { ENVOY_BIN: '/none' }, 'check', '--envoy', bad)
  assert.equal(without.code, 3)
  assert.match(
    without.stderr,
    /^error: ENVOY_BIN is \/none, which is not a usable Envoy.*\(L0502\)\n$/,
  )
})
