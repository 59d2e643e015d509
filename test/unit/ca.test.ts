// The certificate authority without a network: root, identities, certificates, signing requests and tokens.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes, webcrypto, X509Certificate } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { openAuthority } from '../../src/ca/ca.ts'
import { identityOf, parseWorkloadName, workloadOf } from '../../src/ca/identity.ts'
import { createIssuer, type Issued } from '../../src/ca/issuer.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { openRoot } from '../../src/ca/root.ts'
import { lintSvid } from '../../src/ca/svid.ts'
import { openTokens } from '../../src/ca/token.ts'
import { parseToken } from '../../src/ca/token-text.ts'
import { pemOf, x509 } from '../../src/ca/x509.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'

const NOW = new Date('2026-06-01T12:00:00Z')
const TD = 'cluster.local'
const WORKLOAD = { namespace: 'shop', name: 'cart-1' }
const noOpenssl = spawnSync('openssl', ['version']).status !== 0 && 'openssl is not on PATH'
const home = mkdtempSync(`${tmpdir()}/lotse-ca-`)
process.on('exit', () => rmSync(home, { recursive: true, force: true }))
let counter = 0
const fresh = () => `${home}/${++counter}`

function good<T>(value: T | Diagnostic): T {
  if (isProblem(value)) assert.fail(`${value.code} ${value.text}`)
  return value as T
}

function codeOf(value: unknown): string {
  assert.ok(isProblem(value), 'a diagnostic was expected')
  assert.ok(!value.text.includes('\n') && /[.]$/.test(value.text), `one sentence: ${value.text}`)
  return value.code
}

const at = (time: Date | number) => () => new Date(time)
const authority = (directory: string, now = NOW) =>
  openAuthority({ directory, trustDomain: TD, now: at(now) })

const EC = { name: 'ECDSA', namedCurve: 'P-256' }
type Keys = webcrypto.CryptoKeyPair
const keysOf = async (algorithm: webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams) =>
  (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as Keys

async function csrOf(extensions: x509.Extension[] = [], keys?: Keys, hash = 'SHA-256') {
  const pair = keys ?? (await keysOf(EC))
  const signingAlgorithm = { name: pair.privateKey.algorithm.name, hash }
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=admin',
    keys: pair,
    extensions,
    signingAlgorithm,
  })
  return pemOf('CERTIFICATE REQUEST', Buffer.from(request.rawData))
}

test('root: an empty directory gets a root, a key and a join token; later starts read the same', async () => {
  const directory = fresh()
  const first = good(await authority(directory))
  assert.equal(first.created, true)
  assert.deepEqual(first.warnings, [])
  const modeOf = (path: string) => (statSync(`${directory}/${path}`).mode & 0o777).toString(8)
  assert.deepEqual(
    ['.', 'ca', 'ca/root-key.pem', 'ca/root.pem', 'join-token', 'tokens'].map(modeOf),
    ['700', '700', '600', '644', '600', '700'],
  )
  assert.deepEqual(readdirSync(directory).sort(), ['ca', 'join-token', 'tokens'])
  const second = good(await authority(directory))
  assert.equal(second.created, false)
  assert.equal(second.issuer.root.sha256, first.issuer.root.sha256)

  const root = new X509Certificate(first.issuer.root.certificatePem)
  assert.equal(root.ca, true)
  assert.equal(root.subjectAltName, `URI:spiffe://${TD}`)
  const parsed = first.issuer.root.certificate
  assert.equal(parsed.getExtension(x509.BasicConstraintsExtension)?.pathLength, 0)
  const usage = parsed.getExtension(x509.KeyUsagesExtension)
  assert.equal(usage?.critical, true)
  assert.equal(usage?.usages, x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign)
  assert.ok(parsed.notAfter.getTime() - NOW.getTime() > 3650 * 86_400_000)
  assert.deepEqual(Object.keys(first.issuer.root.issuing.signer), ['publicKey', 'sign'])
})

