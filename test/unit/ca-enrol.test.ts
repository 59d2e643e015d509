// Enrolment over a real gRPC server with mutual TLS on loopback: tokens, renewal, hostile clients and servers, rotation.
import assert from 'node:assert/strict'
import { generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto'
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { after, test } from 'node:test'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import {
  Client,
  credentials as channel,
  type handleUnaryCall,
  Metadata,
  Server,
  status,
} from '@grpc/grpc-js'
import { openAuthority } from '../../src/ca/ca.ts'
import { type Credentials, readCredentials, writeCredentials } from '../../src/ca/credentials.ts'
import { CREATE_CERTIFICATE } from '../../src/ca/csr-protocol.ts'
import { type Authorized, csrService } from '../../src/ca/csr-server.ts'
import { enrol, renew, tellDraining } from '../../src/ca/enrol.ts'
import { identityOf, workloadOf } from '../../src/ca/identity.ts'
import { createIssuer } from '../../src/ca/issuer.ts'
import { isProblem, problem } from '../../src/ca/problem.ts'
import { openServerIdentity } from '../../src/ca/server-credentials.ts'
import { lintSvid } from '../../src/ca/svid.ts'
import { parseToken } from '../../src/ca/token-text.ts'
import { pemOf, x509 } from '../../src/ca/x509.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'

const home = mkdtempSync(`${tmpdir()}/lotse-enrol-`)
const servers: Server[] = []
const closers: (() => void)[] = []
after(() => {
  for (const server of servers) server.forceShutdown()
  for (const close of closers) close()
  rmSync(home, { recursive: true, force: true })
})

function good<T>(value: T | Diagnostic): T {
  if (isProblem(value)) assert.fail(`${value.code} ${value.text}`)
  return value as T
}

function refused(value: unknown, code: string, inner = ''): string {
  assert.ok(isProblem(value), 'a diagnostic was expected')
  assert.equal(value.code, code, value.text)
  assert.ok(value.text.includes(inner), value.text)
  assert.ok(!value.text.includes('\n'))
  return value.text
}

/** A control plane of its own: CSR service plus `who`, which tells whom the handlers see. */
async function controlPlane(name: string, interval = 1e9) {
  const clock = { skew: 0 }
  const now = () => new Date(Date.now() + clock.skew)
  const directory = `${home}/${name}`
  const authority = good(await openAuthority({ directory, trustDomain: 'cluster.local', now }))
  const { issuer, tokens } = authority
  const identity = good(
    await openServerIdentity({ issuer, hosts: ['localhost', '127.0.0.1'], now, interval }),
  )
  const accounts = new Map<string, Authorized>([
    ['shop/cart', { serviceAccount: 'cart' }],
    ['shop/web', { serviceAccount: 'default' }],
  ])
  const enrolled: string[] = []
  const refusals: Diagnostic[] = []
  const service = csrService({
    issuer,
    tokens,
    now,
    authorize: ({ namespace, name }) =>
      accounts.get(`${namespace}/${name}`) ??
      problem('L0431', 'The mesh has no such workload entry.'),
    onEnrolled: (workload, { serviceAccount, renewed }) =>
      enrolled.push(`${workload.namespace}/${workload.name} ${serviceAccount} ${renewed}`),
    onRefused: (diagnostic) => refusals.push(diagnostic),
  })
  const server = new Server()
  servers.push(server)
  closers.push(identity.close)
  server.addService(service.definition, service.handlers)
  const who: handleUnaryCall<Buffer, Buffer> = (call, answer) => {
    const peer = call.getAuthContext().sslPeerCertificate
    const proven = peer && workloadOf(peer)
    answer(null, Buffer.from(JSON.stringify(proven ?? null)))
  }
  server.addService({ who: WHO }, { who })
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', identity.credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  const joinToken = readFileSync(`${directory}/join-token`, 'utf8').trim()
  const address = `127.0.0.1:${port}`
  return {
    ...authority,
    identity,
    accounts,
    enrolled,
    refusals,
    address,
    port,
    joinToken,
    clock,
    directory,
  }
}

const raw = (bytes: Buffer) => bytes
const WHO = {
  path: '/test.Who/Who',
  requestStream: false as const,
  responseStream: false as const,
  requestSerialize: raw,
  requestDeserialize: raw,
  responseSerialize: raw,
  responseDeserialize: raw,
}

type Tls = Pick<Credentials, 'keyPem' | 'chainPem'>

/** What the handler of `who` sees of a client with this certificate, or the gRPC error's code. */
function askWho(address: string, rootPem: string, tls?: Tls): Promise<unknown> {
  const key = tls ? Buffer.from(tls.keyPem) : null
  const chain = tls ? Buffer.from(tls.chainPem) : null
  const client = new Client(address, channel.createSsl(Buffer.from(rootPem), key, chain), LOCAL)
  const deadline = Date.now() + 30_000
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      WHO.path,
      raw,
      raw,
      Buffer.alloc(0),
      new Metadata(),
      { deadline },
      (error, bytes) => {
        client.close()
        resolve(error ? error.code : JSON.parse(String(bytes)))
      },
    )
  })
}

