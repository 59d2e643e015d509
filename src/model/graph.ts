// The service graph as the API, the command line and the page have it: figures of one span of time.

export type By = 'service' | 'workload'

export interface GraphNode {
  readonly id: string
  /** `outside`: a caller or destination that is no workload of the mesh. */
  readonly kind: 'workload' | 'service' | 'outside'
  readonly service: string
  readonly namespace: string
  /** Empty where several are one node. */
  readonly workload: string
  /** Several are separated by commas. */
  readonly version: string
}

export interface GraphEdge {
  readonly source: string
  readonly target: string
  readonly protocol: 'http' | 'grpc' | 'tcp'
  /** Whose count it is: the caller's where it has a proxy, else the server's. */
  readonly reporter: 'client' | 'server'
  readonly mutualTls: 'all' | 'some' | 'none'
  /** Requests, or connections for TCP, in the window. */
  readonly requests: number
  /** The same, a second. */
  readonly rate: number
  readonly errors: number
  /** 0 to 1. */
  readonly errorShare: number
  /** Requests by class of status (`2xx`), `none` without an answer. */
  readonly statuses: Readonly<Record<string, number>>
  /** Envoy's response flags that were seen. */
  readonly flags: readonly string[]
  /** Milliseconds; absent if nothing was measured. */
  readonly p50?: number
  readonly p95?: number
  readonly p99?: number
  readonly bytesSent: number
  readonly bytesReceived: number
}

export interface Graph {
  /** Seconds. */
  readonly window: number
  readonly by: By
  /** RFC 3339, the end of the window. */
  readonly at: string
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  /** What is missing, and what to do. */
  readonly problem?: string
}

export interface HistoryPoint {
  /** RFC 3339, the beginning of the step. */
  readonly at: string
  /** Requests, or connections for TCP. */
  readonly requests: number
  readonly errors: number
  /** Milliseconds; absent if nothing was measured. */
  readonly p50?: number
  readonly p95?: number
  readonly p99?: number
}

/** One node over time. */
export interface History {
  readonly node: string
  readonly by: By
  /** Seconds of one step. */
  readonly step: number
  /** What it was asked, oldest first. */
  readonly inbound: readonly HistoryPoint[]
  /** What it asked of others. */
  readonly outbound: readonly HistoryPoint[]
  /** Something was reported of it within this time. */
  readonly seen: boolean
  /** What is missing, and what to do. */
  readonly problem?: string
}