test('root: two processes that start at once agree on one root', async () => {
  const directory = fresh()
  const opened = await Promise.all([1, 2, 3, 4].map(() => authority(directory)))
  const pins = new Set(opened.map((one) => good(one).issuer.root.sha256))
  assert.equal(pins.size, 1)
  assert.deepEqual(readdirSync(directory).sort(), ['ca', 'join-token', 'tokens'])
  const { tokens } = good(opened[0]!)
  good(tokens.verify(readFileSync(`${directory}/join-token`, 'utf8').trim()))
})

test('root: what is damaged, missing, foreign, expired or open is refused and never replaced', async () => {
  const original = fresh()
  good(await authority(original))
  const other = fresh()
  good(await authority(other))
  const key = readFileSync(`${original}/ca/root-key.pem`, 'utf8')
  const soon = new Date('2036-05-20T00:00:00Z')
  const cases: [string, string, (directory: string) => void, Date?][] = [
    ['no key', 'L0411', (d) => rmSync(`${d}/ca/root-key.pem`)],
    ['no certificate', 'L0411', (d) => rmSync(`${d}/ca/root.pem`)],
    ['no folder', 'L0411', (d) => rmSync(`${d}/ca`, { recursive: true })],
    ['empty key', 'L0412', (d) => writeFileSync(`${d}/ca/root-key.pem`, '')],
    ['half a key', 'L0412', (d) => writeFileSync(`${d}/ca/root-key.pem`, key.slice(0, 120))],
    ['noise', 'L0412', (d) => writeFileSync(`${d}/ca/root.pem`, randomBytes(500))],
    ['foreign key', 'L0412', (d) => cpSync(`${other}/ca/root-key.pem`, `${d}/ca/root-key.pem`)],
    ['foreign certificate', 'L0412', (d) => cpSync(`${other}/ca/root.pem`, `${d}/ca/root.pem`)],
    ['world readable', 'L0414', (d) => chmodSync(`${d}/ca/root-key.pem`, 0o644)],
    ['expired', 'L0413', () => undefined, new Date('2036-06-03T00:00:00Z')],
    ['not yet valid', 'L0413', () => undefined, new Date('2026-05-31T00:00:00Z')],
  ]
  for (const [name, code, spoil, now] of cases) {
    const directory = fresh()
    cpSync(original, directory, { recursive: true })
    chmodSync(directory, 0o700)
    spoil(directory)
    const before = snapshot(directory)
    const opened = await authority(directory, now)
    assert.equal(codeOf(opened), code, name)
    assert.deepEqual(snapshot(directory), before, `${name}: nothing is written`)
    const secret = key.split('\n')[1]!
    assert.ok(!JSON.stringify(opened).includes(secret), `${name}: no key in the error`)
  }
  const group = fresh()
  cpSync(original, group, { recursive: true })
  chmodSync(group, 0o770)
  chmodSync(`${group}/ca/root-key.pem`, 0o640)
  const { warnings } = good(await authority(group, soon))
  assert.deepEqual(
    warnings.map((w) => [w.code as string, w.severity]),
    [
      ['L0414', 'warning'],
      ['L0414', 'warning'],
      ['L0413', 'warning'],
    ],
  )
  const otherDomain = { directory: original, trustDomain: 'other.example', now: at(NOW) }
  assert.equal(codeOf(await openRoot(otherDomain)), 'L0412')
  assert.equal(codeOf(await openRoot({ ...otherDomain, trustDomain: 'Not Valid' })), 'L0401')
  writeFileSync(`${home}/file`, '')
  assert.equal(codeOf(await authority(`${home}/file`)), 'L0410')
})

function snapshot(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
  return Object.fromEntries(
    files
      .filter((f) => f.isFile())
      .map((f) => [f.name, readFileSync(`${f.parentPath}/${f.name}`, 'base64')]),
  )
}

