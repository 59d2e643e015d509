// What the stand-ins saw: every request with its caller, kept so that the demo's check lines report counts and not hopes.

export interface Seen {
  readonly workload: string
  readonly service: string
  readonly version: string
  /** gRPC path, URL path or Redis command. */
  readonly path: string
  /** Who the caller says it is (`user-agent`). */
  readonly claimed: string
  /** The SPIFFE URI its Envoy proved by certificate, as the own Envoy passed it on; empty without mutual TLS. */
  readonly proved: string
  /** The `x-check` header of a check's own requests, else empty. */
  readonly mark: string
  readonly requestId: string
}

export class Journal {
  #calls = new Map<string, number>()
  #answers = new Map<string, number>()
  #proofs = new Map<string, Set<string>>()
  #marked = new Map<string, Seen[]>()

  record(seen: Seen): void {
    const edge = `${seen.claimed}>${seen.service}`
    this.#calls.set(edge, (this.#calls.get(edge) ?? 0) + 1)
    this.#answers.set(seen.workload, (this.#answers.get(seen.workload) ?? 0) + 1)
    const proofs = this.#proofs.get(edge) ?? new Set()
    this.#proofs.set(edge, proofs.add(seen.proved))
    if (seen.mark === '') return
    const list = this.#marked.get(seen.mark)
    if (list) list.push(seen)
    else this.#marked.set(seen.mark, [seen])
  }

  /** Requests by `caller>service`. */
  get calls(): ReadonlyMap<string, number> {
    return this.#calls
  }

  /** The identities proved on `caller>service`, among them the empty one if a call came in plain text. */
  get proofs(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#proofs
  }

  /** How many requests a workload got. */
  answersOf(workload: string): number {
    return this.#answers.get(workload) ?? 0
  }

  /** Every request to the service that carried this `x-check` mark, in order. */
  marked(mark: string, service: string): readonly Seen[] {
    return (this.#marked.get(mark) ?? []).filter((seen) => seen.service === service)
  }
}

/** The URI of the immediate caller: the last element of `x-forwarded-client-cert`, to which each Envoy appends its peer. */
export function provedIdentity(header: string | undefined): string {
  const last = header?.split(',').at(-1) ?? ''
  return /(?:^|;)URI=([^;,"]+)/.exec(last)?.[1] ?? ''
}
