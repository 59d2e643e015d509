// The agent beside a proxy, with certificates of a few seconds: it renews in time, and comes back after an outage that outlasted one.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { Server } from '@grpc/grpc-js'
import { keepCredentials } from '../../src/ca/agent.ts'
import { openAuthority } from '../../src/ca/ca.ts'
import { readCredentials, renewalTime, writeCredentials } from '../../src/ca/credentials.ts'
import { csrService } from '../../src/ca/csr-server.ts'
import { enrol } from '../../src/ca/enrol.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { openServerIdentity } from '../../src/ca/server-credentials.ts'
import { lintChain } from '../../src/ca/svid.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import { testFolder } from '../support/envoy.ts'
import { waitFor } from '../support/wait.ts'

/** Seconds. */
const LIFETIME = 6
const SLOW = { timeout: 60_000 }

function good<T>(value: T | Diagnostic): T {
  if (isProblem(value)) assert.fail(`${value.code} ${value.text}`)
  return value as T
}

type Handlers = ReturnType<typeof csrService>['handlers']

/** A control plane that can go away and come back on the same port. */
async function controlPlane(t: TestContext, changed: (own: Handlers) => Handlers = (own) => own) {
  const directory = `${testFolder(t)}/data`
  const now = () => new Date()
  const enrolled: ('token' | 'certificate')[] = []
  let port = 0
  let end: () => void = () => undefined
  const open = async () => {
    const authority = good(await openAuthority({ directory, now, lifetime: LIFETIME }))
    const { issuer, tokens, advise, isRevoked } = authority
    const identity = good(await openServerIdentity({ issuer, hosts: ['127.0.0.1'], now }))
    const service = csrService({
      ...{ issuer, tokens, now, advise, isRevoked },
      authorize: () => ({ serviceAccount: 'web' }),
      onEnrolled: (_, { renewed }) => enrolled.push(renewed ? 'certificate' : 'token'),
    })
    const server = new Server()
    server.addService(service.definition, changed(service.handlers))
    port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${port}`, identity.credentials, (error, bound) =>
        error ? reject(error) : resolve(bound),
      )
    })
    end = () => {
      identity.close()
      server.forceShutdown()
    }
  }
  await open()
  t.after(() => end())
  const joinToken = readFileSync(`${directory}/join-token`, 'utf8').trim()
  return { enrolled, joinToken, address: `127.0.0.1:${port}`, open, close: () => end() }
}

/** A workload with its first certificate on disk. */
async function enrolled(
  t: TestContext,
  { address, joinToken }: Awaited<ReturnType<typeof controlPlane>>,
) {
  const folder = `${testFolder(t)}/certs`
  const credentials = good(await enrol({ address, token: joinToken, workload: 'shop/web' }))
  assert.equal(writeCredentials(folder, credentials), undefined)
  return { folder, credentials }
}

test('renewed in time by the certificate; after an outage that outlasted it, by the token', async (t) => {
  const plane = await controlPlane(t)
  const { address, joinToken } = plane
  const { folder, credentials } = await enrolled(t, plane)
  const problems: Diagnostic[] = []
  const stop = new AbortController()
  const keeping = keepCredentials({
    ...{ address, folder, credentials, signal: stop.signal },
    token: () => joinToken,
    onProblem: (diagnostic) => problems.push(diagnostic),
    onRenewed: ({ chainPem }) => assert.deepEqual(lintChain(chainPem), []),
  })
  t.after(async () => {
    stop.abort()
    await keeping
  })
  const onDisk = () => good(readCredentials(folder) ?? assert.fail('nothing is there'))
  const count = (how: 'token' | 'certificate') => plane.enrolled.filter((one) => one === how).length

  await waitFor(
    'renewals by certificate',
    () => count('certificate'),
    (now) => now >= 2,
    SLOW,
  )
  assert.notEqual(onDisk().keyPem, credentials.keyPem, 'every certificate has a key of its own')

  plane.close()
  const known = problems.length
  const away = () => problems.slice(known).some(({ code }) => code === 'L0441')
  await waitFor('the agent to find nobody', away, Boolean, SLOW)
  const last = onDisk()
  const over = () => Date.now() > last.notAfter.getTime()
  await waitFor('the certificate to run out', over, Boolean, SLOW)
  assert.equal(onDisk().keyPem, last.keyPem, 'what there is stays')
  const byToken = count('token')
  await plane.open()
  await waitFor(
    'an enrolment by token',
    () => count('token'),
    (now) => now > byToken,
    SLOW,
  )
  await waitFor('a good certificate', () => onDisk().notAfter.getTime() > Date.now(), Boolean, SLOW)
  const [before, again] = [count('certificate'), onDisk()]
  assert.deepEqual(again.workload, credentials.workload)
  await waitFor(
    'renewals again',
    () => count('certificate'),
    (now) => now > before,
    SLOW,
  )
  for (const { text } of problems) assert.ok(!text.includes(joinToken.slice(30, 60)))
})

test('half of a life is when it is renewed', () => {
  const notBefore = new Date('2026-06-01T00:00:00Z')
  const notAfter = new Date('2026-06-02T00:00:00Z')
  assert.equal(renewalTime({ notBefore, notAfter }).toISOString(), '2026-06-01T12:00:00.000Z')
})

test('answers that hold no certificate are told, and asked for again', async (t) => {
  let isHonest = true
  const block = '-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n'
  const plane = await controlPlane(t, (own) => ({
    ...own,
    advise: (_, answer) => answer(null, { roots: [], renew: true }),
    createCertificate: (call, answer) =>
      isHonest ? own.createCertificate(call, answer) : answer(null, { chain: [block, block] }),
  }))
  const { address, joinToken } = plane
  const { folder, credentials } = await enrolled(t, plane)
  isHonest = false
  const problems: Diagnostic[] = []
  const stop = new AbortController()
  const keeping = keepCredentials({
    ...{ address, folder, credentials, signal: stop.signal },
    token: () => joinToken,
    onProblem: (diagnostic) => problems.push(diagnostic),
  })
  const told = () => problems.filter(({ text }) => text.includes('cannot be used'))
  await waitFor('two problems', told, (all) => all.length > 1, SLOW)
  assert.ok(told().every(({ code }) => code === 'L0441'))
  stop.abort()
  await keeping
})