test('issuer: every certificate is a correct SVID', async () => {
  const directory = fresh()
  const { issuer } = good(await authority(directory, new Date()))
  const order = { workload: WORKLOAD, serviceAccount: 'cart' }
  const rsa = {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  }
  const p384 = { name: 'ECDSA', namedCurve: 'P-384' }
  const issued: Issued[] = [
    good(await issuer.issue({ csr: await csrOf(), ...order })),
    good(await issuer.issue({ csr: await csrOf([], await keysOf(p384), 'SHA-384'), ...order })),
    good(await issuer.issue({ csr: await csrOf([], await keysOf(rsa)), ...order })),
    good(
      await issuer.issueServer(
        ['localhost', '127.0.0.1', '::1', 'LOTSE.example.', 'x'].slice(0, 3),
      ),
    ),
  ]
  for (const [index, { chain }] of issued.entries()) {
    assert.equal(chain.length, 2)
    assert.deepEqual(lintSvid(chain[0]!), [])
    const leaf = new X509Certificate(chain[0]!)
    assert.ok(leaf.verify(new X509Certificate(chain[1]!).publicKey))
    assert.equal(leaf.subject, undefined, 'the subject is empty: the wish for CN=admin is ignored')
    if (index < 3) {
      assert.deepEqual(workloadOf(leaf), { trustDomain: TD, serviceAccount: 'cart', ...WORKLOAD })
    } else {
      assert.deepEqual(identityOf(leaf), {
        trustDomain: TD,
        namespace: 'istio-system',
        serviceAccount: 'lotse',
      })
      assert.equal(codeOf(workloadOf(leaf)), 'L0403')
      assert.ok(leaf.checkHost('localhost') && leaf.checkIP('127.0.0.1') && leaf.checkIP('::1'))
    }
  }
  assert.equal(new Set(issued.map((i) => i.serial)).size, issued.length)
  assert.ok(issued.every((i) => i.serial.length >= 30))
  assert.equal(codeOf(await issuer.issueServer(['bad host'])), 'L0401')
})

test('openssl agrees with every certificate; its requests are signed, its odd keys refused', {
  skip: noOpenssl,
}, async () => {
  const directory = fresh()
  const { issuer } = good(await authority(directory, new Date()))
  const openssl = (...words: string[]) =>
    execFileSync('openssl', words, { stdio: ['ignore', 'pipe', 'ignore'] }).toString()
  const request = (kind: string, ...options: string[]) => {
    const pkeyopt = options.flatMap((option) => ['-pkeyopt', option])
    const key = `${home}/request.key`
    return openssl(
      'req',
      '-new',
      '-nodes',
      '-newkey',
      kind,
      ...pkeyopt,
      '-keyout',
      key,
      '-subj',
      '/CN=x',
    )
  }
  const issue = (csr: string) => issuer.issue({ csr, workload: WORKLOAD, serviceAccount: 'cart' })
  const issued = [
    good(await issue(request('ec', 'ec_paramgen_curve:P-256'))),
    good(await issue(request('rsa:2048'))),
    good(await issuer.issueServer(['localhost', '127.0.0.1'])),
  ]
  for (const { chain } of issued) {
    const path = `${home}/leaf.pem`
    writeFileSync(path, chain[0]!)
    for (const purpose of ['sslclient', 'sslserver']) {
      const roots = ['-CAfile', `${directory}/ca/root.pem`]
      assert.match(openssl('verify', '-x509_strict', '-purpose', purpose, ...roots, path), /OK/)
    }
  }
  for (const odd of [
    ['ec', 'ec_paramgen_curve:secp256k1'],
    ['ec', 'ec_paramgen_curve:P-256', 'ec_param_enc:explicit'],
    ['ed25519'],
    ['rsa:1024'],
  ] as [string, ...string[]][]) {
    assert.equal(codeOf(await issue(request(...odd))), 'L0421', odd.join(' '))
  }
})

