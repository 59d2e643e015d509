// Tells the load of a test's Envoy as `lotse proxy` does, only more often.
import assert from 'node:assert/strict'
import { readCredentials } from '../../src/ca/credentials.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { reportLoad } from '../../src/cli/load-report.ts'
import type { Cleanup } from './cleanup.ts'
import type { TestMesh } from './mesh.ts'

export function tellLoad(t: Cleanup, mesh: TestMesh, workload: string): void {
  const { folder, running } = mesh.envoy(workload)
  const credentials = readCredentials(`${folder}/certs`)
  assert.ok(credentials && !isProblem(credentials))
  const stop = new AbortController()
  const reporting = reportLoad({
    ...{ address: mesh.app.xds, envoy: running, signal: stop.signal, pause: 100 },
    credentials: () => credentials,
  })
  // Its failure is told by the end.
  reporting.catch(() => undefined)
  t.after(() => {
    stop.abort()
    return reporting
  })
}
