// The table of diagnostic codes: every code that the sources use is in it, none in it is unused, and docs/codes.md is its print.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CODES_FILE, codesPage } from '../../docs/codes.ts'
import { CODES } from '../../src/model/codes.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const TABLE = 'src/model/codes.ts'
/** Their meaning is settled, but nothing reports them yet. */
const UNUSED: readonly string[] = ['L0505']

/** Files by code; what comments mention does not count. */
function uses(): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const folder of ['src', 'envoy', 'bin']) {
    const names = readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' })
    for (const name of names.map((path) => `${folder}/${path}`)) {
      if (name === TABLE || !/\.(ts|mjs)$/.test(name)) continue
      const text = readFileSync(`${ROOT}${name}`, 'utf8')
      const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
      for (const [used] of code.matchAll(/\bL0\d{3}\b/g)) found.set(used, name)
    }
  }
  return found
}

test('the codes that are used and those of the table are the same', () => {
  const used = uses()
  const unknown = [...used].filter(([code]) => !(code in CODES))
  assert.deepEqual(unknown, [], 'used, but not in the table')
  const unused = Object.keys(CODES).filter((code) => !used.has(code))
  assert.deepEqual(unused, UNUSED, 'in the table, but not used')
})

test('docs/codes.md is what the table says', () => {
  assert.equal(readFileSync(CODES_FILE, 'utf8'), codesPage(), 'stale: run `npm run codes`')
  // A code of no chapter would be in the table and not in the file.
  for (const code of Object.keys(CODES)) assert.ok(codesPage().includes(`\n| ${code} |`), code)
})