test('lint: sees what is wrong with certificates that are no SVIDs', async () => {
  const keys = await keysOf(EC)
  const spiffe = `spiffe://${TD}/ns/a/sa/b`
  const make = async (extensions: x509.Extension[]) =>
    (
      await x509.X509CertificateGenerator.createSelfSigned({ keys, extensions, notBefore: NOW })
    ).toString('pem')
  const uri = (...values: string[]) =>
    new x509.SubjectAlternativeNameExtension(values.map((value) => ({ type: 'url', value })))
  const count = async (extensions: x509.Extension[]) => lintSvid(await make(extensions)).length
  assert.ok((await count([])) >= 5)
  assert.equal(lintSvid('nonsense').length, 1)
  const all = [
    uri(spiffe, spiffe),
    new x509.BasicConstraintsExtension(true, 0, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, false),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.codeSigning]),
  ]
  assert.equal(await count(all), 10)
})

test('issuer: lifetimes are bounded by the maximum and by the root', async () => {
  const { issuer } = good(await authority(fresh()))
  const csr = await csrOf()
  const order = { csr, workload: WORKLOAD, serviceAccount: 'cart' }
  const seconds = async (lifetime: number, using = issuer) => {
    const { notAfter } = good(await using.issue({ ...order, lifetime }))
    return (notAfter.getTime() - NOW.getTime()) / 1000
  }
  for (const [wish, given] of [
    [3600, 3600],
    [0, 86_400],
    [-5, 86_400],
    [Number.NaN, 86_400],
    [1e12, 7 * 86_400],
  ] as const) {
    assert.equal(await seconds(wish), given)
  }
  const { root } = issuer
  const end = root.certificate.notAfter.getTime()
  const late = createIssuer({ root, now: at(end - 600_000) })
  assert.equal(good(await late.issue(order)).notAfter.getTime(), end)
  const early = createIssuer({ root, now: at(root.certificate.notBefore) })
  const first = good(await early.issue(order))
  assert.equal(first.notBefore.getTime(), root.certificate.notBefore.getTime())
  for (const outside of [end, root.certificate.notBefore.getTime() - 1000]) {
    assert.equal(codeOf(await createIssuer({ root, now: at(outside) }).issue(order)), 'L0413')
  }
  const backdated = good(await issuer.issue(order)).notBefore
  assert.equal(NOW.getTime() - backdated.getTime(), 60_000)
})

