// What V8 compiled of a script is kept for the next start, and never used for another script or when it is broken (bin/kept.mjs).
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { testFolder } from '../support/envoy.ts'

const KEPT = new URL('../../bin/kept.mjs', import.meta.url).href

test('what was compiled is kept once and taken by the next run', (t) => {
  const { write, run, kept } = folderOf(t)
  write(`module.exports = { said: 'one' }`)
  assert.equal(run(), 'one')
  const [first] = kept()
  assert.ok(first)
  assert.equal(run(), 'one')
  assert.deepEqual(kept(), [first], 'the file was taken, so it was not written again')
})

test('another script of the same length has nothing from the first', (t) => {
  const { write, run } = folderOf(t)
  write(`module.exports = { said: (() => 'one')() }`)
  assert.equal(run(), 'one')
  write(`module.exports = { said: (() => 'two')() }`)
  assert.equal(run(), 'two')
  assert.equal(run(), 'two')
})

test('a broken file is passed over and written again', (t) => {
  const { path, write, run, kept } = folderOf(t)
  write(`module.exports = { said: 'one' }`)
  assert.equal(run(), 'one')
  const file = path(kept()[0]!.name)
  const whole = readFileSync(file)
  for (const broken of [whole.subarray(0, 100), whole.fill(0, 200, 400), Buffer.alloc(0)]) {
    writeFileSync(file, broken)
    const [before] = kept()
    assert.equal(run(), 'one')
    const [after] = kept()
    assert.notDeepEqual(after, before)
    assert.equal(run(), 'one')
    assert.deepEqual(kept(), [after])
  }
})

test('a run that fails keeps nothing, and neither does one without a place for it', (t) => {
  const { path, write, run, kept } = folderOf(t)
  write(`process.exitCode = 3; module.exports = { said: 'one' }`)
  assert.equal(run(3), 'one')
  assert.deepEqual(kept(), [])
  if (process.getuid?.() === 0) return
  write(`module.exports = { said: 'one' }`)
  chmodSync(path('.'), 0o500)
  assert.equal(run(), 'one')
  chmodSync(path('.'), 0o700)
})

function folderOf(t: TestContext) {
  const folder = testFolder(t)
  const path = (name: string) => join(folder, name)
  const script = path('script.cjs')
  return {
    path,
    write(source: string) {
      const digest = createHash('sha256').update(source).digest('hex')
      writeFileSync(script, `${source}\n// ${digest}\n`)
    },
    /** What the script exports as `said`, from a process of its own. */
    run(code = 0): string {
      const source = `import { loadKept } from ${JSON.stringify(KEPT)}
        process.stdout.write(loadKept(${JSON.stringify(script)}).said)`
      const args = ['--input-type=module', '--eval', source]
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
      assert.equal(status, code, stderr)
      return stdout
    },
    /** Which files there are, and which writing of each it is. */
    kept: () =>
      readdirSync(folder)
        .filter((name) => name.includes('.compiled'))
        .map((name) => ({ name, writing: statSync(path(name), { bigint: true }).mtimeNs })),
  }
}
