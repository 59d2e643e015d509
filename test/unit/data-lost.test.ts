// A control plane whose data directory is full or gone: it says so once, refuses what must be on disk first, and serves the rest.
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { openApp } from '../../src/app.ts'
import { openAuthority } from '../../src/ca/ca.ts'
import { askAdvice, renew } from '../../src/ca/enrol.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { normalSerial } from '../../src/ca/revoked.ts'
import { enrolWorkload } from '../../src/cli/bootstrap.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import { testFolder } from '../support/envoy.ts'
import { signingRequest } from '../support/signing-request.ts'
import { skipSmallDisk, smallDisk } from '../support/small-disk.ts'
import { waitFor } from '../support/wait.ts'
import { workload } from '../support/workload.ts'

function good<T>(value: T | Diagnostic): T {
  if (isProblem(value)) assert.fail(`${value.code} ${value.text}`)
  return value as T
}

/** A control plane, and a workload that has just enrolled. */
async function enrolled(t: TestContext) {
  const folder = testFolder(t)
  const data = `${folder}/data`
  const config = `${folder}/mesh.yaml`
  writeFileSync(config, workload({ workload: 'shop/web', address: '127.9.0.1' }))
  const log: Diagnostic[] = []
  const app = good(
    await openApp({
      ...{ config: [config], data, xds: '127.0.0.1:0', ca: { interval: 5 } },
      log: (diagnostic) => log.push(diagnostic),
    }),
  )
  t.after(() => app.close())
  const named = { workload: 'shop/web', xds: app.xds, tokenFile: `${data}/join-token` }
  const made = good(await enrolWorkload({ ...named, out: `${folder}/out`, admin: '127.0.0.1:0' }))
  return { app, data, log, address: app.xds, credentials: made.credentials }
}

test('gone: proxies are advised by certificates not used before, renewals are refused', async (t) => {
  const { data, log, address, credentials } = await enrolled(t)
  const next = good(await renew({ address, credentials }))
  rmSync(data, { recursive: true })
  const advice = good(await askAdvice({ address, credentials: next }))
  assert.equal(advice.roots.length, 1)
  const refused = await renew({ address, credentials: next })
  assert.ok(isProblem(refused))
  assert.match(refused.text, /cannot be recorded \(ENOENT\).*L0410/)
  const told = () => log.filter(({ text }) => text.includes('stands still'))
  await waitFor('the log', told, (all) => all.length > 0)
  assert.deepEqual(
    told().map(({ code }) => code),
    ['L0410'],
  )
})

test('what cannot be written is told once, however often it is tried', async (t) => {
  const directory = testFolder(t)
  const authority = good(await openAuthority({ directory, now: () => new Date() }))
  const { issuer, seen, watch } = authority
  const order = { csr: await signingRequest(), serviceAccount: 'web', lifetime: 60 }
  const { serial } = good(
    await issuer.issue({ ...order, workload: { namespace: 'shop', name: 'web' } }),
  )
  rmSync(directory, { recursive: true })
  seen(serial)
  const problems: unknown[] = []
  let looks = 0
  const end = watch({
    informed: () => {
      looks++
      return new Set()
    },
    onChange: () => undefined,
    onProblem: (error) => problems.push(error),
    interval: 1,
  })
  t.after(end)
  await waitFor('looks', () => looks > 20)
  assert.equal(problems.length, 1)
})

test('full: what is handed out is on record, whatever was cut off', {
  skip: skipSmallDisk,
}, async (t) => {
  const disk = smallDisk(t)
  const directory = `${disk.folder}/data`
  const open = async () => good(await openAuthority({ directory, now: () => new Date() }))
  const { issuer, seen } = await open()
  const csr = await signingRequest()
  const issue = (name: string) =>
    issuer.issue({
      csr,
      serviceAccount: 'web',
      lifetime: 600,
      workload: { namespace: 'shop', name },
    })
  const first = good(await issue('first'))
  disk.fill()
  const given = [first.serial]
  for (;;) {
    const issued = await issue(`web-${given.length}`)
    if (isProblem(issued)) {
      assert.equal(issued.code, 'L0410')
      break
    }
    given.push(issued.serial)
  }
  seen(first.serial)
  disk.empty()
  given.push(good(await issue('last')).serial)
  const { rotator } = await open()
  assert.deepEqual(
    rotator.live().map(({ serial }) => serial),
    given.map(normalSerial),
  )
})
