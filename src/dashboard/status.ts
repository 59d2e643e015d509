// The status of the mesh as the API, the command line and the page have it.
import type { ProxyState } from './answers.ts'

/** One proxy as the API tells it. */
export interface ProxyStatus {
  readonly proxy: string
  /** `NAMESPACE/NAME`. */
  readonly workload: string
  readonly mode: string
  /** RFC 3339. */
  readonly connectedAt: string
  readonly synced: boolean
  readonly state: ProxyState
  readonly types: Readonly<
    Record<
      string,
      {
        readonly held: number
        readonly sent: number
        readonly nacks: number
        readonly stale: boolean
        /** Names that it refuses at present. */
        readonly rejected: readonly string[]
        readonly lastError?: string
      }
    >
  >
}

export interface Status {
  readonly proxies: readonly ProxyStatus[]
  readonly diagnostics: readonly {
    readonly severity: string
    readonly code: string
    readonly text: string
    readonly place?: string
  }[]
  /** Number of objects in force, by kind. */
  readonly objects: Readonly<Record<string, number>>
}

/** What every page shows, whatever else it does; small however large the mesh is. */
export interface Summary {
  readonly proxies: {
    readonly connected: number
    readonly synced: number
    readonly rejected: number
  }
  readonly errors: number
  readonly warnings: number
  readonly objects: number
  /** Another one each time that something but figures changed: views then ask anew for what they show. */
  readonly revision: string
}
