// A view of a mesh that is written as YAML in a test, with real positions.
import assert from 'node:assert/strict'
import { Cache } from '../../src/model/cache.ts'
import { EMPTY_MESH, nextMesh } from '../../src/model/mesh.ts'
import type { Node } from '../../src/model/node.ts'
import { View } from '../../src/model/view.ts'
import { NOTHING, nextState } from '../../src/registry/state.ts'
import { recordFields } from './fields.ts'

const NODE: Node = {
  id: 'test',
  type: 'sidecar',
  namespace: 'shop',
  workload: 'web-1',
  serviceAccount: 'web',
  labels: { app: 'web' },
  address: '10.0.0.1',
  locality: '',
  certificateFolder: '',
  certified: 'yes',
}

/** The file is called `mesh.yaml`; the proxy is `shop/web-1` with the label `app: web` unless told otherwise. */
export function viewOf(yaml: string, node: Partial<Node> = {}, before = EMPTY_MESH): View {
  recordFields([yaml])
  const files = new Map([['mesh.yaml', { text: yaml }]])
  const reading = nextState(NOTHING, { files, troubles: [] }, { allowEmpty: true })
  for (let step = reading.next(); ; step = reading.next()) {
    if (!step.done) continue
    const errors = step.value.diagnostics.filter(({ severity }) => severity === 'error')
    assert.deepEqual(errors, [])
    const mesh = nextMesh(before, { documents: step.value.documents, enrolments: [] })
    return new View(mesh, { ...NODE, ...node }, new Cache())
  }
}
