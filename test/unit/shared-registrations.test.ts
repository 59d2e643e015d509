// Registrations that replicas share: one that is connected to any of them is there for all, and gone for all when it is connected to none.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { isProblem } from '../../src/ca/problem.ts'
import type { SharedFolder, SharedStore } from '../../src/model/shared.ts'
import { openRegistering } from '../../src/registering.ts'
import { readFiles } from '../../src/registry/file.ts'
import { SharedCopy } from '../../src/registry/shared-copy.ts'
import { shareRegistrations } from '../../src/shared-registrations.ts'
import { waitFor } from '../support/wait.ts'

const silent = ({ text }: { readonly text: string }) => assert.fail(text)
const GROUP = `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: {name: vms, namespace: shop}
spec: {template: {serviceAccount: vms}}
`
const ROW = { workload: 'shop/vm-1', group: 'vms', address: '10.0.0.9', until: 1_000_000 }

/** What one writes all have, as with a real store. */
class MemoryStore {
  readonly #copies: SharedCopy[] = []
  /** How often something was written to a folder. */
  readonly writes = new Map<SharedFolder, number>()

  view(): SharedStore {
    const copy = new SharedCopy()
    this.#copies.push(copy)
    return {
      name: 'memory',
      entries: copy.entries,
      onChange: copy.onChange,
      refresh: async () => undefined,
      swap: async () => false,
      put: async (folder, texts) => {
        this.writes.set(folder, (this.writes.get(folder) ?? 0) + 1)
        for (const [name, text] of Object.entries(texts)) {
          for (const one of this.#copies) one.set(folder, name, text)
        }
      },
    }
  }
}

test('a workload that is connected to one replica is there for the other', async (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'lotse-sharing-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'mesh.yaml'), GROUP)
  const { documents } = await readFiles([join(folder, 'mesh.yaml')])
  const store = new MemoryStore()
  const clock = { now: 0 }
  const replica = (name: string) => {
    const registering = openRegistering(join(folder, name), () => new Date(clock.now), silent)
    assert.ok(!isProblem(registering))
    const shared = { store: store.view(), registering, changed: () => undefined }
    t.after(shareRegistrations({ ...shared, log: silent }))
    return registering
  }
  for (const name of ['first', 'second']) mkdirSync(join(folder, name))
  const [first, second] = [replica('first'), replica('second')]
  const there = () => {
    second.look(new Set())
    return second.with(documents).length === 2
  }

  first.register(ROW)
  first.look(new Set([ROW.workload]))
  await waitFor('the second to know it', there)
  const beats = () => store.writes.get('present') ?? 0
  for (let step = 0; step < 3; step++) {
    clock.now += 9_000
    first.look(new Set([ROW.workload]))
    const before = beats()
    await waitFor('a sign of life', beats, (count) => count > before)
    await waitFor('it to be heard', there)
    assert.ok(there(), 'connected to the first, however long ago it registered')
  }

  first.look(new Set())
  const before = beats()
  await waitFor('its end to be told', beats, (count) => count > before)
  clock.now += 11_000
  assert.equal(there(), false)
})

test('what somebody else wrote into the store, and means nothing, is passed over', async (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'lotse-sharing-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const registering = openRegistering(folder, () => new Date(0), silent)
  assert.ok(!isProblem(registering))
  const store = new MemoryStore()
  const [own, other] = [store.view(), store.view()]
  t.after(shareRegistrations({ store: own, registering, changed: () => undefined, log: silent }))
  await other.put('registered', { one: 'nonsense', two: '{"workload": 3}', three: 'null' })
  await other.put('present', { one: 'nonsense', two: '{"here": 3}', three: 'null' })
  await other.put('registered', { [ROW.workload]: JSON.stringify(ROW) })
  await waitFor('the one that means something', () => registering.groupOf(ROW.workload) === 'vms')
})
