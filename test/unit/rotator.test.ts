// Replacing the root on a data directory with a clock of the test's own: when the old root is dropped.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openAuthority } from '../../src/ca/ca.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { writeWish } from '../../src/ca/rotation-files.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import { testFolder } from '../support/envoy.ts'
import { signingRequest } from '../support/signing-request.ts'

function good<T>(value: T | Diagnostic): T {
  if (isProblem(value)) assert.fail(`${value.code} ${value.text}`)
  return value as T
}

test('a root is dropped when the handshakes have ended that began with the last certificate below it', async (t) => {
  const directory = testFolder(t)
  let time = Date.parse('2026-06-01T12:00:00Z')
  const authority = good(await openAuthority({ directory, now: () => new Date(time) }))
  const { rotator, issuer } = authority
  const order = {
    ...{ csr: await signingRequest(), serviceAccount: 'web', lifetime: 3600 },
    workload: { namespace: 'shop', name: 'web' },
  }
  const informed = new Set(['shop/web'])
  const trusted = () => rotator.trust.rootsPem.length
  const ticks = async (until: () => boolean) => {
    for (let n = 0; n < 10 && !until(); n++) await rotator.tick(informed)
    assert.ok(until())
  }
  const first = good(await issuer.issue(order))
  rotator.seen(first.serial)
  good(writeWish(directory, 'finish'))
  await ticks(() => rotator.rotation.phase === 'rekey')

  // much later it is renewed, and used at once
  time += 60_000
  await ticks(() => trusted() === 2)
  const second = good(await issuer.issue({ ...order, renews: first.serial }))
  rotator.seen(second.serial)
  for (let second = 0; second < 10; second++) {
    await rotator.tick(informed)
    assert.equal(trusted(), 2, `${second} seconds after the last certificate was replaced`)
    time += 1_000
  }
  await rotator.tick(informed)
  assert.equal(trusted(), 1)
  assert.equal(rotator.rotation.phase, undefined)
})
