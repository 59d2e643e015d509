// Whether Envoy could take what the mesh is translated to: every resource of every workload is encoded once, as delivery would.
import { Cache } from '../model/cache.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Mesh } from '../model/mesh.ts'
import { printOrigin } from '../model/origin.ts'
import { RESOURCE_TYPES, type Resource } from '../model/resource.ts'
import { nodeOf } from '../translate/node.ts'
import { translate } from '../translate/translate.ts'
import { encodeMessage } from '../xds/encode/index.ts'
import { createStore, isFailed } from '../xds/store.ts'

export interface Encodable {
  /** One diagnostic for each place that makes resources invalid, however many there are. */
  readonly diagnostics: readonly Diagnostic[]
  /** What would be delivered. */
  readonly resources: readonly Resource[]
}

export function encodable(mesh: Mesh): Encodable {
  const found = new Map<string, { first: Diagnostic; others: number }>()
  const store = createStore({
    encode: encodeMessage,
    onFailure(failure) {
      const place = failure.origin ? printOrigin(failure.origin) : failure.text
      const known = found.get(place)
      if (known) known.others += 1
      else found.set(place, { first: failure, others: 0 })
    },
  })
  const resources = [...distinctResources(mesh)].filter((one) => !isFailed(store.encode(one)))
  const diagnostics = [...found.values()].map(({ first, others }) =>
    others === 0 ? first : { ...first, text: `${first.text} So are ${others} more resources.` },
  )
  return { diagnostics, resources }
}

function distinctResources(mesh: Mesh): Set<Resource> {
  const cache = new Cache()
  const chunks = new Set<readonly Resource[]>()
  for (const { metadata } of mesh.tables.WorkloadEntry.rows.values()) {
    const name = { namespace: metadata.namespace, workload: metadata.name, certified: true }
    const node = nodeOf(mesh, name, { id: metadata.name, certificateFolder: '/etc/lotse/certs' })
    const set = translate(mesh, node, cache)
    for (const type of RESOURCE_TYPES) for (const chunk of set[type]) chunks.add(chunk)
  }
  return new Set([...chunks].flat())
}