/** A request as a hostile client makes it: any metadata, any message bytes. */
function rawRequest(address: string, rootPem: string, authorization: string[], message: Buffer) {
  const client = new Client(address, channel.createSsl(Buffer.from(rootPem)), LOCAL)
  const metadata = new Metadata()
  for (const value of authorization) metadata.add('authorization', value)
  return new Promise<{ code: status; details: string }>((resolve) => {
    client.makeUnaryRequest(CREATE_CERTIFICATE.path, raw, raw, message, metadata, {}, (error) => {
      client.close()
      resolve({ code: error?.code ?? status.OK, details: error?.details ?? '' })
    })
  })
}

const LOCAL = {
  'grpc.use_local_subchannel_pool': 1,
  'grpc.ssl_target_name_override': 'localhost',
}

function handshake(port: number, options: ConnectionOptions): Promise<TLSSocket | Error> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, ALPNProtocols: ['h2'], ...options })
    socket.once('error', resolve)
    socket.once('secureConnect', () => resolve(socket))
  })
}

async function certificateOf(port: number, rootPem: string): Promise<string> {
  const socket = await handshake(port, { ca: rootPem, servername: 'localhost' })
  assert.ok(!(socket instanceof Error), String(socket))
  const { serialNumber } = socket.getPeerCertificate()
  socket.destroy()
  return serialNumber
}

const plane = await controlPlane('main')
const rootPem = plane.issuer.root.certificatePem

test('enrolment by the join token gives a certificate that proves the workload; renewal keeps the identity', async () => {
  const { address, joinToken: token } = plane
  const got = good(await enrol({ address, token, workload: 'shop/cart' }))
  const leaf = new X509Certificate(got.chainPem)
  assert.deepEqual(lintSvid(leaf.toString()), [])
  assert.equal(got.rootPem, rootPem)
  assert.deepEqual(got.workload, {
    trustDomain: 'cluster.local',
    namespace: 'shop',
    serviceAccount: 'cart',
    name: 'cart',
  })
  assert.deepEqual(await askWho(address, rootPem, got), got.workload)

  const next = good(await renew({ address, credentials: got, lifetime: 120 }))
  assert.deepEqual(next.workload, got.workload)
  assert.notEqual(next.keyPem, got.keyPem, 'every certificate has a key of its own')
  assert.ok(next.notAfter < got.notAfter)
  assert.deepEqual(plane.enrolled, ['shop/cart cart false', 'shop/cart cart true'])
  const again = good(
    await enrol({ address: `localhost:${plane.port}`, token, workload: 'shop/web' }),
  )
  assert.equal(again.workload.serviceAccount, 'default')
})