test('issuer: abused signing requests are refused, own names may be repeated', async () => {
  const { issuer } = good(await authority(fresh()))
  const own = [
    { type: 'url' as const, value: `spiffe://${TD}/ns/shop/sa/cart` },
    { type: 'dns' as const, value: 'cart-1.shop.workload.lotse.internal' },
  ]
  const sans = (...names: x509.JsonGeneralNames) => [
    new x509.SubjectAlternativeNameExtension(names),
  ]
  const issue = (csr: string) => issuer.issue({ csr, workload: WORKLOAD, serviceAccount: 'cart' })
  const repeated = good(await issue(await csrOf(sans(...own))))
  assert.deepEqual(lintSvid(repeated.chain[0]!), [])

  const url = (value: string) => ({ type: 'url' as const, value })
  const beyond: x509.Extension[][] = [
    sans(url(`spiffe://${TD}/ns/shop/sa/admin`)),
    sans(own[0]!, url(`spiffe://${TD}/ns/istio-system/sa/lotse`)),
    sans(url(`spiffe://${TD}/ns/shop/sa/cart\0.evil`)),
    sans({ type: 'dns', value: 'example.com' }),
    sans({ type: 'ip', value: '10.0.0.1' }),
    sans({ type: 'email', value: 'root@example.com' }),
    [...sans(...own), ...sans({ type: 'dns', value: 'second-list.example' })],
    [new x509.BasicConstraintsExtension(true, 3, true)],
    [new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true)],
    [new x509.KeyUsagesExtension(x509.KeyUsageFlags.cRLSign, true)],
    [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.codeSigning])],
  ]
  for (const extensions of beyond)
    assert.equal(codeOf(await issue(await csrOf(extensions))), 'L0423')

  const weak = {
    name: 'RSASSA-PKCS1-v1_5',
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  }
  const rsa1024 = await keysOf({ ...weak, modulusLength: 1024 })
  assert.equal(codeOf(await issue(await csrOf([], rsa1024))), 'L0421')
  const p521 = await keysOf({ name: 'ECDSA', namedCurve: 'P-521' })
  assert.equal(codeOf(await issue(await csrOf([], p521, 'SHA-512'))), 'L0421')
  const sha1 = await csrOf([], undefined, 'SHA-1')
  assert.equal(codeOf(await issue(sha1)), 'L0422')

  const csr = await csrOf()
  const der = Buffer.from(csr.replace(/-----.*-----|\s/g, ''), 'base64')
  const broken = Buffer.from(der)
  broken[broken.length - 3]! ^= 1
  assert.equal(codeOf(await issue(pemOf('CERTIFICATE REQUEST', broken))), 'L0422')
  const nested = Buffer.from('3080'.repeat(5000), 'hex')
  const wide = Buffer.concat([
    Buffer.from([0x30, 0x82, 0x27, 0x10]),
    Buffer.alloc(10_000, Buffer.from([5, 0])),
  ])
  const unreadable = [
    '',
    'hello',
    'x'.repeat(20_000),
    `${csr}${csr}`,
    csr.replaceAll('CERTIFICATE REQUEST', 'CERTIFICATE'),
    pemOf('CERTIFICATE REQUEST', der.subarray(0, 60)),
    pemOf('CERTIFICATE REQUEST', nested),
    pemOf('CERTIFICATE REQUEST', wide),
    pemOf('CERTIFICATE REQUEST', randomBytes(200)),
    pemOf('CERTIFICATE REQUEST', Buffer.concat([der, Buffer.alloc(13_000)])),
  ]
  for (const text of unreadable) assert.equal(codeOf(await issue(text)), 'L0420', text.slice(0, 60))

  const asControlPlane = {
    csr,
    workload: { namespace: 'istio-system', name: 'x' },
    serviceAccount: 'lotse',
  }
  assert.equal(codeOf(await issuer.issue(asControlPlane)), 'L0431')
  assert.equal(codeOf(await issuer.issue({ ...asControlPlane, serviceAccount: 'a/b' })), 'L0401')
})

