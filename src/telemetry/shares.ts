// Whose the bytes and messages of a cluster are: Envoy counts them for all that were called there, who share them by how often they were.
import type { Edge } from './report.ts'

/** Bytes or messages. */
interface Flow {
  sent: number
  received: number
}

const KINDS = ['bytes', 'messages'] as const
export type Shared = (typeof KINDS)[number]

/** Whom one cluster led to, with how many requests or connections. */
export interface Callee<Total> {
  readonly edge: Edge
  readonly peer: string
  weight: number
  /** How many of them were gRPC calls. */
  calls: number
  /** Where its shares are added up, once it had any. */
  readonly shares: Partial<Record<Shared, Total>>
}

interface Cluster<Total> {
  readonly flows: Readonly<Record<Shared, Flow>>
  /** By workload and principal. */
  readonly callees: Map<string, Callee<Total>>
}

/** Whose flows are counted; those of others are not. */
const MOST_CLUSTERS = 2000

/** Of one reporter. */
export class Shares<Total> {
  /** As statistics call them. */
  readonly #clusters = new Map<string, Cluster<Total>>()
  /** Those whose flows are not yet anybody's: some come before anybody is known to be called there. */
  readonly #unshared = { bytes: new Set<Cluster<Total>>(), messages: new Set<Cluster<Total>>() }

  /** Adds to what is to be shared; undefined if there are too many clusters. */
  into(kind: Shared, name: string, direction: keyof Flow): ((count: number) => void) | undefined {
    if (!this.#clusters.has(name) && this.#clusters.size >= MOST_CLUSTERS) return undefined
    const cluster = this.#cluster(name)
    const flow = cluster.flows[kind]
    const unshared = this.#unshared[kind]
    return (count) => {
      flow[direction] += count
      unshared.add(cluster)
    }
  }

  callee(edge: Edge, peer: string): Callee<Total> {
    const { callees } = this.#cluster(edge.statName)
    const name = edgeName(edge)
    const callee = callees.get(name) ?? { edge, peer, weight: 0, calls: 0, shares: {} }
    callees.set(name, callee)
    return callee
  }

  /** What was added since, for each who was called there. */
  settle(give: (kind: Shared, callee: Callee<Total>, share: Readonly<Flow>) => void): void {
    for (const kind of KINDS) {
      const weightOf = ({ weight, calls }: Callee<Total>) => (kind === 'messages' ? calls : weight)
      for (const cluster of this.#unshared[kind]) {
        if (cluster.callees.size === 0) continue
        const flow = cluster.flows[kind]
        let all = 0
        for (const callee of cluster.callees.values()) all += weightOf(callee)
        if (all === 0) continue
        for (const callee of cluster.callees.values()) {
          const part = weightOf(callee) / all
          const share = { sent: flow.sent * part, received: flow.received * part }
          if (part > 0) give(kind, callee, share)
        }
        flow.sent = 0
        flow.received = 0
        this.#unshared[kind].delete(cluster)
      }
    }
  }

  /** Nobody is called there any more; nothing that `into` gave counts from then on. */
  forget(edges: readonly Edge[]): void {
    for (const edge of edges) this.#clusters.get(edge.statName)?.callees.delete(edgeName(edge))
    for (const [name, cluster] of this.#clusters) {
      const isWaiting = KINDS.some((kind) => this.#unshared[kind].has(cluster))
      if (cluster.callees.size === 0 && !isWaiting) this.#clusters.delete(name)
    }
  }

  #cluster(name: string): Cluster<Total> {
    const none = () => ({ sent: 0, received: 0 })
    const cluster = this.#clusters.get(name) ?? {
      flows: { bytes: none(), messages: none() },
      callees: new Map<string, Callee<Total>>(),
    }
    this.#clusters.set(name, cluster)
    return cluster
  }
}

export function edgeName({ side, cluster, workload, principal }: Edge): string {
  return `${side};${cluster};${workload};${principal}`
}
