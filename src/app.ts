// The one file that knows all parts: sources become the mesh, the mesh becomes resources, streams deliver them.
import { mkdirSync } from 'node:fs'
import type { CertificateAuthority } from './ca/ca.ts'
import { isProblem, reasonOf } from './ca/problem.ts'
import { type ClusterSide, openClusterSide } from './cluster.ts'
import { directoryOf, overridesIn } from './directory.ts'
import { openGate } from './gate.ts'
import { type Leading, startLeading } from './leading.ts'
import { type Listening, listen } from './listen.ts'
import { LiveMesh } from './live-mesh.ts'
import { meshTrafficOf } from './mesh-graph.ts'
import { compareDiagnostics, type Diagnostic } from './model/diagnostic.ts'
import type { Graph, History } from './model/graph.ts'
import type { Mesh } from './model/mesh.ts'
import type { DeliveryMode } from './model/node.ts'
import type { ResourceSet } from './model/resource.ts'
import type { MeshProxy } from './proxies.ts'
import { openRegistering, watchRegistrations } from './registering.ts'
import { openEnrolments } from './registry/enrolment.ts'
import type { RegistryState } from './registry/file.ts'
import { guardedFetch } from './registry/guarded-fetch.ts'
import { reviewToken } from './registry/kubernetes/token-review.ts'
import { LastGood } from './registry/last-good.ts'
import { openReplicaAuthority, openReplicas, type Replicas, replicaListening } from './replicas.ts'
import { openSources, type SourceOptions, type Sources } from './sources.ts'
import { type GraphOptions, makeGraph } from './telemetry/graph.ts'
import { type HistoryOptions, makeHistory } from './telemetry/history.ts'
import type { MetricsOptions } from './telemetry/istio-metrics.ts'
import { Signals } from './telemetry/signals.ts'
import { inSlices, onceAtATime } from './telemetry/slices.ts'
import type { Taps } from './telemetry/taps.ts'
import { trustOf, watchTrust } from './trust.ts'
import type { PushTiming } from './xds/pusher.ts'
import type { XdsService } from './xds/server.ts'

export interface AppOptions {
  /** Files and directories of YAML. */
  readonly config: readonly string[]
  /** A cluster as a source, too. */
  readonly kubernetes?: NonNullable<SourceOptions['kubernetes']>
  /** An etcd cluster as a source, too. */
  readonly etcd?: NonNullable<SourceOptions['etcd']>
  readonly data: string
  /** `HOST:PORT`; port 0 takes a free one. */
  readonly xds: string
  /** Plain text, loopback only. */
  readonly plaintextXds?: string
  readonly allowEmpty?: boolean
  /** Seconds for which a leading replica that is not heard of is still believed; 10 by default. */
  readonly leaseDuration?: number
  /** Milliseconds after which a proxy is to come again, to whichever replica; half an hour by default. */
  readonly connectionAge?: number
  /** How keys of token issuers are fetched: from private addresses too? And when again, in milliseconds. */
  readonly jwks?: {
    readonly allowPrivate?: boolean
    readonly refresh?: number
    readonly retry?: number
  }
  /** What is particular about the certificate authority. */
  readonly ca?: {
    /** Opens the key. */
    readonly passphrase?: string
    /** Of workloads' certificates, in seconds; 24 hours by default. */
    readonly lifetime?: number
    /** Milliseconds between looks at what operators ask for; 1,000 by default. */
    readonly interval?: number
    /** Milliseconds that a root is still trusted after the last certificate below it; 10,000 by default. */
    readonly handshakeTime?: number
  }
  /** How Envoys that can choose have their configuration, unless an object says otherwise. */
  readonly delivery?: DeliveryMode
  /** URL of a Prometheus that scrapes all replicas. */
  readonly prometheus?: string | undefined
  /** Path of an Envoy that is shown every change before a proxy has it. */
  readonly preflight?: string | undefined
  /** When streams are brought up to date. */
  readonly timing?: PushTiming
  readonly log: (diagnostic: Diagnostic) => void
  readonly now?: () => Date
}

