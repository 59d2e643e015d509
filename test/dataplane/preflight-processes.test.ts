// What Envoy refused, before or after it was sent, outlives the control plane; and no Envoy that judges does.
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join as path } from 'node:path'
import { test } from 'node:test'
import type { Status } from '../../src/dashboard/status.ts'
import { lotse, type Serving, serve, startLotse } from '../support/command.ts'
import { skip, testFolder } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { loopback } from '../support/ports.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const SLOW = { timeout: 60_000 } as const

const rule = (host: string, mark: string) =>
  policy(
    'VirtualService',
    `shop/${host}`,
    `{hosts: [${host}], http: [{headers: {response: {set: {x-rule: "${mark}"}}}, directResponse: {status: 200}}]}`,
  )
const lua = (script: string) =>
  policy(
    'EnvoyFilter',
    'shop/lua',
    `{configPatches: [{applyTo: VIRTUAL_HOST,
      match: {context: SIDECAR_OUTBOUND, routeConfiguration: {vhost: {name: "web.shop.svc.cluster.local:8000"}}},
      patch: {operation: MERGE, value: {typed_per_filter_config: {envoy.filters.http.lua:
        {"@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.LuaPerRoute, source_code: {inline_string: "${script}"}}}}}}]}`,
  )

/** Command lines with this word. */
function running(word: string): string[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return ids.flatMap((id) => {
    try {
      const line = readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ')
      return line.includes(word) && !line.includes(' serve ') ? [line] : []
    } catch {
      return []
    }
  })
}

for (const preflight of [true, false]) {
  test(`a restart, with${preflight ? '' : 'out'} a preflight`, { skip }, async (t) => {
    const folder = testFolder(t)
    const where = { config: path(folder, 'config'), data: path(folder, 'data') }
    const more = preflight ? ['--preflight'] : []
    mkdirSync(where.config)
    const write = (name: string, ...documents: string[]) =>
      writeFileSync(path(where.config, name), join(...documents))
    const client = loopback()
    const mesh = join(
      workload({
        ...{ workload: 'shop/client', address: client },
        calls: [{ port: 8000, protocol: 'HTTP' }],
      }),
      service('shop/web', { app: 'web' }, 'http:8000'),
      service('shop/other', { app: 'other' }, 'http:8000'),
    )
    write('mesh.yaml', mesh)
    write('rules.yaml', rule('web', 'a'), rule('other', 'a'))
    let serving: Serving = await serve(t, { ...where, more })
    const { xds, http } = serving
    startLotse(
      t,
      ...['proxy', '--workload', 'shop/client', '--xds', xds],
      ...['--token-file', path(where.data, 'join-token'), '--out', path(folder, 'client')],
    )
    const mark = async (host: string) =>
      (await request({ address: client, port: 8000, host })).headers['x-rule']
    const becomes = (host: string, value: string) =>
      waitFor(
        `${host} to be ${value}`,
        () => mark(host),
        (seen) => seen === value,
        SLOW,
      )
    const code = preflight ? 'L0307' : 'L0302'
    const refused = () =>
      waitFor(
        'the refusal',
        () => serving.status<Status>(),
        ({ diagnostics, proxies }) =>
          diagnostics.some((one) => one.code === code && /rules\.yaml:\d+/.test(one.place ?? '')) &&
          proxies.some(({ state }) => state === 'rejected'),
        SLOW,
      )
    // One in a container ends a moment after the process that started it.
    const nobodyJudges = () =>
      waitFor(
        'nobody to judge',
        () => running(`${where.data}/preflight`),
        ({ length }) => length === 0,
        SLOW,
      )
    await becomes('web', 'a')

    write('rules.yaml', rule('web', 'b'), rule('other', 'b'), lua('no Lua'))
    await becomes('other', 'b')
    await refused()
    assert.equal(await mark('web'), 'a')
    const nacks = await serving.metric('lotse_xds_nacks_total')
    assert.equal(nacks > 0, !preflight)
    const told = await lotse(t, 'status', '--http', http)
    assert.equal(told.code, 1)
    assert.match(
      told.stdout,
      new RegExp(`rules\\.yaml:\\d+:\\d+: error: .*script load error.*\\(${code}\\)`),
    )

    assert.equal(running(`${where.data}/preflight`).length > 0, preflight)
    await serving.stop('SIGKILL')
    await nobodyJudges()
    serving = await serve(t, { ...where, xds, http, more })
    await refused()
    write('rules.yaml', rule('web', 'b'), rule('other', 'c'), lua('no Lua'))
    await becomes('other', 'c')
    await refused()
    assert.equal(await mark('web'), 'a', 'the last good one')
    assert.equal(await serving.metric('lotse_xds_nacks_total'), 0, 'it was not tried again')
    write('rules.yaml', rule('web', 'd'), rule('other', 'd'))
    await becomes('web', 'd')
    await becomes('other', 'd')
    const { diagnostics } = await serving.status<Status>()
    assert.deepEqual(
      diagnostics.filter((one) => one.severity === 'error'),
      [],
    )
    await serving.stop()
    await nobodyJudges()
  })
}
