// Self-registered workloads: kept over a restart, gone with their certificate or after their proxy, and never over what somebody wrote.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { isProblem } from '../../src/ca/problem.ts'
import { openRegistering } from '../../src/registering.ts'
import { readFiles } from '../../src/registry/file.ts'

const silent = ({ text }: { readonly text: string }) => assert.fail(text)
const GROUP = `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: {name: vms, namespace: shop}
spec: {metadata: {labels: {app: web}}, template: {serviceAccount: vms}}
`
const WRITTEN = `---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: vm-1, namespace: shop}
spec: {address: 10.0.0.1}
`

async function documentsOf(text: string) {
  const directory = mkdtempSync(join(tmpdir(), 'lotse-registering-'))
  writeFileSync(join(directory, 'mesh.yaml'), text)
  const { documents } = await readFiles([directory])
  rmSync(directory, { recursive: true, force: true })
  return documents
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'lotse-registering-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function open(directory: string, clock: { now: number }) {
  const registering = openRegistering(directory, () => new Date(clock.now), silent)
  assert.ok(!isProblem(registering))
  return registering
}

const ROW = { workload: 'shop/vm-1', group: 'vms', address: '10.0.0.9', until: 1_000_000 }
const documents = await documentsOf(GROUP)

test('a registered workload is an entry at the place of its template, the identical one each time', (t) => {
  const registering = open(folder(t), { now: 0 })
  assert.equal(registering.with(documents), documents)
  registering.register(ROW)
  const [, entry] = registering.with(documents)
  assert.deepEqual(entry?.spec, {
    serviceAccount: 'vms',
    labels: { app: 'web' },
    address: '10.0.0.9',
  })
  assert.deepEqual(entry?.at(['spec', 'address']), documents[0]!.at(['spec', 'template']))
  assert.equal(registering.with(documents)[1], entry)
})

test('what somebody wrote under its name comes first, and without its group it is nothing', async (t) => {
  const registering = open(folder(t), { now: 0 })
  registering.register(ROW)
  assert.equal(registering.with(await documentsOf(GROUP + WRITTEN)).length, 2)
  assert.equal(registering.with([]).length, 0)
})

test('it survives a restart, if its proxy comes back in time', (t) => {
  const directory = folder(t)
  const clock = { now: 0 }
  open(directory, clock).register(ROW)
  clock.now = 500_000
  const registering = open(directory, clock)
  assert.equal(registering.with(documents).length, 2)
  clock.now += 9_000
  registering.look(new Set(['shop/vm-1']))
  clock.now += 9_000
  assert.equal(registering.with(documents).length, 2)
  clock.now += 9_000
  assert.ok(registering.look(new Set()))
  assert.equal(registering.with(documents).length, 1)
  assert.ok(registering.look(new Set(['shop/vm-1'])), 'it comes back')
  assert.equal(registering.with(documents).length, 2)
})

test('it ends with its certificate, unless that is renewed', (t) => {
  const directory = folder(t)
  const clock = { now: 0 }
  const registering = open(directory, clock)
  registering.register(ROW)
  registering.extend('shop/vm-1', 2_000_000)
  clock.now = 1_500_000
  registering.look(new Set(['shop/vm-1']))
  assert.equal(registering.with(documents).length, 2)
  clock.now = 2_000_000
  registering.look(new Set(['shop/vm-1']))
  assert.equal(registering.with(documents).length, 1)
  assert.equal(registering.groupOf('shop/vm-1'), undefined)
  assert.equal(open(directory, { now: 0 }).groupOf('shop/vm-1'), undefined)
})

test('a record that cannot be read is told', (t) => {
  const directory = folder(t)
  writeFileSync(join(directory, 'registered.json'), '[{"workload": 3}]')
  const opened = openRegistering(directory, () => new Date(0), silent)
  assert.ok(isProblem(opened))
  assert.equal(opened.code, 'L0109')
})