export interface App {
  readonly mesh: () => Mesh
  readonly diagnostics: () => readonly Diagnostic[]
  /** What there is to say of sources that cannot be read now. */
  readonly unread: () => readonly Diagnostic[]
  readonly services: readonly XdsService<MeshProxy>[]
  readonly authority: CertificateAuthority
  readonly resources: (proxy: MeshProxy) => ResourceSet
  /** Number of results that translation keeps. */
  readonly results: () => number
  /** What the proxies reported. */
  readonly signals: Signals
  readonly graph: (options: GraphOptions) => Promise<Graph>
  /** Who watches which workload's requests. */
  readonly taps: Taps
  /** Of all replicas' proxies, where a Prometheus was named; else the same. */
  readonly meshGraph: (options: GraphOptions) => Promise<Graph>
  readonly history: (options: HistoryOptions) => Promise<History>
  /** How what they reported is shown to Prometheus. */
  readonly metricsOptions: MetricsOptions
  /** Ports as bound. */
  readonly xds: string
  readonly plaintextXds: string | undefined
  /** Whether this replica is the one that writes for all; alone on files it is. */
  readonly leads: () => boolean
  readonly cluster?: Pick<ClusterSide, 'webhooks'>
  readonly onChange: (listener: () => void) => () => void
  readonly close: () => Promise<void>
}

/** Resolves when all sources are read, the first mesh is built and the ports are open; nothing is served before. */
export async function openApp(options: AppOptions): Promise<App | Diagnostic> {
  const now = options.now ?? (() => new Date())
  const unusable = makeDirectory(options.data)
  if (unusable) return unusable
  const enrolments = openEnrolments(options.data, options.log)
  if (isProblem(enrolments)) return enrolments
  const keys = {
    ...options.jwks,
    now,
    fetch: (url: string, timeout: number) =>
      guardedFetch(url, { timeout, allowPrivate: options.jwks?.allowPrivate ?? false }),
  }
  const core = new LiveMesh(options.log, enrolments, keys, new LastGood(options.data))
  const registering = openRegistering(options.data, now, options.log)
  if (isProblem(registering)) return registering
  core.registering = registering
  const sources = await openSources({
    config: options.config,
    allowEmpty: options.allowEmpty ?? false,
    ...(options.kubernetes ? { kubernetes: options.kubernetes } : {}),
    ...(options.etcd ? { etcd: options.etcd } : {}),
    onChange: (state) => core.update(state),
    onWaiting: options.log,
  })
  if (isProblem(sources)) return sources
  core.read(sources.state)
  const nothing = options.allowEmpty ? undefined : nothingRead(sources.state, options.config)
  if (nothing) {
    await sources.close()
    return nothing
  }
  const namespace = options.kubernetes?.meshConfig.split('/')[0] ?? ''
  const { log, leaseDuration: duration } = options
  const leading = startLeading(sources, { namespace, duration, log })
  const replicas = openReplicas(sources, namespace)
  const closeAll = async () => {
    await core.gate?.close()
    await leading.close()
    await replicas.close()
    await sources.close()
  }
  const authority = await openReplicaAuthority(sources, replicas, {
    ...{ ...options.ca, directory: options.data, trustDomain: core.trustDomain(), now },
    ...{ log, leading },
  })
  if (isProblem(authority)) {
    await closeAll()
    return authority
  }
  for (const warning of authority.warnings) options.log(warning)
  core.publish(trustOf(authority))
  const signals = new Signals({ now: () => now().getTime(), onReport: () => core.changed() })
  // Proxies that come back after a restart would refuse good tokens for want of keys.
  await core.keysTried()
  const { kubernetes } = sources
  openGate(core, options)
  const listening = await listen({
    ...{ ...options, core, authority, signals, now },
    ...replicaListening(replicas, core, options),
    ...(kubernetes ? { reviewToken: (token) => reviewToken(kubernetes.connection, token) } : {}),
  })
  if (isProblem(listening)) {
    await closeAll()
    return listening
  }
  const watching = watchTrust({ core, authority, listening, options })
  const shown = { prometheus: options.prometheus, now }
  const parts = { core, sources, authority, signals, listening, watching, shown }
  return complete({ ...parts, leading, replicas }, options)
}

