// The Helm chart in the tree is what `npm run chart` makes of the manifests, and nothing else.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { CHART_FOLDER, chartFiles } from '../../charts/write.ts'

test('the chart is up to date; `npm run chart` writes it', () => {
  const files = chartFiles()
  const there = readdirSync(CHART_FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(CHART_FOLDER, path)).isFile())
    .sort()
  assert.deepEqual(there, [...files.keys()].sort())
  for (const [path, text] of files) {
    assert.ok(readFileSync(join(CHART_FOLDER, path), 'utf8') === text, `${path} is not up to date`)
  }
})