test('identity: certificates that try to prove something else', async () => {
  const keys = await keysOf(EC)
  const make = async (names: x509.JsonGeneralNames, more: x509.Extension[] = []) => {
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      keys,
      extensions: [new x509.SubjectAlternativeNameExtension(names), ...more],
    })
    return { raw: Buffer.from(certificate.rawData) }
  }
  const url = (value: string) => ({ type: 'url' as const, value })
  const dns = (value: string) => ({ type: 'dns' as const, value })
  const spiffe = `spiffe://${TD}/ns/shop/sa/cart`
  const host = 'cart-1.shop.workload.lotse.internal'
  const proper = await make([url(spiffe), dns(host)])
  const workload = { trustDomain: TD, serviceAccount: 'cart', ...WORKLOAD }
  assert.deepEqual(workloadOf(proper), workload)
  assert.deepEqual(workloadOf(proper, { now: new Date() }), workload)
  const ended = new Date(Date.now() + 400 * 86_400_000)
  assert.equal(codeOf(workloadOf(proper, { now: ended })), 'L0402')
  assert.deepEqual(workloadOf(await make([url(spiffe), dns(`a.b.shop.${host.slice(12)}`)])), {
    ...workload,
    name: 'a.b',
  })
  const noIdentity = [
    [dns(host)],
    [url(spiffe), url(spiffe), dns(host)],
    [url(`${spiffe}\0.evil`), dns(host)],
    [url(`${spiffe}, DNS:x`), dns(host)],
    [dns(`x, URI:${spiffe}`), dns(host)],
    [url(`${spiffe}/../admin`), dns(host)],
    [url(spiffe.replace('cart', 'c%61rt')), dns(host)],
    [url(spiffe.replace('spiffe', 'SPIFFE')), dns(host)],
    [url(`spiffe://${TD}`), dns(host)],
    [url(`spiffe://${TD}/`), dns(host)],
    [url(`${spiffe}?x`), dns(host)],
    [url(spiffe), dns(`${host}\0`)],
    [url(spiffe), dns(`${host}, URI:${spiffe}`)],
    [url(spiffe.replace(TD, `user@${TD}:99`)), dns(host)],
  ]
  for (const names of noIdentity) {
    const certificate = await make(names)
    assert.ok(isProblem(identityOf(certificate)), JSON.stringify(names))
    assert.ok(isProblem(workloadOf(certificate)))
  }
  const noWorkload = [
    [url(spiffe)],
    [url(spiffe), dns(host), dns(host)],
    [url(spiffe), dns('cart-1.shop.example.com')],
    [url(spiffe), dns('cart-1.other.workload.lotse.internal')],
    [url(spiffe), dns('shop.workload.lotse.internal')],
    [url(spiffe), dns(host.toUpperCase())],
  ]
  for (const names of noWorkload) {
    const certificate = await make(names)
    assert.ok(!isProblem(identityOf(certificate)), JSON.stringify(names))
    assert.ok(isProblem(workloadOf(certificate)), JSON.stringify(names))
  }
  const authorityLeaf = await make([url(spiffe)], [new x509.BasicConstraintsExtension(true)])
  assert.equal(codeOf(identityOf(authorityLeaf)), 'L0402')
  const twoLists = await make(
    [url(spiffe)],
    [new x509.SubjectAlternativeNameExtension([dns(host)])],
  )
  assert.equal(codeOf(identityOf(twoLists)), 'L0402')
  assert.equal(codeOf(identityOf(undefined)), 'L0402')
  assert.equal(codeOf(identityOf({ raw: randomBytes(64) })), 'L0402')
  for (const name of [
    '',
    'a',
    '/a',
    'a/',
    'a/b/c',
    '../x',
    'a.b/c',
    'A/b',
    `a/${'b'.repeat(240)}`,
  ]) {
    assert.ok(isProblem(parseWorkloadName(name)), name)
  }
})

test('tokens: that of the data directory is for this machine only', async () => {
  const { tokens } = good(await authority(fresh()))
  const local = good(tokens.create({ local: true })).token
  for (const here of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
    assert.equal(tokens.permits(local, WORKLOAD, here), undefined)
  }
  for (const elsewhere of ['192.0.2.1', '2001:db8::1', '128.0.0.1', '']) {
    assert.equal(codeOf(tokens.permits(local, WORKLOAD, elsewhere)), 'L0431', elsewhere)
  }
})

