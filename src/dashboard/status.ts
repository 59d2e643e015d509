// The status of the mesh as the API, the command line and the page have it.

/** One proxy as the API tells it. */
export interface ProxyStatus {
  readonly proxy: string
  readonly mode: string
  /** RFC 3339. */
  readonly connectedAt: string
  readonly synced: boolean
  readonly types: Readonly<
    Record<
      string,
      { held: number; sent: number; nacks: number; stale: boolean; lastError?: string }
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