test('who may not enrol: wrong, spent, expired and foreign tokens, other workloads, changed accounts', async () => {
  const { address, tokens, joinToken: token, accounts } = plane
  const workload = 'shop/cart'
  const once = good(tokens.create({ workload })).text
  refused(await enrol({ address, token: once, workload: 'shop/web' }), 'L0441', 'L0431')
  const racing = await Promise.all([1, 2, 3].map(() => enrol({ address, token: once, workload })))
  assert.equal(racing.filter((r) => !isProblem(r)).length, 1, 'a racing token works once')
  const replay = refused(await enrol({ address, token: once, workload }), 'L0441', 'L0430')
  assert.ok(!replay.includes(good(parseToken(once)).secret))

  const revoked = good(tokens.create({}))
  tokens.revoke(revoked.token.id)
  refused(await enrol({ address, token: revoked.text, workload }), 'L0441', 'L0430')
  const timed = good(tokens.create({ ttl: 5 })).text
  plane.clock.skew = 6000
  refused(await enrol({ address, token: timed, workload }), 'L0441', 'expired')
  plane.clock.skew = 0

  refused(await enrol({ address, token, workload: 'shop/unknown' }), 'L0441', 'no such workload')
  refused(await enrol({ address, token, workload, serviceAccount: 'admin' }), 'L0441', 'L0431')
  refused(await enrol({ address, token, workload: 'nonsense' }), 'L0401')
  refused(await enrol({ address, token: 'nonsense', workload }), 'L0442')
  refused(await enrol({ address: 'nowhere', token, workload }), 'L0441')
  refused(await enrol({ address: '127.0.0.1:1', token, workload }), 'L0441', 'cannot be reached')

  const got = good(await enrol({ address, token, workload }))
  accounts.set(workload, { serviceAccount: 'other' })
  refused(await renew({ address, credentials: got }), 'L0441', 'L0431')
  const claimed = { ...got, workload: { ...got.workload, serviceAccount: 'other' } }
  refused(await renew({ address, credentials: claimed }), 'L0441', 'L0431')
  accounts.set(workload, { serviceAccount: 'cart' })
  const asWeb = { ...got, workload: { ...got.workload, name: 'web' } }
  refused(await renew({ address, credentials: asWeb }), 'L0441', 'L0431')
  for (const { text } of plane.refusals) assert.ok(!text.includes(good(parseToken(token)).secret))
})

test('a server other than the one of the token is told nothing', async () => {
  const other = await controlPlane('other')
  const answer = await enrol({
    address: other.address,
    token: plane.joinToken,
    workload: 'shop/cart',
  })
  refused(answer, 'L0440')
  assert.deepEqual(other.refusals, [], 'no request was made')

  // a workload of the mesh that plays control plane: the right root, the wrong identity
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ])
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
  })
  const csr = pemOf('CERTIFICATE REQUEST', Buffer.from(request.rawData))
  const { chain } = good(
    await plane.issuer.issue({
      csr,
      workload: { namespace: 'shop', name: 'web' },
      serviceAccount: 'default',
    }),
  )
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  const server = new Server()
  servers.push(server)
  let asked = 0
  server.addService(
    { createCertificate: CREATE_CERTIFICATE },
    {
      createCertificate: () => {
        asked++
      },
    },
  )
  const { ServerCredentials } = await import('@grpc/grpc-js')
  const pair = {
    private_key: Buffer.from(pemOf('PRIVATE KEY', key)),
    cert_chain: Buffer.from(chain.join('')),
  }
  const port = await new Promise<number>((resolve) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createSsl(null, [pair]), (_, p) => resolve(p))
  })
  const address = `127.0.0.1:${port}`
  const fooled = await enrol({
    address,
    token: plane.joinToken,
    workload: 'shop/cart',
    timeout: 1500,
  })
  refused(fooled, 'L0441')
  assert.equal(asked, 0)
})