/** What is done for a cluster. */
async function complete(
  parts: Omit<Parts, 'cluster'>,
  { kubernetes, log }: AppOptions,
): Promise<App | Diagnostic> {
  const { sources, core, authority, leading } = parts
  if (!sources.kubernetes || !kubernetes) return appOf(parts)
  const cluster = await openClusterSide({
    ...{ cluster: sources.kubernetes, options: kubernetes, core, authority, log },
    leads: leading.leads,
  })
  if (!isProblem(cluster)) return appOf({ ...parts, cluster })
  await appOf(parts).close()
  return cluster
}

function makeDirectory(path: string): Diagnostic | undefined {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    return undefined
  } catch (error) {
    const text = `The data directory ${path} cannot be made (${reasonOf(error)}). Choose another by --data`
    return { code: 'L0410', severity: 'error', text }
  }
}

/** Proxies that come back after a restart would lose what they have, so a start without sources is refused. */
function nothingRead(state: RegistryState, paths: readonly string[]): Diagnostic | undefined {
  const missing = state.diagnostics.find(
    ({ code, origin }) => code === 'L0109' && paths.includes(origin?.source ?? ''),
  )
  if (!missing && state.documents.length > 0) return undefined
  const why = missing ? 'not every source can be read' : 'the sources hold no object'
  return {
    code: missing ? 'L0109' : 'L0110',
    severity: 'error',
    text: `Nothing is served, since ${why}: proxies would lose what they have. Correct it, or say --allow-empty`,
  }
}

/** Proxies and probes that wait for a start come first: a first look at a large mesh takes a tenth of a second. */
const FIRST_REPORT_MS = 100

interface Parts {
  readonly core: LiveMesh
  readonly sources: Sources
  readonly authority: CertificateAuthority
  readonly signals: Signals
  readonly listening: Listening
  /** Ends the rotation's looks at the data directory. */
  readonly watching: () => Promise<void>
  readonly leading: Leading
  readonly replicas: Replicas
  readonly cluster?: ClusterSide
  readonly shown: { readonly prometheus: string | undefined; readonly now: () => Date }
}

function appOf(parts: Parts): App {
  const {
    core,
    sources,
    authority,
    signals,
    listening,
    watching,
    cluster,
    shown,
    leading,
    replicas,
  } = parts
  const directory = directoryOf(() => core.mesh)
  core.services.push(...listening.services)
  const stopLooking = watchRegistrations(core)
  const opening = setTimeout(() => core.opened(), FIRST_REPORT_MS)
  return {
    mesh: () => core.mesh,
    diagnostics: () =>
      [
        ...core.diagnostics,
        ...(core.gate?.diagnostics() ?? []),
        ...core.services.flatMap((service) => service.diagnostics()),
      ].sort(compareDiagnostics),
    unread: core.unread,
    services: core.services,
    authority,
    resources: (proxy) => core.resources(proxy),
    results: () => core.results,
    signals,
    ...meshTrafficOf(shown.prometheus, shown.now, {
      graph: onceAtATime((wanted) => inSlices(makeGraph(signals, directory, wanted))),
      history: onceAtATime((wanted) => inSlices(makeHistory(signals, directory, wanted))),
    }),
    taps: core.taps,
    metricsOptions: { directory, overrides: overridesIn(() => core.mesh) },
    xds: listening.xds,
    plaintextXds: listening.plaintextXds,
    leads: leading.leads,
    ...(cluster ? { cluster } : {}),
    onChange: (listener) => core.onChange(listener),
    async close() {
      clearTimeout(opening)
      await cluster?.close()
      await leading.close()
      stopLooking()
      await watching()
      await replicas.close()
      await core.close()
      await sources.close()
      await listening.close()
    },
  }
}
