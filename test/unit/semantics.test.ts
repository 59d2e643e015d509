// The table of what Istio's objects mean: every rule has a test of the kind it needs, every named test exists, the page is not stale.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isOnEnvoy, missing, PAGE, semantics, semanticsPage } from '../../docs/semantics.ts'

const rules = semantics().flatMap(({ rows }) => rows)

test('every test that is named exists', () => {
  const named = rules.flatMap(({ by = [] }) => by)
  assert.deepEqual(
    [...new Set(named)].flatMap((one) => missing(one) ?? []),
    [],
  )
  assert.ok(named.length > 200)
})

test('a test that does not exist is noticed', () => {
  assert.match(missing('dataplane/routing › no such test') ?? '', /^no test/)
  assert.match(missing('dataplane/nothing › matches') ?? '', /^no file/)
  assert.match(missing('golden/nothing') ?? '', /^no case/)
})

test('the core is shown by real Envoys, the rest at least by goldens; what is open is not the core', () => {
  const wrong = rules.filter(({ core, by = [], open }) => {
    if (open) return core || by.length > 0
    const enough = core
      ? by.some(isOnEnvoy)
      : by.some((one) => isOnEnvoy(one) || one.startsWith('golden/'))
    return !enough
  })
  assert.deepEqual(wrong, [])
})

test('the page is not stale: npm run semantics', () => {
  assert.equal(readFileSync(PAGE, 'utf8'), semanticsPage())
})
