// The Kubernetes Gateway API on a real Envoy: which route has a request, what becomes of it, and what is not served.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isProblem } from '../../src/ca/problem.ts'
import { openHttp } from '../../src/dashboard/server.ts'
import type { Explained } from '../../src/model/tap.ts'
import { skip, testFolder } from '../support/envoy.ts'
import { readEvents } from '../support/event-stream.ts'
import {
  edgeGateway,
  gatewayApi,
  HTTP,
  OWN_ADDRESS,
  route,
  startGatewayMesh,
  to,
} from '../support/gateway-api.ts'
import { assertShare } from '../support/shares.ts'
import { waitFor } from '../support/wait.ts'

test('routes of the Gateway API', { skip }, async (t) => {
  const edge = await startGatewayMesh(t, HTTP, route('all', `[{${to('one')}}]`))
  const by = async (path: string, options = {}) => {
    const { status, by = String(status) } = await edge.ask(path, options)
    return by
  }

  await t.test('a prefix counts by whole elements of the path', async () => {
    await edge.set(
      HTTP,
      route(
        'paths',
        `[{matches: [{path: {type: PathPrefix, value: /a/b/}}], ${to('one')}},
          {matches: [{path: {type: Exact, value: /a/exact}}], ${to('two')}},
          {matches: [{path: {type: RegularExpression, value: "/r[0-9]+"}}], ${to('two')}}]`,
      ),
    )
    assert.equal(await by('/a/b'), 'one')
    assert.equal(await by('/a/b/'), 'one')
    assert.equal(await by('/a/b/c?d'), 'one')
    assert.equal(await by('/a/bc'), '404')
    assert.equal(await by('/a'), '404')
    assert.equal(await by('/a/exact'), 'two')
    assert.equal(await by('/a/exact/'), '404')
    assert.equal(await by('/r12'), 'two')
    assert.equal(await by('/r12/x'), '404')
  })

  await t.test('the most specific match has a request, whichever route and order', async () => {
    await edge.set(
      HTTP,
      route(
        'young',
        `[{matches: [{path: {value: /x}, method: POST}, {path: {value: /}}], ${to('two')}}]`,
        '',
        2,
      ),
      route(
        'old',
        `[{matches: [{path: {value: /x}, headers: [{name: X-A, value: "1"}, {name: x-b, value: "2"}]}], ${to('one')}},
          {matches: [{path: {value: /x}, headers: [{name: x-a, value: "1"}]}], ${to('two')}},
          {matches: [{path: {value: /x/longer}}], ${to('two')}},
          {matches: [{path: {value: /x}}, {path: {value: /}}], ${to('one')}},
          {matches: [{path: {type: Exact, value: /x/longer/exact}}], ${to('one')}}]`,
        '',
        1,
      ),
    )
    assert.equal(await by('/x'), 'one')
    assert.equal(await by('/x', { headers: { 'x-a': '1' } }), 'two')
    assert.equal(await by('/x', { headers: { 'x-a': '1', 'x-b': '2' } }), 'one')
    // A method counts more than headers.
    assert.equal(await by('/x', { method: 'POST', headers: { 'x-a': '1', 'x-b': '2' } }), 'two')
    assert.equal(await by('/x/longer', { method: 'POST' }), 'two')
    assert.equal(await by('/x/longer/exact'), 'one')
    assert.equal(await by('/else'), 'one', 'of two equal matches the older route has it')
  })

  await t.test(
    'headers and parameters, exact and by pattern; the first of a name counts',
    async () => {
      await edge.set(
        HTTP,
        route(
          'matches',
          `[{matches: [{headers: [{name: x-v, type: RegularExpression, value: "v[12]"}, {name: X-V, value: never}],
             queryParams: [{name: Q, value: a b}]}], ${to('one')}},
          {matches: [{queryParams: [{name: q, type: RegularExpression, value: "[a-c]+"}]}], ${to('two')}}]`,
        ),
      )
      assert.equal(await by('/?q=abc'), 'two')
      assert.equal(await by('/?q=abd'), '404')
      assert.equal(
        await by('/?Q=a b', { headers: { 'x-v': 'v1' } }).catch(() => 'refused'),
        'refused',
      )
      assert.equal(await by('/?q=a', { headers: { 'x-v': 'v3' } }), 'two')
    },
  )

  await t.test('weights; what does not exist answers its share with 500', async () => {
    const weights = (...list: readonly string[]) => `[{backendRefs: [${list.join(', ')}]}]`
    await edge.set(
      HTTP,
      route('w', weights('{name: one, port: 80, weight: 3}', '{name: two, port: 80, weight: 1}')),
    )
    const count = async (requests: number) => {
      const counts: Record<string, number> = {}
      for (let n = 0; n < requests; n += 1) {
        const name = await by('/')
        counts[name] = (counts[name] ?? 0) + 1
      }
      return counts
    }
    const { one = 0, two = 0 } = await count(400)
    assert.equal(one + two, 400)
    assertShare(two, 400, 0.25)
    await edge.set(
      HTTP,
      route('w', weights('{name: one, port: 80}', '{name: none, port: 80, weight: 1}')),
    )
    const counts = await count(200)
    assert.equal((counts.one ?? 0) + (counts['500'] ?? 0), 200)
    assertShare(counts['500'], 200, 0.5)
    await edge.set(HTTP, route('w', weights('{name: one, port: 80, weight: 0}')))
    assert.equal(await by('/'), '500')
    await edge.set(
      HTTP,
      route(
        'w',
        weights('{name: one, port: 81}', '{name: two, port: 80, kind: Bucket, group: a.test}'),
      ),
    )
    assert.equal(await by('/'), '500')
    await edge.set(HTTP, route('w', '[{}]'))
    assert.equal(await by('/'), '500')
    // It exists and has nobody behind it.
    await edge.set(HTTP, route('w', `[{${to('idle')}}]`))
    assert.equal(await by('/'), '503')
  })

  await t.test('headers of requests and responses, of the rule and of one backend', async () => {
    const filters = (own: string) => `filters: [
      {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X-Set, value: "${own} 100%"}, {name: x-set, value: never}],
        add: [{name: x-add, value: ${own}}], remove: [X-Remove]}},
      {type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: x-answer, value: "%REQ(X-REMOVE)%"}], remove: [x-secret]}}]`
    edge.one.behave({ headers: { 'x-secret': 's' } })
    for (const rules of [
      `[{${filters('rule')}, ${to('one')}}]`,
      `[{backendRefs: [{name: one, port: 80, ${filters('rule')}}, {name: none, port: 80, weight: 0}]}]`,
    ]) {
      await edge.set(HTTP, route('headers', rules))
      const { echo, headers } = await edge.ask('/', {
        headers: { 'x-remove': 'r', 'x-set': 's', 'x-add': 'a' },
      })
      assert.equal(echo?.headers['x-set'], 'rule 100%')
      assert.equal(echo?.headers['x-add'], 'a, rule')
      assert.equal(echo?.headers['x-remove'], undefined)
      assert.equal(headers['x-answer'], '%REQ(X-REMOVE)%', 'no command of Envoy')
      assert.equal(headers['x-secret'], undefined)
    }
    edge.one.behave({})
  })

  await t.test('rewrites of host and path', async () => {
    const rewrite = (path: string, match = '/foo', type = 'PathPrefix') =>
      `{matches: [{path: {type: ${type}, value: ${match}}}], ${to('one')},
        filters: [{type: URLRewrite, urlRewrite: {hostname: new.test, path: {${path}}}}]}`
    const prefix = (text: string) => `type: ReplacePrefixMatch, replacePrefixMatch: "${text}"`
    const seen = async (path: string) => {
      const { echo, status } = await edge.ask(path)
      return echo ? `${echo.host}${echo.path}` : status
    }
    const table: [match: string, replacement: string, path: string, expected: string][] = [
      ['/foo', '/xyz', '/foo/bar?q', '/xyz/bar?q'],
      ['/foo/', '/xyz/', '/foo/bar', '/xyz/bar'],
      ['/foo', '/xyz', '/foo', '/xyz'],
      ['/foo', '/xyz', '/foo/', '/xyz/'],
      ['/foo', '', '/foo/bar', '/bar'],
      ['/foo', '/', '/foo/bar?q=1', '/bar?q=1'],
      ['/foo', '', '/foo/', '/'],
      ['/foo', '/', '/foo', '/'],
      ['/', '/xyz', '/bar', '/xyz/bar'],
      ['/f.o', '/', '/f.o/bar', '/bar'],
    ]
    for (const [match, replacement, path, expected] of table) {
      await edge.set(HTTP, route('rewrite', `[${rewrite(prefix(replacement), match)}]`))
      assert.equal(await seen(path), `new.test${expected}`, `${match} by "${replacement}": ${path}`)
    }
    const full = 'type: ReplaceFullPath, replaceFullPath: "/a\\\\1"'
    await edge.set(
      HTTP,
      route(
        'rewrite',
        `[${rewrite(full)}, ${rewrite(full, '/e', 'Exact')}, ${rewrite(full, '/r.*', 'RegularExpression')}]`,
      ),
    )
    for (const path of ['/foo/x?q', '/e?q', '/rx?q'])
      assert.equal(await seen(path), 'new.test/a\\1?q')
  })

  await t.test('redirects', async () => {
    const redirect = (match: string, to: string) =>
      `{matches: [{path: {value: ${match}}}], filters: [{type: RequestRedirect, requestRedirect: {${to}}}]}`
    await edge.set(
      HTTP,
      route(
        'redirect',
        `[${[
          redirect('/host', 'hostname: new.test'),
          redirect('/scheme', 'scheme: https'),
          redirect('/port', 'hostname: new.test, port: 8443, statusCode: 308'),
          redirect('/both', 'scheme: https, hostname: new.test, statusCode: 301'),
          redirect(
            '/full',
            'path: {type: ReplaceFullPath, replaceFullPath: /new}, statusCode: 307',
          ),
          redirect(
            '/cut',
            'path: {type: ReplacePrefixMatch, replacePrefixMatch: /}, statusCode: 303',
          ),
          redirect('/swap', 'path: {type: ReplacePrefixMatch, replacePrefixMatch: /new/}'),
        ].join(', ')}]`,
      ),
    )
    const led = async (path: string) => {
      const { status, headers } = await edge.ask(path, { host: 'old.test:8080' })
      return `${status} ${headers.location}`
    }
    assert.equal(await led('/host/a?b'), '302 http://new.test:8080/host/a?b')
    assert.equal(await led('/scheme'), '302 https://old.test:443/scheme')
    assert.equal(await led('/port'), '308 http://new.test:8443/port')
    assert.equal(await led('/both'), '301 https://new.test:443/both')
    assert.equal(await led('/full/a?b'), '307 http://old.test:8080/new?b')
    assert.equal(await led('/cut/a'), '303 http://old.test:8080/a')
    assert.equal(await led('/cut'), '303 http://old.test:8080/')
    assert.equal(await led('/swap/a'), '302 http://old.test:8080/new/a')
  })

  await t.test('mirrors', async () => {
    const mirror = (more: string) =>
      `{type: RequestMirror, requestMirror: {backendRef: {name: two, port: 80}${more}}}`
    await edge.set(
      HTTP,
      route('mirror', `[{filters: [${mirror('')}, ${mirror(', percent: 0')}], ${to('one')}}]`),
    )
    edge.two.behave({})
    assert.equal(await by('/copied'), 'one')
    await waitFor(
      'the copy',
      () => edge.two.received.length,
      (count) => count === 1,
    )
    assert.equal(edge.two.received[0]?.path, '/copied')
    // The other way round, with a mirror that does not exist.
    const lost =
      '{type: RequestMirror, requestMirror: {backendRef: {name: none, port: 80}, fraction: {numerator: 1, denominator: 2}}}'
    await edge.set(HTTP, route('mirror', `[{filters: [${lost}], ${to('one')}}]`))
    assert.equal(await by('/'), 'one')
  })

  await t.test('cross-origin requests', async () => {
    await edge.set(
      HTTP,
      route(
        'cors',
        `[{filters: [{type: CORS, cors: {allowOrigins: ["https://a.test", "https://*.b.test"], allowMethods: ["*"],
          allowHeaders: [x-a], exposeHeaders: [x-b], allowCredentials: true, maxAge: 9}}], ${to('one')}}]`,
      ),
    )
    const preflight = async (origin: string) => {
      const headers = { origin, 'access-control-request-method': 'PUT' }
      return (await edge.ask('/', { method: 'OPTIONS', headers })).headers
    }
    const allowed = await preflight('https://x.y.b.test')
    assert.equal(allowed['access-control-allow-origin'], 'https://x.y.b.test')
    assert.match(String(allowed['access-control-allow-methods']), /PUT/)
    assert.equal(allowed['access-control-max-age'], '9')
    assert.equal(allowed['access-control-allow-credentials'], 'true')
    assert.equal((await preflight('https://b.test'))['access-control-allow-origin'], undefined)
    assert.equal((await preflight('https://a.test.evil'))['access-control-allow-origin'], undefined)
    const { headers } = await edge.ask('/', { headers: { origin: 'https://a.test' } })
    assert.equal(headers['access-control-expose-headers'], 'x-b')
  })

  await t.test('time limits and retries', async () => {
    await edge.set(
      HTTP,
      route(
        'times',
        `[{matches: [{path: {value: /request}}], timeouts: {request: 200ms}, ${to('one')}},
          {matches: [{path: {value: /backend}}], timeouts: {request: 5s, backendRequest: 200ms}, ${to('one')}},
          {matches: [{path: {value: /retry}}], retry: {codes: [502], attempts: 2, backoff: 10ms}, ${to('one')}},
          {matches: [{path: {value: /none}}], timeouts: {request: 0s, backendRequest: 0s}, ${to('one')}}]`,
      ),
    )
    edge.one.behave({ hang: true })
    assert.equal(await by('/request'), '504')
    assert.equal(await by('/backend'), '504')
    edge.one.behave({ failFirst: 2, status: 502 })
    assert.equal(await by('/retry'), 'one')
    edge.one.behave({ failFirst: 3, status: 502 })
    assert.equal(await by('/retry'), '502')
    edge.one.behave({})
    assert.equal(await by('/none'), 'one')
  })

  await t.test('a filter that is not known is not skipped', async () => {
    const extension = '{type: ExtensionRef, extensionRef: {group: a.test, kind: Filter, name: f}}'
    await edge.set(HTTP, route('ext', `[{filters: [${extension}], ${to('one')}}]`))
    assert.equal(await by('/'), '500')
    const rewrite =
      '{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /}}}'
    await edge.set(
      HTTP,
      route('ext', `[{backendRefs: [{name: one, port: 80, filters: [${rewrite}]}]}]`),
    )
    assert.equal(await by('/'), '500')
  })

  await t.test('other namespaces: with a ReferenceGrant, and as the listener allows', async () => {
    const elsewhere = route('cross', '[{backendRefs: [{name: three, namespace: other, port: 80}]}]')
    const grant = (from: string, name = '') =>
      gatewayApi(
        'ReferenceGrant',
        'other/grant',
        `{from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: ${from}}], to: [{group: "", kind: Service${name}}]}`,
      )
    await edge.set(HTTP, elsewhere)
    assert.equal(await by('/'), '500')
    await edge.set(HTTP, elsewhere, grant('edge'))
    assert.equal(await by('/'), 'three')
    await edge.set(HTTP, elsewhere, grant('edge', ', name: another'))
    assert.equal(await by('/'), '500')
    await edge.set(HTTP, elsewhere, grant('else'))
    assert.equal(await by('/'), '500')
    const foreign = gatewayApi(
      'HTTPRoute',
      'other/foreign',
      `{parentRefs: [{name: edge, namespace: edge}], rules: [{${to('three')}}]}`,
    )
    const open = (namespaces: string) =>
      edgeGateway(
        `[{name: http, port: 8080, protocol: HTTP, allowedRoutes: {namespaces: {${namespaces}}}}]`,
        OWN_ADDRESS,
      )
    await edge.set(HTTP, foreign)
    assert.equal(await by('/'), '404')
    await edge.set(open('from: All'), foreign)
    assert.equal(await by('/'), 'three')
    const namespace = (labels: string) =>
      `apiVersion: v1\nkind: Namespace\nmetadata: {name: other, labels: {${labels}}}\n`
    const selected = open('from: Selector, selector: {matchLabels: {team: a}}')
    await edge.set(selected, foreign, namespace('team: b'))
    assert.equal(await by('/'), '404')
    await edge.set(selected, foreign, namespace('team: a'))
    assert.equal(await by('/'), 'three')
  })

  await t.test(
    'hosts: what listener and route have in common, each host its own listener',
    async () => {
      const listeners = edgeGateway(
        `[{name: any, port: 8080, protocol: HTTP}, {name: wild, port: 8080, protocol: HTTP, hostname: "*.w.test"},
        {name: exact, port: 8080, protocol: HTTP, hostname: a.w.test}]`,
        OWN_ADDRESS,
      )
      const at = (section: string, name: string, hosts: string, rules = `[{${to(name)}}]`) =>
        gatewayApi(
          'HTTPRoute',
          `edge/${section}-${name}`,
          `{parentRefs: [{name: edge, sectionName: ${section}}], hostnames: [${hosts}], rules: ${rules}}`,
        )
      await edge.set(listeners, at('any', 'one', ''), at('wild', 'two', '"*.w.test", other.test'))
      assert.equal(await by('/', { host: 'x.test' }), 'one')
      assert.equal(await by('/', { host: 'other.test' }), 'one', 'not a host of that listener')
      assert.equal(await by('/', { host: 'b.w.test' }), 'two')
      assert.equal(await by('/', { host: 'c.b.w.test:8080' }), 'two')
      assert.equal(await by('/', { host: 'w.test' }), 'one')
      // Its listener has no route, and no other one takes over.
      assert.equal(await by('/', { host: 'a.w.test' }), '404')
      // Within a listener the more specific host has precedence, and the other one has the rest.
      await edge.set(
        listeners,
        at('wild', 'one', '"*.w.test"'),
        at('wild', 'two', 'B.w.test', `[{matches: [{path: {value: /b}}], ${to('two')}}]`),
      )
      assert.equal(await by('/b', { host: 'b.w.test' }), 'two')
      assert.equal(await by('/', { host: 'b.w.test' }), 'one')
      assert.equal(await by('/b', { host: 'c.w.test' }), 'one')
    },
  )

  await t.test('a tap names the route that a request followed', async (t) => {
    await edge.set(HTTP, route('all', `[{${to('one')}}]`))
    const http = await openHttp({ address: '127.0.0.1:0', data: testFolder(t) })
    if (isProblem(http)) throw new Error(http.text)
    t.after(() => http.close())
    http.ready(edge.mesh.app)
    const { events } = await readEvents(
      t,
      `http://${http.address}/api/v1/tap?workload=edge/gateway`,
    )
    await edge.mesh.synced()
    const told = await waitFor(
      'the request to be told',
      async () => {
        await edge.ask('/tapped')
        return events.find(({ data }) => data.includes('/tapped'))
      },
      (event) => event !== undefined,
      { timeout: 60_000 },
    )
    const { requests } = JSON.parse(told?.data ?? '') as { requests: readonly Explained[] }
    const [step] = requests[0]!.steps
    assert.deepEqual([step?.what, step?.name], ['route', 'HTTPRoute edge/all'])
    assert.match(step?.place ?? '', /gateway\.yaml:\d+:\d+$/)
  })

  await t.test('a Gateway of another class is nobody of ours', async () => {
    const other = gatewayApi(
      'Gateway',
      'edge/edge',
      `{gatewayClassName: other, listeners: [{name: http, port: 8080, protocol: HTTP}]${OWN_ADDRESS}}`,
    )
    await edge.set(other, route('all', `[{${to('one')}}]`))
    assert.equal(await by('/').catch((error) => error.code), 'ECONNREFUSED')
    await edge.set(HTTP, route('all', `[{${to('one')}}]`))
    assert.equal(await by('/'), 'one')
  })
})
