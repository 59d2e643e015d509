// Translation by itself, in one process: CPU time from documents to encoded resources of one sidecar, first and after a change.
import { Cache } from '../src/model/cache.ts'
import { EMPTY_MESH, type Mesh, nextMesh } from '../src/model/mesh.ts'
import type { Node } from '../src/model/node.ts'
import { type Chunk, RESOURCE_TYPES, type ResourceSet } from '../src/model/resource.ts'
import { type FilesState, NOTHING, nextState } from '../src/registry/state.ts'
import { translate } from '../src/translate/translate.ts'
import { encodeMessage } from '../src/xds/encode/index.ts'
import { createStore } from '../src/xds/store.ts'
import { round, summary } from './figures.ts'
import { type MeshOptions, meshFiles, RULES_EVERY, serviceFile, serviceName } from './mesh.ts'

const NODE: Node = {
  id: 'sidecar',
  type: 'sidecar',
  namespace: 'space-0',
  workload: 'client-0',
  serviceAccount: 'default',
  labels: {},
  address: '10.255.0.1',
  locality: '',
  certified: 'yes',
  certificateFolder: '/certs',
}

export interface TranslationOptions {
  readonly mesh: MeshOptions
  /** First snapshots, each in a fresh cache, and changes of one VirtualService after the last of them. */
  readonly repeats: number
}

/** Milliseconds of CPU, of all threads of the process. */
export function translation({ mesh: options, repeats }: TranslationOptions): object {
  const files = new Map([...meshFiles(options)].map(([name, text]) => [name, { text }]))
  let state = read(NOTHING, files)
  const first: number[] = []
  const steps: Record<string, number[]> = { translate: [], encode: [] }
  const changed: number[] = []
  let measured = start(state)
  for (let run = 0; run < repeats; run++) {
    measured = start(state)
    first.push(measured.translated + measured.encoded)
    steps.translate?.push(measured.translated)
    steps.encode?.push(measured.encoded)
  }
  let { mesh } = measured
  for (let run = 0; run < 10 * repeats; run++) {
    const index = RULES_EVERY * (run % Math.floor(options.services / RULES_EVERY))
    const text = serviceFile(options, index, { mark: `run-${run}` })
    files.set(`${serviceName(index)}.yaml`, { text })
    state = read(state, files)
    const { documents } = state
    changed.push(
      cpu(() => {
        mesh = nextMesh(mesh, { documents, enrolments: [] })
        measured.encode(translate(mesh, NODE, measured.cache))
        measured.cache.sweep(mesh.generation)
      }),
    )
  }
  const virtualServices = mesh.tables.VirtualService.keys.length
  const { resources } = measured
  return {
    ...{
      virtualServices,
      resources,
      firstSnapshotMs: summary(first),
      translateMs: summary(steps.translate ?? []),
    },
    ...{ encodeMs: summary(steps.encode ?? []), changedRuleMs: summary(changed) },
  }
}

function start({ documents }: FilesState) {
  const cache = new Cache()
  const store = createStore({ encode: encodeMessage, onFailure: fail })
  const seen = new WeakSet<Chunk>()
  const encode = (set: ResourceSet): number => {
    let count = 0
    for (const type of RESOURCE_TYPES) {
      for (const chunk of set[type]) {
        // Delivery passes over what it has seen, too.
        if (seen.has(chunk)) continue
        seen.add(chunk)
        for (const resource of chunk) {
          store.encode(resource)
          count += 1
        }
      }
    }
    return count
  }
  let mesh: Mesh = EMPTY_MESH
  let set: ResourceSet | undefined
  const translated = cpu(() => {
    mesh = nextMesh(EMPTY_MESH, { documents, enrolments: [] })
    set = translate(mesh, NODE, cache)
  })
  let resources = 0
  const encoded = cpu(() => {
    resources = encode(set!)
  })
  return { mesh, cache, encode, resources, translated, encoded }
}

function fail(diagnostic: { readonly text: string }): never {
  throw new Error(diagnostic.text)
}

function cpu(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return round((user + system) / 1000)
}

function read(
  previous: FilesState,
  files: ReadonlyMap<string, { readonly text: string }>,
): FilesState {
  const reading = nextState(previous, { files, troubles: [] }, { allowEmpty: true })
  for (let step = reading.next(); ; step = reading.next()) if (step.done) return step.value
}
