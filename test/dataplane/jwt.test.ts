// RequestAuthentication on real Envoys: honest and forged tokens, where they stand, what becomes of their claims.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { skip } from '../support/envoy.ts'
import { type HttpRequest, keepAlive, request } from '../support/http.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { hmacToken, issuerOf, unsignedToken } from '../support/tokens.ts'
import { type Echo, httpUpstream, type Upstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000
const rsa = issuerOf('https://rsa.test', 'RS256')
const ec = issuerOf('https://ec.test')

interface Site {
  readonly mesh: TestMesh
  readonly address: string
  readonly app: Upstream
  policies(...documents: readonly string[]): Promise<void>
  /** The same where an error is to be expected. */
  wrongPolicies(...documents: readonly string[]): Promise<void>
  ask(options?: Partial<HttpRequest>): Promise<{ status: number; body: string; echo?: Echo }>
  bearer(token: string, options?: Partial<HttpRequest>): Promise<number>
}

function site(t: TestContext, ...documents: readonly string[]): Promise<Site> {
  return siteWith(t, undefined, documents)
}

async function siteWith(
  t: TestContext,
  jwks: { refresh: number; retry: number } | undefined,
  documents: readonly string[],
): Promise<Site> {
  const address = loopback()
  const app = await httpUpstream(t, { name: 'app' })
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({
          workload: 'shop/web',
          address,
          labels: { app: 'web' },
          serves: [{ port: PORT, protocol: 'HTTP', application: app.port }],
        }),
        service('shop/web', { app: 'web' }, `http:${PORT}`),
      ),
      'policies.yaml': join(...documents),
    },
    proxies: ['shop/web'],
    ...(jwks ? { jwks } : {}),
  })
  const ask: Site['ask'] = async (options = {}) => {
    const answer = await request({ address, port: PORT, ...options })
    const { status, body } = answer
    return { status, body, ...(status === 200 ? { echo: answer.json<Echo>() } : {}) }
  }
  return {
    ...{ mesh, address, app, ask },
    policies: (...next) => mesh.edit('policies.yaml', join(...next)),
    wrongPolicies: (...next) => mesh.edit('policies.yaml', join(...next), { errors: true }),
    bearer: async (token, options = {}) =>
      (await ask({ ...options, headers: { ...options.headers, authorization: `Bearer ${token}` } }))
        .status,
  }
}

const authentication = (name: string, ...rules: readonly object[]): string =>
  policy('RequestAuthentication', `shop/${name}`, JSON.stringify({ jwtRules: rules }))

