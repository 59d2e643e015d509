// The pods of a cluster as workload entries: a pod is also what its node says of where it runs.
import type { Objects } from '../objects.ts'
import { placesOf } from './places.ts'
import { nodeNameOf, workloadOf } from './pod.ts'
import type { KubernetesObject } from './reflector.ts'

/** All give true if something that is in force changed. Ids are `Kind/namespace/name`. */
export class Pods {
  readonly #objects: Objects
  readonly #pods = new Map<string, KubernetesObject>()
  readonly #nodes = new Map<string, KubernetesObject>()
  readonly nodes = {
    ids: () => this.#nodes.keys(),
    put: (id: string, node: KubernetesObject) => this.#putNode(id, node),
    remove: (id: string) => this.#nodes.delete(id) && this.#place(id),
  }

  constructor(objects: Objects) {
    this.#objects = objects
  }

  ids(): IterableIterator<string> {
    return this.#pods.keys()
  }

  /** As `trimmed` leaves it. */
  put(id: string, pod: KubernetesObject): boolean {
    this.#pods.set(id, pod)
    return this.#update(id)
  }

  remove(id: string): boolean {
    this.#pods.delete(id)
    return this.#objects.remove(id)
  }

  #update(id: string): boolean {
    const pod = this.#pods.get(id)!
    const value = workloadOf(pod, this.#nodes.get(`Node//${nodeNameOf(pod)}`))
    return value ? this.#objects.put(id, { value, at: placesOf(id) }) : this.#objects.remove(id)
  }

  #putNode(id: string, node: KubernetesObject): boolean {
    const { name, labels = {} } = node.metadata
    const before = this.#nodes.get(id)?.metadata.labels
    this.#nodes.set(id, { metadata: { name, labels } })
    return JSON.stringify(before) === JSON.stringify(labels) ? false : this.#place(id)
  }

  #place(node: string): boolean {
    let changed = false
    for (const [id, pod] of this.#pods) {
      if (`Node//${nodeNameOf(pod)}` === node) changed = this.#update(id) || changed
    }
    return changed
  }
}

/** Only what `workloadOf` reads: pods are many and large. */
export function trimmed(pod: KubernetesObject): KubernetesObject {
  const { name, namespace, labels } = pod.metadata
  const { spec, status } = pod as KubernetesObject & {
    spec?: { serviceAccountName?: string; nodeName?: string; containers?: { ports?: unknown }[] }
    status?: { phase?: string; podIP?: string; conditions?: { type: string; status: string }[] }
  }
  return {
    metadata: { name, ...(namespace ? { namespace } : {}), ...(labels ? { labels } : {}) },
    spec: {
      serviceAccountName: spec?.serviceAccountName,
      nodeName: spec?.nodeName,
      containers: (spec?.containers ?? []).map(({ ports }) => ({ ports })),
    },
    status: {
      phase: status?.phase,
      podIP: status?.podIP,
      conditions: status?.conditions?.filter(({ type }) => type === 'Ready'),
    },
  }
}
