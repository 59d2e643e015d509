// RequestAuthentication on real Envoys: honest and forged tokens, where they stand, what becomes of their claims.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { skip } from '../support/envoy.ts'
import { type HttpRequest, keepAlive, request } from '../support/http.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { hmacToken, issuerOf, unsignedToken } from '../support/tokens.ts'
import { type Echo, httpUpstream, type Upstream } from '../support/upstreams.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000
const rsa = issuerOf('https://rsa.test', 'RS256')
const ec = issuerOf('https://ec.test')

interface Site {
  readonly mesh: TestMesh
  readonly address: string
  readonly app: Upstream
  policies(...documents: readonly string[]): Promise<void>
  ask(options?: Partial<HttpRequest>): Promise<{ status: number; body: string; echo?: Echo }>
  bearer(token: string, options?: Partial<HttpRequest>): Promise<number>
}

async function site(t: TestContext, ...documents: readonly string[]): Promise<Site> {
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
  })
  const ask: Site['ask'] = async (options = {}) => {
    const answer = await request({ address, port: PORT, ...options })
    const { status, body } = answer
    return { status, body, ...(status === 200 ? { echo: answer.json<Echo>() } : {}) }
  }
  return {
    ...{ mesh, address, app, ask },
    policies: (...next) => mesh.edit('policies.yaml', join(...next)),
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
      ['a changed claim', ec.token().replace(/\.[^.]+\./, `.${b64({ ...claims, sub: 'x' })}.`), 401],
      ['no signature', ec.token().replace(/[^.]+$/, ''), 401],
      ['no token at all', 'nonsense', 401],
    ]
    for (const [what, token, status] of rows) assert.equal(await s.bearer(token), status, what)
    assert.equal((await s.ask()).status, 200, 'without a token')
    assert.equal((await s.ask({ path: `/?access_token=${ec.token()}` })).status, 200)
    assert.equal((await s.ask({ path: `/?access_token=${stranger.token()}` })).status, 401)
  })
})

function b64(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
