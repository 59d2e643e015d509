// An agent that knows nothing of Lotse but Istio's service: a client made from proto/istio-ca.proto alone, as Istio's agent calls it.
import assert from 'node:assert/strict'
import { KeyObject, webcrypto, X509Certificate } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  credentials as channel,
  loadPackageDefinition,
  Metadata,
  Server,
  type ServiceClientConstructor,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { openAuthority } from '../../src/ca/ca.ts'
import { csrService } from '../../src/ca/csr-server.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { openServerIdentity } from '../../src/ca/server-credentials.ts'
import { lintChain } from '../../src/ca/svid.ts'
import { pemOf, x509 } from '../../src/ca/x509.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import { testFolder } from '../support/envoy.ts'

const PROTO = fileURLToPath(new URL('../../proto/istio-ca.proto', import.meta.url))
const OWN = 'spiffe://cluster.local/ns/shop/sa/cart'

function good<T>(value: T | Diagnostic): T {
  if (isProblem(value)) assert.fail(`${value.code} ${value.text}`)
  return value as T
}

interface Answer {
  readonly error: ServiceError | null
  readonly chain: readonly string[]
}

type Call = (
  message: object,
  metadata: Metadata,
  done: (error: ServiceError | null, answer?: { certChain: string[] }) => void,
) => void

async function controlPlane(t: TestContext) {
  const directory = `${testFolder(t)}/data`
  const now = () => new Date()
  const { issuer, tokens } = good(await openAuthority({ directory, now }))
  const identity = good(await openServerIdentity({ issuer, hosts: ['127.0.0.1'], now }))
  t.after(identity.close)
  const authorize = () => ({ serviceAccount: 'cart' })
  const service = csrService({ issuer, tokens, now, authorize })
  const server = new Server()
  server.addService(service.definition, service.handlers)
  t.after(() => server.forceShutdown())
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', identity.credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  return { port, tokens, rootPem: issuer.root.certificatePem }
}

/** As Istio's agent asks: the token as bearer, the cluster in the metadata, no word of a workload. */
function agent(port: number, rootPem: string, own?: { key: string; chain: string }) {
  const loaded = loadPackageDefinition(loadSync(PROTO)) as unknown as {
    istio: { v1: { auth: { IstioCertificateService: ServiceClientConstructor } } }
  }
  const client = new loaded.istio.v1.auth.IstioCertificateService(
    `127.0.0.1:${port}`,
    channel.createSsl(
      Buffer.from(rootPem),
      own ? Buffer.from(own.key) : null,
      own ? Buffer.from(own.chain) : null,
    ),
    { 'grpc.use_local_subchannel_pool': 1 },
  )
  const create = (client.CreateCertificate as unknown as Call).bind(client)
  const ask = (csr: string, token?: string): Promise<Answer> => {
    const metadata = new Metadata()
    if (token) metadata.set('authorization', `Bearer ${token}`)
    const cluster = { fields: { ClusterID: { stringValue: 'Kubernetes' } } }
    return new Promise((resolve) => {
      create({ csr, validityDuration: 3600, metadata: cluster }, metadata, (error, answer) =>
        resolve({ error, chain: answer?.certChain ?? [] }),
      )
    })
  }
  return { ask, close: () => client.close() }
}

/** RSA 2048 and its own name in the request, as Istio's agent makes it. */
async function request(uri: string) {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048 }
  const keys = await webcrypto.subtle.generateKey(
    { ...algorithm, publicExponent: new Uint8Array([1, 0, 1]) },
    true,
    ['sign', 'verify'],
  )
  const made = await x509.Pkcs10CertificateRequestGenerator.create({
    keys,
    signingAlgorithm: algorithm,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'url', value: uri }], true)],
  })
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString()
  return { key, csr: pemOf('CERTIFICATE REQUEST', Buffer.from(made.rawData)) }
}

test('Istio’s agent gets and renews a certificate by a token that is bound to its workload', async (t) => {
  const { port, tokens, rootPem } = await controlPlane(t)
  const { text } = good(tokens.create({ workload: 'shop/cart' }))
  const { key, csr } = await request(OWN)
  const first = agent(port, rootPem)
  t.after(first.close)
  const got = await first.ask(csr, text)
  assert.equal(got.error, null, got.error?.details)
  assert.deepEqual(lintChain(got.chain.join('')), [])
  const leaf = new X509Certificate(got.chain[0]!)
  assert.match(leaf.subjectAltName ?? '', new RegExp(`URI:${OWN},`))
  assert.equal(got.chain.at(-1), rootPem)
  const life = Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)
  assert.equal(Math.round(life / 1000), 3660, 'as long as it asked for')

  const replayed = await first.ask(csr, text)
  assert.equal(replayed.error?.code, status.UNAUTHENTICATED)
  const open = good(tokens.create({})).text
  assert.match((await first.ask(csr, open)).error?.details ?? '', /bound to one\. \(L0433\)/)
  const foreign = await request('spiffe://cluster.local/ns/shop/sa/admin')
  const bound = good(tokens.create({ workload: 'shop/cart' })).text
  assert.match((await first.ask(foreign.csr, bound)).error?.details ?? '', /\(L0423\)/)

  const renewing = agent(port, rootPem, { key, chain: got.chain.join('') })
  t.after(renewing.close)
  const renewed = await renewing.ask((await request(OWN)).csr)
  assert.equal(renewed.error, null, renewed.error?.details)
  assert.deepEqual(lintChain(renewed.chain.join('')), [])
})