test('hostile requests get a status, a code and one line; nothing is issued', async () => {
  const { address, joinToken } = plane
  const bearer = [`Bearer ${joinToken}`]
  const encode = CREATE_CERTIFICATE.requestSerialize
  const good = { csr: 'x', lifetime: 0, workload: 'shop/cart', serviceAccount: '' }
  const before = plane.enrolled.length
  const deep = Buffer.concat([Buffer.from([0x22, 0xff, 0x01]), Buffer.alloc(30_000, 0x0a)])
  const cases: [string[], Buffer, status, string][] = [
    [[], encode(good), status.UNAUTHENTICATED, 'L0430'],
    [['Basic eDp5'], encode(good), status.UNAUTHENTICATED, 'L0430'],
    [['Bearer '], encode(good), status.UNAUTHENTICATED, 'L0430'],
    [['Bearer x'.repeat(900)], encode(good), status.UNAUTHENTICATED, 'L0430'],
    [[`${bearer}, ${bearer}`], encode(good), status.UNAUTHENTICATED, 'L0430'],
    [bearer, encode(good), status.INVALID_ARGUMENT, 'L0420'],
    [bearer, encode({ ...good, workload: '' }), status.INVALID_ARGUMENT, 'L0433'],
    [bearer, encode({ ...good, workload: '../x' }), status.INVALID_ARGUMENT, 'L0433'],
    [bearer, encode({ ...good, workload: 'shop/none' }), status.PERMISSION_DENIED, 'L0431'],
    [bearer, encode({ ...good, csr: 'x'.repeat(20_000) }), status.INVALID_ARGUMENT, 'L0420'],
    [bearer, encode({ ...good, csr: 'x'.repeat(1_000_000) }), status.INVALID_ARGUMENT, 'L0420'],
    [bearer, Buffer.alloc(0), status.INVALID_ARGUMENT, 'L0433'],
    [bearer, Buffer.alloc(5000, 0xff), status.INVALID_ARGUMENT, 'L0420'],
    [bearer, deep, status.INVALID_ARGUMENT, 'L0420'],
  ]
  for (const [authorization, message, code, text] of cases) {
    const answer = await rawRequest(address, rootPem, authorization, message)
    assert.deepEqual([answer.code, answer.details.slice(-6, -1)], [code, text], answer.details)
    assert.ok(!answer.details.includes('\n') && !answer.details.includes(joinToken.slice(30, 60)))
  }
  const huge = await rawRequest(address, rootPem, bearer, Buffer.alloc(10_000_000))
  assert.equal(huge.code, status.RESOURCE_EXHAUSTED)
  assert.equal(plane.enrolled.length, before)
})

test('TLS: optional client certificates; foreign, expired and server-less ones prove nothing; no old TLS', async () => {
  const { address, port, joinToken: token, issuer } = plane
  assert.equal(await askWho(address, rootPem), null, 'without a certificate: connected, nobody')
  const got = good(await enrol({ address, token, workload: 'shop/cart' }))
  assert.deepEqual(await askWho(address, rootPem, got), got.workload)

  const other = await controlPlane('foreign')
  const foreign = good(
    await enrol({ address: other.address, token: other.joinToken, workload: 'shop/cart' }),
  )
  assert.equal(await askWho(address, rootPem, foreign), null, 'another authority: nobody')
  const foreignRenewal = { ...foreign, rootPem }
  refused(await renew({ address, credentials: foreignRenewal }), 'L0441', 'L0430')
  refused(await tellDraining({ address, credentials: foreignRenewal }), 'L0441', 'L0430')
  assert.deepEqual(await tellDraining({ address, credentials: got }), {})

  const past = createIssuer({ root: issuer.root, now: () => new Date(Date.now() - 1_000_000) })
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pkcs8 = keys.privateKey.export({ type: 'pkcs8', format: 'der' })
  const imported = {
    privateKey: await webcrypto.subtle.importKey(
      'pkcs8',
      pkcs8,
      { name: 'ECDSA', namedCurve: 'P-256' },
      true,
      ['sign'],
    ),
    publicKey: await webcrypto.subtle.importKey(
      'spki',
      keys.publicKey.export({ type: 'spki', format: 'der' }),
      { name: 'ECDSA', namedCurve: 'P-256' },
      true,
      ['verify'],
    ),
  }
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    keys: imported,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
  })
  const order = {
    csr: pemOf('CERTIFICATE REQUEST', Buffer.from(request.rawData)),
    workload: { namespace: 'shop', name: 'cart' },
    serviceAccount: 'cart',
    lifetime: 60,
  }
  const expired = {
    keyPem: pemOf('PRIVATE KEY', pkcs8),
    chainPem: good(await past.issue(order)).chain.join(''),
  }
  assert.equal(await askWho(address, rootPem, expired), null, 'expired: nobody')

  const old = await handshake(port, {
    ca: rootPem,
    servername: 'localhost',
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  })
  assert.ok(old instanceof Error)
  const socket = await handshake(port, { ca: rootPem, servername: 'localhost' })
  assert.ok(!(socket instanceof Error))
  assert.equal(socket.authorized, true)
  const sent = socket.getPeerCertificate(true)
  assert.deepEqual(sent.issuerCertificate.raw, new X509Certificate(rootPem).raw, 'the root is sent')
  const server = good(identityOf(sent))
  assert.deepEqual([server.namespace, server.serviceAccount], ['istio-system', 'lotse'])
  socket.destroy()

  // a session must not outlive its certificate: none can be resumed
  const first = await handshake(port, {
    ca: rootPem,
    servername: 'localhost',
    maxVersion: 'TLSv1.2',
    cert: got.chainPem,
    key: got.keyPem,
  })
  assert.ok(!(first instanceof Error))
  const session = first.getSession()
  first.destroy()
  const second = await handshake(port, {
    ca: rootPem,
    servername: 'localhost',
    maxVersion: 'TLSv1.2',
    ...(session && { session }),
  })
  assert.ok(!(second instanceof Error))
  assert.equal(second.isSessionReused(), false)
  second.destroy()
})

