// The shapes of the API's answers, as the command line and the page read them.

/** `refused`: not in force. `outdated`: its last good version is in force instead. */
export type ObjectState = 'refused' | 'outdated' | 'warned' | 'valid'

export interface Problem {
  readonly severity: string
  readonly code: string
  readonly text: string
  readonly place?: string
}

export interface ObjectRow {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly state: ObjectState
  readonly place?: string
  readonly scope: string
  readonly problems: readonly Problem[]
}

export interface ObjectList {
  readonly total: number
  readonly kinds: Readonly<Record<string, number>>
  readonly namespaces: readonly string[]
  readonly states: Readonly<Record<string, number>>
  readonly items: readonly ObjectRow[]
  /** What is said about no object in particular. */
  readonly others: readonly Problem[]
}

export interface ObjectDetail extends ObjectRow {
  readonly apiVersion: string
  readonly spec: unknown
  readonly workloads: readonly string[]
  readonly services: readonly string[]
}

export interface PolicyRef {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly place: string
}

export interface EndpointRow {
  readonly address: string
  readonly ports: readonly number[]
  /** `NAMESPACE/NAME`; empty for an address that is no workload of the mesh. */
  readonly workload: string
  readonly version: string
  readonly ready: boolean
  readonly mutualTls: boolean
  readonly proxy: ProxyState
  readonly place: string
}

export interface ServiceDetail {
  readonly namespace: string
  readonly name: string
  readonly host: string
  readonly place: string
  readonly ports: readonly {
    readonly number: number
    readonly name: string
    readonly protocol: string
  }[]
  readonly endpoints: readonly EndpointRow[]
  readonly policies: readonly PolicyRef[]
}

export interface WorkloadDetail {
  readonly namespace: string
  readonly name: string
  readonly address: string
  readonly service: string
  readonly version: string
  readonly account: string
  readonly labels: Readonly<Record<string, string>>
  readonly place: string
  readonly proxy: ProxyState
  readonly policies: readonly PolicyRef[]
}

/** `gone`: it has enrolled and is not connected. `none`: it never enrolled. */
export type ProxyState = 'synced' | 'stale' | 'rejected' | 'gone' | 'none'

export interface RootRow {
  readonly subject: string
  readonly fingerprint: string
  /** RFC 3339. */
  readonly notBefore: string
  readonly notAfter: string
  /** What it does now. */
  readonly role: 'signs' | 'trusted'
}

export interface CertificateRow {
  readonly workload: string
  readonly serial: string
  readonly notAfter: string
  /** It was handed out by the authority that signs now. */
  readonly authority: 'present' | 'other'
}

export interface Certificates {
  readonly trustDomain: string
  readonly roots: readonly RootRow[]
  readonly live: readonly CertificateRow[]
  readonly overview: AuthorityView
}

/** What `lotse ca status` shows, too. */
export interface AuthorityView {
  readonly trustDomain: string
  readonly authorities: readonly {
    readonly name: string
    readonly role: string
    readonly kind: string
    readonly subject: string
    readonly validUntil: string
    readonly signs: boolean
    readonly live: number
  }[]
  readonly rotation?: {
    readonly phase?: string
    readonly goal?: string
    readonly step: number
    readonly waiting: number
    readonly waitingFor: readonly KnownCertificate[]
  }
  readonly live: number
  readonly revoked: readonly KnownCertificate[]
}

/** A certificate, of which it was told before whether it counts. */
export interface KnownCertificate {
  readonly serial: string
  readonly workload: string
  readonly validUntil: string
}

export interface PlaceList {
  readonly services: readonly {
    readonly namespace: string
    readonly name: string
    readonly place: string
    readonly ports: readonly number[]
  }[]
  /** `NAMESPACE/NAME`. */
  readonly workloads: readonly string[]
}

export interface ResourceRow {
  readonly type: string
  readonly name: string
  readonly place?: string
}

export interface HeldResources {
  readonly proxy: string
  readonly workload: string
  readonly resources: readonly ResourceRow[]
}

export interface OneResource {
  readonly type: string
  readonly name: string
  readonly body: object
  /** Places by JSON pointer. */
  readonly origins: Readonly<Record<string, string>>
}

/** A VirtualService with rules that share requests out. */
export interface TrafficRow {
  readonly namespace: string
  readonly name: string
  readonly hosts: readonly string[]
  readonly rules: readonly {
    readonly protocol: 'http' | 'tls' | 'tcp'
    readonly rule: number
    readonly name: string
    /** Its matches as JSON; empty if it takes everything. */
    readonly when: string
    readonly place: string
    readonly destinations: readonly {
      readonly host: string
      readonly subset: string
      readonly weight: number
    }[]
  }[]
}

export interface Traffic {
  readonly editable: boolean
  readonly rows: readonly TrafficRow[]
}

export interface Preview {
  readonly file: string
  readonly digest: string
  readonly written: boolean
  readonly lines: readonly {
    readonly sign: string
    readonly number: number
    readonly text: string
  }[]
}

export interface Saturation {
  readonly ways: readonly WayRow[]
  /** Of connected proxies whose agents tell. */
  readonly proxies: readonly ProxyLoadRow[]
}

/** How full one way from a workload to a cluster is, and was since its proxy's first report. */
export interface WayRow {
  readonly workload: string
  readonly cluster: string
  readonly connections: number
  readonly pending: number
  readonly connectionsRefused: number
  readonly pendingRefused: number
  readonly retriesRefused: number
  readonly now?: WayNow
}

export interface WayNow {
  readonly connections: number
  readonly requests: number
  readonly waiting: number
  /** Circuit breakers that are open. */
  readonly breakers: readonly string[]
  /** `ADDRESS:PORT` of endpoints that outlier detection put aside. */
  readonly ejected: readonly string[]
}

export interface ProxyLoadRow {
  readonly workload: string
  /** When it told this, RFC 3339. */
  readonly at: string
  /** Bytes. */
  readonly memory: number
  readonly physical: number
  readonly connections: number
  readonly workers: number
  /** Percent of its time that the busiest worker computed; not every system tells. */
  readonly busiest?: number
  readonly stalls: number
}
