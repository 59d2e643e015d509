// Signing by somebody else than a file: a stand-in for a key service, which holds the key, is slow, and sometimes fails.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { type KeyObject, sign, webcrypto, X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { loadAuthority, type Root, readKey } from '../../src/ca/authority-folder.ts'
import { importAuthority } from '../../src/ca/import.ts'
import { createIssuer } from '../../src/ca/issuer.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { revocationList } from '../../src/ca/revoked.ts'
import type { Signer } from '../../src/ca/signer.ts'
import { lintChain } from '../../src/ca/svid.ts'
import { pemOf, x509 } from '../../src/ca/x509.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import { testFolder } from '../support/envoy.ts'
import { organisation, RSA } from '../support/organisation.ts'

const now = () => new Date()
const noOpenssl = spawnSync('openssl', ['version']).status !== 0

function good<T>(value: T | Diagnostic): T {
  if (isProblem(value)) assert.fail(`${value.code} ${value.text}`)
  return value as T
}

/** What a KMS looks like from here: a public key and an answer that comes later. */
function keyService(key: KeyObject, publicKey: Buffer) {
  const service = { calls: 0, failing: false }
  const signer: Signer = {
    publicKey,
    sign: async (data) => {
      service.calls++
      await turn()
      if (service.failing) throw new Error('the key service is away')
      return sign(
        key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'sha384' : 'sha256',
        data,
        key,
      )
    },
  }
  return { signer, service }
}

async function request(): Promise<string> {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ])
  const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const made = await x509.Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm })
  return pemOf('CERTIFICATE REQUEST', Buffer.from(made.rawData))
}

/** An organisation's authority whose key is with the service from now on. */
async function remote(
  t: TestContext,
  algorithm: webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams,
) {
  const folder = testFolder(t)
  const { certificate, key, root } = await organisation(folder, { algorithm })
  const directory = `${folder}/data`
  const from = { certificate, key, root }
  good(await importAuthority({ directory, from, trustDomain: 'cluster.local', now }))
  const loaded = good(await loadAuthority({ folder: `${directory}/ca`, now })).root
  const held = keyService(good(readKey(key)), loaded.issuing.signer.publicKey)
  const rooted: Root = { ...loaded, issuing: { ...loaded.issuing, signer: held.signer } }
  return { root: rooted, service: held.service }
}

const REVOKED = {
  ...{ serial: 'b433fdb46619050a71807dfd9b6ff8e5', workload: 'shop/web', authority: '.' },
  ...{ notAfter: Date.now() + 1e6, at: Date.now() },
}

function opensslOn(t: TestContext, list: string, { issuing }: Root): string {
  const folder = testFolder(t)
  writeFileSync(`${folder}/list.pem`, list)
  writeFileSync(`${folder}/ca.pem`, issuing.certificate.toString('pem'))
  const args = ['crl', '-noout', '-in', `${folder}/list.pem`, '-CAfile', `${folder}/ca.pem`]
  return spawnSync('openssl', args, { encoding: 'utf8' }).stderr
}

const ORDER = { workload: { namespace: 'shop', name: 'web' }, serviceAccount: 'seller' }

for (const [name, algorithm] of [
  ['P-256', { name: 'ECDSA', namedCurve: 'P-256' }],
  ['P-384', { name: 'ECDSA', namedCurve: 'P-384' }],
  ['RSA', RSA()],
] as const) {
  test(`a key service with a ${name} key signs certificates and revocation lists`, async (t) => {
    const { root, service } = await remote(t, algorithm)
    const issuer = createIssuer({ root, now })
    const csr = await request()
    const all = await Promise.all(Array.from({ length: 5 }, () => issuer.issue({ csr, ...ORDER })))
    assert.equal(service.calls, 5)
    for (const one of all) {
      const { chain } = good(one)
      assert.deepEqual(lintChain(chain.join('')), [])
      const [leaf, signing] = chain.map((pem) => new X509Certificate(pem))
      assert.ok(leaf!.verify(signing!.publicKey) && leaf!.checkIssued(signing!))
    }
    const list = await revocationList(root, [REVOKED], now())
    if (!noOpenssl) assert.match(opensslOn(t, list, root), /^verify OK/)
    service.failing = true
    await assert.rejects(issuer.issue({ csr, ...ORDER }), /the key service is away/)
    service.failing = false
    good(await issuer.issue({ csr, ...ORDER }))
  })
}

test('a weak key is no authority', async (t) => {
  const folder = testFolder(t)
  const { certificate, key, root } = await organisation(folder, { algorithm: RSA(1024) })
  const from = { certificate, key, root }
  const options = { directory: `${folder}/data`, from, trustDomain: 'cluster.local', now }
  const refused = await importAuthority(options)
  assert.ok(isProblem(refused) && refused.code === 'L0417' && /weak key/.test(refused.text))
})

test('an import is checked before anything is copied', async (t) => {
  const { digitalSignature } = x509.KeyUsageFlags
  const cases: [Parameters<typeof organisation>[1], RegExp][] = [
    [{ ca: false }, /is not an authority's \(cA\)/],
    [{ usages: digitalSignature }, /may not sign certificates|is not an authority's/],
    [{ lifetime: -10 }, /is valid from/],
    [{ middlePath: 0 }, /may not have 1 authorities below it/],
  ]
  for (const [options, says] of cases) {
    const folder = testFolder(t)
    const { certificate, key, root } = await organisation(folder, options)
    const from = { certificate, key, root }
    const data = { directory: `${folder}/data`, from, trustDomain: 'cluster.local', now }
    const refused = await importAuthority(data)
    assert.ok(isProblem(refused), String(says))
    assert.match(refused.text, says)
  }
  const [a, b] = [testFolder(t), testFolder(t)]
  const [one, other] = [await organisation(a), await organisation(b)]
  const mixed = { certificate: one.certificate, key: other.key, root: one.root }
  const from = { directory: `${a}/data`, trustDomain: 'cluster.local', now }
  const foreignKey = await importAuthority({ ...from, from: mixed })
  assert.ok(isProblem(foreignKey) && foreignKey.code === 'L0412', 'the key of another')
  const foreignRoot = { certificate: one.certificate, key: one.key, root: other.root }
  const unsigned = await importAuthority({ ...from, from: foreignRoot })
  assert.ok(isProblem(unsigned) && /must lead to the root/.test(unsigned.text))
})