test('inline keys', { skip }, async (t) => {
  const both = [
    { issuer: rsa.issuer, jwks: rsa.jwks, audiences: ['a', 'b'] },
    { issuer: ec.issuer, jwks: ec.jwks },
  ]
  const s = await site(t, authentication('both', ...both))

  await t.test('tokens that prove something, and those that do not', async () => {
    const claims = { iss: ec.issuer, sub: 'user', exp: 4_102_444_800 }
    const stranger = issuerOf(ec.issuer)
    const rows: [string, string, number][] = [
      ['RS256 for one of the audiences', rsa.token({ aud: ['x', 'b'] }), 200],
      ['RS256 for another audience', rsa.token({ aud: 'c' }), 403],
      ['RS256 for nobody', rsa.token(), 403],
      ['ES256', ec.token(), 200],
      ['expired', ec.token({ exp: 1_000_000_000 }), 401],
      ['not valid yet', ec.token({ nbf: 4_102_444_800 }), 401],
      ['an issuer nobody knows', issuerOf('https://other.test').token(), 401],
      ['the key of another issuer', ec.token({ iss: rsa.issuer, aud: 'a' }), 401],
      ['the right issuer and another key', stranger.token(), 401],
      ['an unknown kid', ec.token({}, { kid: 'nobody' }), 401],
      ['alg none', unsignedToken(claims), 401],
      ['the public key as shared secret', hmacToken(claims, ec.publicPem), 401],
      ['the key set as shared secret', hmacToken(claims, ec.jwks), 401],
      [
        'a changed claim',
        ec.token().replace(/\.[^.]+\./, `.${b64({ ...claims, sub: 'x' })}.`),
        401,
      ],
      ['no signature', ec.token().replace(/[^.]+$/, ''), 401],
      ['no token at all', 'nonsense', 401],
    ]
    for (const [what, token, status] of rows) assert.equal(await s.bearer(token), status, what)
    assert.equal((await s.ask()).status, 200, 'without a token')
    assert.equal((await s.ask({ path: `/?access_token=${ec.token()}` })).status, 200)
    assert.equal((await s.ask({ path: `/?access_token=${stranger.token()}` })).status, 401)
    const preflight = { origin: 'https://a.test', 'access-control-request-method': 'PUT' }
    const asked = { method: 'OPTIONS', headers: preflight }
    assert.equal(await s.bearer(stranger.token(), asked), 200, 'preflights carry no token of use')
  })

  await t.test('a token is kept from the application unless it is asked for', async () => {
    const headers = { authorization: `Bearer ${ec.token()}` }
    const sent = async () => (await s.ask({ headers })).echo?.headers.authorization
    assert.equal(await sent(), undefined)
    await s.policies(authentication('one', { ...both[1], forwardOriginalToken: true }))
    assert.equal(await sent(), headers.authorization)
  })

  await t.test('places of one own replace the usual ones', async () => {
    const places = {
      fromHeaders: [{ name: 'X-Token', prefix: 'Test ' }, { name: 'x-bare' }],
      fromParams: ['t'],
      fromCookies: ['session'],
    }
    await s.policies(authentication('places', { ...both[1], ...places }))
    const bad = issuerOf(ec.issuer)
    const status = async (options: Partial<HttpRequest>) => (await s.ask(options)).status
    for (const [token, expected] of [
      [ec.token(), 200],
      [bad.token(), 401],
    ] as const) {
      assert.equal(await status({ headers: { 'x-token': `Test ${token}` } }), expected)
      assert.equal(await status({ headers: { 'x-bare': token } }), expected)
      assert.equal(await status({ path: `/p?a=b&t=${token}` }), expected)
      assert.equal(await status({ headers: { cookie: `a=b; session=${token}` } }), expected)
      assert.equal(await s.bearer(token), 200, 'nobody looks there')
      assert.equal(await status({ path: `/?access_token=${token}` }), 200)
    }
  })

  await t.test('claims in headers come from tokens and from nobody else', async () => {
    const [first, second] = [
      {
        ...{ issuer: rsa.issuer, jwks: rsa.jwks, outputPayloadToHeader: 'x-payload' },
        outputClaimToHeaders: [{ header: 'X-Group', claim: 'group' }],
      },
      {
        ...both[1],
        outputClaimToHeaders: [
          { header: 'x-mail', claim: 'user.mail' },
          { header: 'x-sub', claim: 'sub' },
        ],
      },
    ]
    await s.policies(authentication('first', first), authentication('second', second))
    const forged = Object.fromEntries(
      ['x-payload', 'x-group', 'x-mail', 'x-sub'].map((name) => [name, 'forged']),
    )
    const received = async (token?: string) => {
      const authorization = token ? { authorization: `Bearer ${token}` } : {}
      const { status, echo } = await s.ask({ headers: { ...forged, ...authorization } })
      assert.equal(status, 200)
      const named = Object.entries(echo!.headers).filter(([name]) => name in forged)
      return Object.fromEntries(named)
    }
    const payload = rsa.token({ group: 'staff' }).split('.')[1]!
    assert.deepEqual(await received(`${rsa.token({ group: 'staff' })}`), {
      'x-group': 'staff',
      'x-payload': payload,
    })
    assert.deepEqual(await received(ec.token({ user: { mail: 'a@b.test' } })), {
      'x-mail': 'a@b.test',
      'x-sub': 'user',
    })
    assert.deepEqual(await received(), {})
  })

  await t.test('rules about claims, on one open connection', async () => {
    const connection = keepAlive({ address: s.address, port: PORT })
    t.after(() => connection.close())
    const ports = new Set<number>()
    const ask = async (token?: string) => {
      const headers = token ? { authorization: `Bearer ${token}` } : {}
      const answer = await connection.request({ headers })
      ports.add(answer.connection)
      return answer.status
    }
    const tokens = authentication('tokens', both[1]!)
    const rules = (name: string, spec: object) =>
      policy('AuthorizationPolicy', `shop/${name}`, JSON.stringify(spec))
    const when = (key: string, values: readonly string[]) => [{ when: [{ key, values }] }]
    const required = rules('required', {
      action: 'DENY',
      rules: [{ from: [{ source: { notRequestPrincipals: ['*'] } }] }],
    })
    await s.policies(tokens)
    assert.deepEqual([await ask(), await ask(ec.token())], [200, 200])
    await s.policies(tokens, required)
    assert.deepEqual([await ask(), await ask(ec.token())], [403, 200])
    const banned = rules('banned', {
      action: 'DENY',
      rules: when('request.auth.claims[groups]', ['banned']),
    })
    await s.policies(tokens, required, banned)
    assert.equal(await ask(ec.token({ groups: ['staff', 'banned'] })), 403)
    assert.equal(await ask(ec.token({ groups: 'banned' })), 403)
    assert.equal(await ask(ec.token({ groups: ['staff'] })), 200)
    const scoped = rules('scoped', { rules: when('request.auth.claims[scope]', ['write']) })
    await s.policies(tokens, required, banned, scoped)
    assert.equal(await ask(ec.token({ scope: 'read write' })), 200)
    assert.equal(await ask(ec.token({ scope: 'read' })), 403)
    const who = rules('who', { rules: when('request.auth.principal', [`${ec.issuer}/user`]) })
    await s.policies(tokens, who)
    assert.equal(await ask(ec.token()), 200)
    assert.equal(await ask(ec.token({ sub: 'other' })), 403)
    // Other keys for the same issuer: the open connection is judged by them.
    const other = issuerOf(ec.issuer)
    await s.policies(authentication('tokens', { issuer: ec.issuer, jwks: other.jwks }), who)
    assert.deepEqual([await ask(ec.token()), await ask(other.token())], [401, 200])
    assert.equal(ports.size, 1, 'all of it over one connection')
    assert.equal(await s.mesh.envoy('shop/web').stat('listener_manager.listener_modified'), 0)
  })
})

