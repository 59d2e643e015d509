// A real Envoy with the credentials that enrolment stored: it proves its workload to the control plane and takes a renewed set.
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type handleBidiStreamingCall, Server } from '@grpc/grpc-js'
import { openAuthority } from '../../src/ca/ca.ts'
import { writeCredentials } from '../../src/ca/credentials.ts'
import { csrService } from '../../src/ca/csr-server.ts'
import { enrol, renew } from '../../src/ca/enrol.ts'
import { workloadOf } from '../../src/ca/identity.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { openServerIdentity } from '../../src/ca/server-credentials.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import { skip, testEnvoy, testFolder } from '../support/envoy.ts'

function good<T>(value: T | Diagnostic): T {
  if (isProblem(value)) assert.fail(`${value.code} ${value.text}`)
  return value as T
}

interface Certs {
  readonly certificates: readonly {
    readonly cert_chain: readonly { readonly serial_number: string }[]
  }[]
}

test('Envoy opens xDS with the enrolled certificate and reconnects with the renewed one', {
  skip,
}, async (t) => {
  const folder = testFolder(t)
  const now = () => new Date()
  const { issuer, tokens, trust } = good(
    await openAuthority({ directory: `${folder}/data`, trustDomain: 'cluster.local', now }),
  )
  const identity = good(await openServerIdentity({ issuer, hosts: ['127.0.0.1'], now }))
  t.after(identity.close)
  const authorize = () => ({ serviceAccount: 'cart' })
  const csr = csrService({ issuer, tokens, now, authorize })
  const seen: unknown[] = []
  const open: { end: () => void }[] = []
  const stream: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
    const peer = call.getAuthContext().sslPeerCertificate
    const serial = peer && BigInt(`0x${peer.serialNumber}`)
    seen.push({ serial, workload: workloadOf(peer, { now: now() }) })
    open.push(call)
    call.on('data', () => undefined)
    call.on('error', () => undefined)
  }
  const raw = (bytes: Buffer) => bytes
  const delta = {
    path: '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources',
    requestStream: true as const,
    responseStream: true as const,
    requestSerialize: raw,
    requestDeserialize: raw,
    responseSerialize: raw,
    responseDeserialize: raw,
  }
  const server = new Server()
  server.addService(csr.definition, csr.handlers)
  server.addService({ delta }, { delta: stream })
  t.after(() => server.forceShutdown())
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', identity.credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  const address = `127.0.0.1:${port}`
  const token = readFileSync(`${folder}/data/join-token`, 'utf8')
  const first = good(await enrol({ address, token, workload: 'shop/cart' }))
  const certificates = `${folder}/certs`
  assert.equal(writeCredentials(certificates, first), undefined)
  const envoy = await testEnvoy(t, {
    folder,
    ready: false,
    bootstrap: {
      proxy: { namespace: 'shop', workload: 'cart', address: '127.0.0.1' },
      xds: [{ host: '127.0.0.1', port }],
      tls: { trustDomain: trust.trustDomain, certificates, folder },
    },
  })
  const serialOf = (pem: string) => BigInt(`0x${new X509Certificate(pem).serialNumber}`)
  const proof = (set: typeof first) => ({ serial: serialOf(set.chainPem), workload: set.workload })
  await envoy.waitFor('the stream', () => seen.length > 0)
  assert.deepEqual(seen[0], proof(first))

  const second = good(await renew({ address, credentials: first }))
  assert.equal(writeCredentials(certificates, second), undefined)
  await envoy.waitFor('the renewed certificate', async () => {
    const { certificates: held } = JSON.parse(await envoy.admin('/certs')) as Certs
    const serials = held.flatMap((one) => one.cert_chain.map((c) => BigInt(`0x${c.serial_number}`)))
    return serials.includes(serialOf(second.chainPem))
  })
  server.drain(address, 100)
  const wanted = proof(second)
  await envoy.waitFor('a stream with the renewed certificate', () =>
    seen.some((one) => (one as typeof wanted).serial === wanted.serial),
  )
  assert.deepEqual(seen.at(-1), wanted)
})
