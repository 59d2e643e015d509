// One request as a tap tells it: what came, what became of it, which route and which rule decided.

export interface Tapped {
  /** RFC 3339. */
  readonly at: string
  /** `NAMESPACE/NAME` of the workload whose proxy tells it. */
  readonly workload: string
  /** `out`: the workload (or gateway) sends it on; `in`: it comes to the workload. */
  readonly direction: 'in' | 'out'
  readonly method: string
  /** Host as the caller wrote it. */
  readonly host: string
  /** Without its query: that is the caller's business. */
  readonly path: string
  readonly protocol: string
  /** Of a connection that is only proxied. */
  readonly event?: 'opened' | 'closed'
  /** 0 without an answer. */
  readonly status: number
  /** gRPC's status, where there is one. */
  readonly grpc?: number
  /** Milliseconds; absent where it was not measured. */
  readonly duration?: number
  /** Envoy's response flags, such as `UF`. */
  readonly flags: readonly string[]
  /** Envoy's word for why it ended as it did, as `via_upstream`. */
  readonly detail: string
  /** The caller's SPIFFE ID; empty in plain text. */
  readonly caller: string
  /** Envoy's name of the rule that let it in; empty if no ALLOW policy applies. */
  readonly allowedBy: string
  /** The object that its route was made of, in Kubernetes' words: `/apis/GROUP/VERSION/namespaces/NS/KIND/NAME`. */
  readonly config: string
  readonly cluster: string
  /** `IP:PORT` that it was sent to. */
  readonly upstream: string
  readonly requestId: string
  /** The headers that Envoy tells of every request, by lower-case name, empty if it was not sent. The others it keeps. */
  readonly headers: Readonly<Record<string, string>>
  readonly bytesSent: number
  readonly bytesReceived: number
}

/** A request with the lines that decided about it. */
export interface Explained extends Omit<Tapped, 'headers'> {
  /** What took it: virtual host, route, rule of a policy, each with its line. */
  readonly steps: readonly {
    readonly what: string
    readonly name: string
    readonly place?: string
  }[]
}