test('a policy that cannot be understood refuses tokens', { skip }, async (t) => {
  const s = await site(
    t,
    policy(
      'RequestAuthentication',
      'shop/broken',
      '{ jwtRules: [{ jwks: 5, fromHeaders: [{ name: x-t }] }] }',
    ),
    authentication('good', { issuer: rsa.issuer, jwks: rsa.jwks }),
    authentication('private', {
      issuer: ec.issuer,
      jwks: JSON.stringify({ keys: [ec.privateJwk] }),
    }),
  )
  assert.equal((await s.ask()).status, 200)
  assert.equal(await s.bearer(rsa.token()), 200)
  assert.equal(await s.bearer(ec.token()), 401, 'a published private key signs for anybody')
  assert.equal((await s.ask({ headers: { 'x-t': rsa.token() } })).status, 401)
})

test('remote keys', { skip }, async (t) => {
  const site = await httpUpstream(t, { name: 'issuer' })
  const base = `http://127.0.0.1:${site.port}`
  const issuer = issuerOf(base)
  const serve = (body: string, status = 200) => site.behave({ body, status })
  serve(issuer.jwks)
  const s = await siteWith(t, { refresh: 50, retry: 20 }, [
    authentication('remote', { issuer: issuer.issuer, jwksUri: `${base}/keys` }),
  ])
  const until = (token: string, status: number) =>
    waitFor(
      `${status}`,
      () => s.bearer(token),
      (now) => now === status,
    )
  assert.equal(await s.bearer(issuer.token()), 200, 'there from the first moment')
  const next = issuerOf(base)
  assert.equal(await s.bearer(next.token()), 401)

  serve(JSON.stringify({ keys: [issuer, next].flatMap(({ jwks }) => JSON.parse(jwks).keys) }))
  await until(next.token(), 200)
  assert.equal(await s.bearer(issuer.token()), 200, 'both while they are exchanged')
  serve(next.jwks)
  await until(issuer.token(), 401)
  assert.equal(await s.bearer(next.token()), 200)

  const told = () => s.mesh.app.diagnostics().find(({ code }) => code === 'L0295')?.text ?? ''
  for (const [body, status, word] of [
    ['no', 500, 'answers 500'],
    ['<html>', 200, 'not a JSON object'],
    ['{"keys":[{"kty":"oct","k":"AAAA"}]}', 200, 'private or secret'],
  ] as const) {
    serve(body, status)
    await waitFor(
      word,
      () => told(),
      (text) => text.includes(word),
    )
    assert.equal(await s.bearer(next.token()), 200, 'the last good keys stay')
    assert.equal(await s.bearer(issuer.token()), 401)
  }
  serve('{"keys":[]}')
  await until(next.token(), 401)
  assert.equal((await s.ask()).status, 200, 'requests without a token are not concerned')

  await t.test('no keys were ever had: closed', async () => {
    for (const [path, status] of [
      ['none', 500],
      ['other', 404],
    ] as const) {
      serve('', status)
      await s.wrongPolicies(
        authentication('remote', { issuer: issuer.issuer, jwksUri: `${base}/${path}` }),
      )
      await waitFor(
        'an error',
        () => told(),
        (text) => text.includes(String(status)),
      )
      for (const token of [issuer.token(), next.token(), hmacToken({ iss: base, sub: 'x' }, '')]) {
        assert.equal(await s.bearer(token), 401)
      }
      assert.equal((await s.ask()).status, 200)
    }
  })
  await t.test('the issuer tells where its keys are', async () => {
    site.behave({
      body: JSON.stringify({
        issuer: base,
        jwks_uri: `${base}/keys`,
        keys: JSON.parse(next.jwks).keys,
      }),
    })
    await s.policies(authentication('remote', { issuer: issuer.issuer }))
    await until(next.token(), 200)
    assert.ok(site.received.some(({ path }) => path === '/.well-known/openid-configuration'))
  })
})

function b64(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
