// Which test files `LOTSE_TEST_DELIVERY` makes a difference to: those that start a mesh by test/support/mesh.ts, which reads it.
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

const MESH = /\/test\/support\/mesh\.ts$/

/** The file itself, or what it imports of test/, starts such a mesh or reads the variable. */
export function dependsOnDelivery(file, seen = new Set()) {
  const path = resolve(file)
  if (seen.has(path) || MESH.test(path) || !path.includes('/test/')) return false
  seen.add(path)
  const text = readFileSync(path, 'utf8')
  if (/\bstartMesh\b|LOTSE_TEST_DELIVERY/.test(text)) return true
  const imported = [...text.matchAll(/from '(\.[^']+\.ts)'/g)].map(([, name]) => name)
  return imported.some((name) => dependsOnDelivery(resolve(dirname(path), name), seen))
}