test('tokens: bound, expiring, single-use, revoked, racing; only hashes are stored', async () => {
  const directory = fresh()
  mkdirSync(directory)
  let time = NOW.getTime()
  const options = { directory, rootSha256: () => 'r'.repeat(43), now: () => new Date(time) }
  const tokens = good(openTokens(options))
  const once = good(tokens.create({ workload: 'shop/cart-1', ttl: 600 }))
  assert.match(once.text, /^lotse1\.[a-z2-7]{16}\.[\w-]{43}\.r{43}$/)
  const { secret } = good(parseToken(once.text))
  const path = `${directory}/tokens/${once.token.id}.json`
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.ok(!readFileSync(path, 'utf8').includes(secret))

  const verified = good(tokens.verify(once.text))
  assert.deepEqual(verified, once.token)
  assert.ok(!('hash' in verified))
  assert.equal(tokens.permits(verified, WORKLOAD, '10.9.9.9'), undefined)
  assert.equal(codeOf(tokens.permits(verified, { ...WORKLOAD, name: 'cart' }, '10.9.9.9')), 'L0431')
  assert.equal(
    codeOf(tokens.permits(verified, { ...WORKLOAD, namespace: 'x' }, '10.9.9.9')),
    'L0431',
  )

  const otherProcess = good(openTokens(options))
  const race = [tokens, otherProcess, tokens, otherProcess].map((t) => t.consume(verified))
  assert.equal(race.filter((r) => r === undefined).length, 1)
  assert.equal(codeOf(race[1]), 'L0430')
  assert.equal(codeOf(otherProcess.verify(once.text)), 'L0430')

  const thrice = good(tokens.create({ uses: 3 }))
  const taken = Array.from({ length: 5 }, () => otherProcess.consume(thrice.token))
  assert.equal(taken.filter((r) => r === undefined).length, 3)
  // another process takes the last use between the count and the try: a link to nowhere is not counted, yet it is in the way
  const late = good(tokens.create({})).token
  symlinkSync('nowhere', `${directory}/tokens/${late.id}.use0`)
  assert.equal(codeOf(tokens.consume(late)), 'L0430')
  tokens.revoke(late.id)
  const timed = good(tokens.create({ ttl: 60, uses: 0 }))
  time += 59_000
  good(tokens.verify(timed.text))
  time += 1000
  assert.equal(codeOf(tokens.verify(timed.text)), 'L0430')

  const revoked = good(tokens.create({ ttl: 0, uses: 0 }))
  const held = good(tokens.verify(revoked.text))
  assert.equal(otherProcess.revoke(revoked.token.id), true)
  assert.equal(codeOf(tokens.verify(revoked.text)), 'L0430')
  assert.equal(codeOf(tokens.consume(held)), 'L0430')
  assert.equal(tokens.revoke(revoked.token.id), false)
  assert.equal(tokens.revoke('../../etc/passwd'), false)

  const live = good(tokens.create({ ttl: 0, uses: 0 })).text
  const parsed = good(parseToken(live))
  const hostile = [
    '',
    live.slice(0, -1),
    `${live}x`,
    live.replace(parsed.secret, 'A'.repeat(43)),
    live.replace(parsed.id, once.token.id),
    live.replace(parsed.id, '../../../../../x'),
    live.replace('lotse1', 'lotse2'),
    live.replace('.', '.\n'),
    'x'.repeat(100_000),
  ]
  for (const text of hostile) {
    const refused = tokens.verify(text)
    assert.equal(codeOf(refused), 'L0430')
    assert.ok(!JSON.stringify(refused).includes(parsed.secret))
  }
  good(tokens.verify(` ${live}\n`.trim()))
  writeFileSync(`${directory}/tokens/${parsed.id}.json`, '{"id":')
  assert.equal(codeOf(tokens.verify(live)), 'L0430')
  const listed = tokens.list()
  assert.deepEqual(
    listed.map((t) => [t.used, t.state]).sort(),
    [
      [0, 'expired'],
      [1, 'used'],
      [3, 'used'],
    ].sort(),
  )
  assert.ok(!JSON.stringify(listed).includes('hash'))
  for (const order of [
    { uses: -1 },
    { uses: 1.5 },
    { uses: 1e6 },
    { ttl: -1 },
    { ttl: Number.NaN },
  ]) {
    assert.equal(codeOf(tokens.create(order)), 'L0432')
  }
  assert.equal(codeOf(tokens.create({ workload: 'nonsense' })), 'L0401')
  time += 9 * 86_400_000
  good(tokens.create({}))
  assert.ok(
    tokens.list().every((t) => t.id !== timed.token.id),
    'long expired tokens are dropped',
  )
})