test('the server certificate is renewed without a restart, by hand and at half of its life', async () => {
  const live = await controlPlane('rotating', 5)
  const pem = live.issuer.root.certificatePem
  const before = await certificateOf(live.port, pem)
  assert.equal(await certificateOf(live.port, pem), before)
  const long = await handshake(live.port, { ca: pem, servername: 'localhost' })
  assert.ok(!(long instanceof Error))
  assert.equal(await live.identity.rotate(), undefined)
  const rotated = await certificateOf(live.port, pem)
  assert.notEqual(rotated, before)
  assert.equal(long.destroyed, false, 'open connections stay')
  long.destroy()

  const end = live.identity.notAfter()
  live.clock.skew = 11 * 3600_000
  const limit = Date.now() + 30_000
  live.clock.skew = 13 * 3600_000
  while (live.identity.notAfter().getTime() === end.getTime() && Date.now() < limit) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.ok(live.identity.notAfter() > end)
  // after the root's end nothing can be signed: the present certificate stays
  live.clock.skew = 11 * 365 * 86_400_000
  refused(await live.identity.rotate(), 'L0413')
})

test('stored credentials change as one set, by a rename that a watch of the directory sees', async () => {
  const { address, joinToken: token } = plane
  const directory = `${home}/proxy/certs`
  assert.equal(readCredentials(directory), undefined)
  const first = good(await enrol({ address, token, workload: 'shop/cart' }))
  assert.equal(writeCredentials(directory, first), undefined)
  assert.deepEqual(readCredentials(directory), first)
  assert.equal(statSync(directory).mode & 0o777, 0o700)
  assert.equal(statSync(`${directory}/key.pem`).mode & 0o777, 0o600)
  assert.equal(readlinkSync(`${directory}/key.pem`), '..data/key.pem')

  const events: string[] = []
  const watcher = watch(directory, (event, name) => events.push(`${event} ${name}`))
  closers.push(() => watcher.close())
  const second = good(await renew({ address, credentials: first }))
  assert.equal(writeCredentials(directory, second), undefined)
  const limit = Date.now() + 30_000
  while (!events.includes('rename ..data') && Date.now() < limit) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.ok(events.includes('rename ..data'))
  assert.deepEqual(readCredentials(directory), second)
  const names = readdirSync(directory).sort()
  assert.equal(names.length, 5, `three links, ..data and one generation: ${names}`)
  const secret = second.keyPem.split('\n')[1]!
  const holders = readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile() && readFileSync(`${f.parentPath}/${f.name}`, 'utf8').includes(secret))
    .map((f) => f.name)
  assert.deepEqual(holders, ['key.pem'])

  writeFileSync(`${directory}/..data/key.pem`, first.keyPem)
  refused(readCredentials(directory), 'L0443', 'belong together')
  rmSync(`${directory}/..data/chain.pem`)
  refused(readCredentials(directory), 'L0443', 'ENOENT')
  writeFileSync(`${home}/blocked`, '')
  refused(writeCredentials(`${home}/blocked`, second), 'L0410')
})

test('no private key of the authority is anywhere but in its file', () => {
  const { directory } = plane
  const keys = readFileSync(`${directory}/ca/root-key.pem`, 'utf8').split('\n')[1]!
  const holders = readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile() && readFileSync(`${f.parentPath}/${f.name}`, 'utf8').includes(keys))
    .map((f) => f.name)
  assert.deepEqual(holders, ['root-key.pem'])
  const shown = JSON.stringify(plane.issuer.root) + JSON.stringify(plane.refusals)
  assert.ok(!shown.includes(keys))
})
