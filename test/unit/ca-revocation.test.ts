// The lists of revoked certificates that proxies get: Envoy can read them, with entries and without.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openAuthority } from '../../src/ca/ca.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { revoke } from '../../src/ca/revoked.ts'
import { readRotation } from '../../src/ca/rotation-files.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import { skip, testFolder } from '../support/envoy.ts'
import { validate } from '../support/validate.ts'

function good<T>(value: T | Diagnostic): T {
  if (isProblem(value)) assert.fail(`${value.code} ${value.text}`)
  return value as T
}

test('Envoy reads the revocation lists', { skip }, async (t) => {
  const directory = testFolder(t)
  const now = () => new Date()
  const open = async () =>
    good(await openAuthority({ directory, trustDomain: 'cluster.local', now }))
  await open()
  const { current: authority } = good(readRotation(directory))
  const notAfter = Date.now() + 3_600_000
  const certificate = (serial: string, of: string) => ({
    serial,
    workload: 'shop/cart',
    authority: of,
    notAfter,
  })
  const lists = async () => (await open()).trust.crlsPem
  // One of an authority that is gone: the one that is there then has a list without entries.
  assert.equal(revoke(directory, certificate('7a', 'gone'), now()), undefined)
  const [empty] = await lists()
  assert.equal(
    revoke(directory, certificate('0f1e2d3c4b5a69788796a5b4c3d2e1f0', authority), now()),
    undefined,
  )
  const [one] = await lists()
  assert.ok(empty && one && empty !== one)
  const { trust } = await open()
  const secret = (crl: string) => ({
    static_resources: {
      clusters: [
        {
          name: 'c',
          transport_socket: {
            name: 'tls',
            typed_config: {
              '@type':
                'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext' as const,
              common_tls_context: {
                validation_context: {
                  trusted_ca: { inline_string: trust.rootsPem.join('') },
                  crl: { inline_string: crl },
                },
              },
            },
          },
        },
      ],
    },
  })
  assert.deepEqual(await validate([secret(empty), secret(one)]), [undefined, undefined])
})
