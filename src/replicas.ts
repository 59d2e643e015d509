// What several control planes on one store have in common: the certificate authority, who has a proxy, and connections spread over them.
import type { AuthorityOptions, CertificateAuthority } from './ca/ca.ts'
import { openAuthority } from './ca/ca.ts'
import { openSharedAuthority } from './ca/shared.ts'
import type { Leading } from './leading.ts'
import type { LiveMesh } from './live-mesh.ts'
import type { Diagnostic } from './model/diagnostic.ts'
import type { SharedStore } from './model/shared.ts'
import { POD } from './model/workload.ts'
import { SharedSecrets } from './registry/kubernetes/shared-secrets.ts'
import { shareRegistrations } from './shared-registrations.ts'
import type { Sources } from './sources.ts'

/** Envoys keep what they have while they come again, and an unchanged mesh sends them nothing. */
const CONNECTION_AGE = 30 * 60_000

export interface Replicas {
  /** What they share; undefined where there is nothing to share it in. */
  readonly store?: SharedStore
  /** Ended by `close`. */
  readonly endings: (() => Promise<void>)[]
  readonly close: () => Promise<void>
}

/** Follows what the other replicas on the store share. */
export function openReplicas({ kubernetes, etcd }: Sources, namespace: string): Replicas {
  const endings: Replicas['endings'] = []
  const close = async () => {
    for (const end of endings.reverse()) await end()
  }
  if (etcd) return { store: etcd.shared, endings, close }
  if (!kubernetes) return { endings, close }
  const stop = new AbortController()
  const store = new SharedSecrets(kubernetes.connection, namespace)
  const following = store.follow(stop.signal)
  endings.push(async () => {
    stop.abort()
    await following
  })
  return { store, endings, close }
}

interface Options extends AuthorityOptions {
  readonly log: (diagnostic: Diagnostic) => void
  readonly leading: Leading
}

/** The one of the store; without a store, and in an etcd that would hold the key in the clear, one of the data directory alone. */
export function openReplicaAuthority(
  { etcd }: Sources,
  { store }: Replicas,
  { log, leading, ...options }: Options,
): Promise<CertificateAuthority | Diagnostic> {
  if (!store) return openAuthority(options)
  if (etcd && options.passphrase === undefined) {
    const text =
      'Other replicas on this store do not have this certificate authority: its key is not written to etcd in the clear. Start all of them with one --passphrase-file'
    log({ code: 'L0419', severity: 'warning', text })
    return openAuthority(options)
  }
  const { leads, leader } = leading
  return openSharedAuthority({ ...options, leads, leader, encrypted: etcd !== undefined }, store)
}

interface Listening {
  readonly connectionAge?: number
  readonly onEnrolled?: (workload: string) => void
}

interface ListeningOptions {
  readonly log: (diagnostic: Diagnostic) => void
  readonly connectionAge?: number
}

/** What the xDS port does otherwise where there may be other replicas. */
export function replicaListening(
  { store, endings }: Replicas,
  core: LiveMesh,
  { log, connectionAge = CONNECTION_AGE }: ListeningOptions,
): Listening {
  if (!store) return {}
  const { registering } = core
  const changed = () => core.registrationsChanged()
  if (registering) endings.push(shareRegistrations({ store, registering, changed, log }))
  return { connectionAge, onEnrolled: shareEnrolments(store, core, log) }
}

/** To be called with each workload that enrolled here. */
function shareEnrolments(
  store: SharedStore,
  core: LiveMesh,
  log: (diagnostic: Diagnostic) => void,
): (workload: string) => void {
  const isOwn = (workload: string) => {
    // Of a pod its label says so, and pods are many.
    const { annotations = {}, labels = {} } =
      core.mesh.tables.WorkloadEntry.rows.get(workload)?.metadata ?? {}
    return !(annotations[POD] && labels[TLS_MODE]) && !store.entries('enrolled').has(workload)
  }
  /** Told again with the next one while the store is away. */
  const untold = new Set([...core.mesh.tables.enrolment.rows.keys()].filter(isOwn))
  const tell = () => {
    const texts = Object.fromEntries([...untold].map((workload) => [workload, '1']))
    if (untold.size === 0) return
    store.put('enrolled', texts).then(
      () => {
        for (const workload of Object.keys(texts)) untold.delete(workload)
      },
      (error: Error) => {
        const text = `Other replicas do not know yet that ${Object.keys(texts).join(', ')} have a proxy (${error.message})`
        log({ code: 'L0124', severity: 'warning', text })
      },
    )
  }
  const take = () => {
    for (const workload of store.entries('enrolled').keys()) core.enrolled(workload)
  }
  take()
  tell()
  store.onChange((folders) => {
    if (folders.has('enrolled')) take()
  })
  return (workload) => {
    if (isOwn(workload)) untold.add(workload)
    tell()
  }
}

const TLS_MODE = 'security.istio.io/tlsMode'
