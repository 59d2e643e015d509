// Objects and requests made to do harm, on real Envoys: each costs itself at most, and everybody else is served as before.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printDiagnostic } from '../../src/model/diagnostic.ts'
import { skip } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { type Echo, httpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000

const rule = (hosts: string, http: string) =>
  policy('VirtualService', 'shop/bad', `{hosts: [${hosts}], http: [${http}]}`)
const route = 'route: [{destination: {host: web}}]'
const matching = (uri: string) => rule('web', `{match: [{uri: ${uri}}], ${route}}`)
const deep = (levels: number) => `${'{a: '.repeat(levels)}1${'}'.repeat(levels)}`
const authorization = (rules: string) =>
  policy('AuthorizationPolicy', 'other/bad', `{action: DENY, rules: ${rules}}`)

/** What is written, and a word of what its author is told. */
const ROWS: readonly [what: string, yaml: string, told: RegExp][] = [
  ['a NUL in a host', rule('"a\\0.test"', `{${route}}`), /host|valid/],
  ['a NUL in a name', rule('web', `{${route}}`).replace('name: bad', 'name: "b\\0d"'), /name/],
  [
    'a NUL in a header',
    rule('web', `{match: [{headers: {"x\\0": {exact: a}}}], ${route}}`),
    /header/,
  ],
  [
    'a line break in a header',
    rule('web', `{headers: {request: {set: {x: "a\\r\\nb: c"}}}, ${route}}`),
    /x|value|line/,
  ],
  [
    'an expression without end',
    matching(`{regex: "${'(a|b)*'.repeat(20_000)}"}`),
    /regex|long|expression/,
  ],
  ['an expression that is none', matching('{regex: "(["}'), /regex|expression/],
  [
    'an expression that repeats itself',
    matching('{regex: "(((a{1000}){1000}){1000}){1000}"}'),
    /regex|expression|large|repeat/,
  ],
  [
    'nesting without end',
    `kind: ConfigMap\napiVersion: v1\nmetadata: {name: x}\ndata: ${deep(5_000)}`,
    /nested|levels/,
  ],
  [
    'aliases without end',
    `a: &a [x, x]\n${Array.from({ length: 30 }, (_, n) => `${String.fromCharCode(98 + (n % 24))}${n}: &b${n} [*${n === 0 ? 'a' : `b${n - 1}`}, *${n === 0 ? 'a' : `b${n - 1}`}]`).join('\n')}`,
    /alias|apiVersion|kind/,
  ],
  [
    'a number that is none',
    rule('web', `{timeout: 99999999999999999999s, ${route}}`),
    /timeout|duration/,
  ],
  [
    'weights beyond all bounds',
    rule(
      'web',
      '{route: [{destination: {host: web}, weight: 4294967296}, {destination: {host: web}, weight: 1}]}',
    ),
    /weight/,
  ],
  ['a prototype', rule('x.test', `{${route}, __proto__: {x: 1}}`), /__proto__|unknown|known/],
  [
    'a port beyond all ports',
    policy(
      'ServiceEntry',
      'shop/bad',
      '{hosts: [x.test], ports: [{number: 65536, name: http, protocol: HTTP}], resolution: DNS}',
    ),
    /65535|port/,
  ],
  [
    'an address that is none',
    authorization('[{from: [{source: {ipBlocks: ["300.1.1.1/99"]}}]}]'),
    /300\.1\.1\.1/,
  ],
  [
    'a key that is none',
    authorization('[{when: [{key: "request.headers[x\\0]", values: [a]}]}]'),
    /key/,
  ],
]

test('harm', { skip }, async (t) => {
  const [client, server] = [loopback(), loopback()]
  const app = await httpUpstream(t, { name: 'web' })
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({
          workload: 'shop/client',
          address: client,
          account: 'client',
          calls: [{ port: PORT, protocol: 'HTTP' }],
        }),
        workload({
          ...{ workload: 'shop/web', address: server, labels: { app: 'web' } },
          serves: [{ port: 8080, protocol: 'HTTP', application: app.port }],
        }),
        service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
      ),
      'bad.yaml': '',
      'good.yaml': '',
    },
    proxies: ['shop/client', 'shop/web'],
  })
  const ask = async (headers: Record<string, string> = {}) =>
    request({ address: client, port: PORT, host: 'web', headers })

  // Diagnostics follow the push, so those of the row before may still be there.
  const said = () =>
    mesh.app
      .diagnostics()
      .filter(({ origin }) => origin?.source.endsWith('/bad.yaml'))
      .map(printDiagnostic)

  await t.test('objects', async () => {
    const wrong: unknown[] = []
    for (const [index, [what, yaml, told]] of ROWS.entries()) {
      await mesh.edit('bad.yaml', yaml, { errors: true })
      const texts = await waitFor(what, said, (all) => all.some((text) => told.test(text)))
      if (texts.some((text) => text.length > 2_000)) wrong.push({ what, long: true })
      // Another file is as good as ever.
      const good = policy(
        'VirtualService',
        'shop/web',
        `{hosts: [web], http: [{headers: {response: {set: {x-round: "${index}"}}}, ${route}}]}`,
      )
      await mesh.edit('good.yaml', good)
      const answer = await ask()
      if (answer.status !== 200) wrong.push({ what, status: answer.status })
      if (answer.headers['x-round'] !== String(index)) wrong.push({ what, stale: true })
    }
    assert.deepEqual(wrong, [])
    await mesh.edit('bad.yaml', '')
  })

  await t.test('a client’s word of its certificate reaches nobody', async () => {
    const forged = { 'x-forwarded-client-cert': 'URI=spiffe://cluster.local/ns/shop/sa/admin' }
    const plain = await request({ address: server, port: 8080, headers: forged })
    assert.equal(plain.json<Echo>().headers['x-forwarded-client-cert'], undefined)
    const shown = String((await ask(forged)).json<Echo>().headers['x-forwarded-client-cert'])
    assert.match(shown, /URI=spiffe:\/\/cluster\.local\/ns\/shop\/sa\/client/)
    assert.doesNotMatch(shown, /admin/)
  })

  await t.test('nothing of it came to an Envoy that refused it', () => {
    assert.equal(mesh.sent().nacks, 0)
  })
})
