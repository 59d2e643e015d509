// How a proxy is started: what the control plane tells the agent beside it, from the kind ProxyConfig and MeshConfig's `defaultConfig`.

import type { ReadinessProbe } from './schema/workload-entry.ts'

/** Absent fields leave the agent's own defaults. */
export interface ProxySettings {
  /** Worker threads; 0: one for each processor. */
  readonly concurrency?: number
  /** Variables of Envoy's process; `ISTIO_META_NAME` becomes metadata NAME of the node. */
  readonly environment?: Readonly<Record<string, string>>
  /** Seconds that a replaced listener lives on. */
  readonly drainSeconds?: number
  /** Seconds that requests may take to finish when the proxy is stopped. */
  readonly terminationDrainSeconds?: number
  /** Envoy's runtime keys. */
  readonly runtime?: Readonly<Record<string, string>>
  readonly adminPort?: number
  /** Milliseconds after which Envoy writes its log files, and kilobytes after which it does so before. */
  readonly fileFlushMilliseconds?: number
  readonly fileFlushKilobytes?: number
  /** Names of tags that statistics carry in their names, as `NAME.=.VALUE;.`. */
  readonly statTags?: readonly string[]
  /** Where the proxy is, as `region/zone/subzone`. */
  readonly locality?: string
  /** Envoy is told of the other proxies of its application, to balance by zones. */
  readonly selfDiscovery?: boolean
  /** Metadata MESH_ID of the node. */
  readonly meshId?: string
  /** `HOST:PORT` of a service that takes every statistic (envoy.service.metrics.v3). */
  readonly metricsService?: string
  /** How it is called, if not in plain text: by a transport socket of Envoy's, or by the mesh's mutual TLS. */
  readonly metricsTls?: {
    readonly socket?: Readonly<Record<string, unknown>>
    readonly mutual?: { readonly sni?: string; readonly subjectAltNames?: readonly string[] }
  }
  /** Envoy's `tcp_keepalive`. */
  readonly metricsKeepalive?: Readonly<Record<string, number>>
  /** What the agent asks of the application, to tell the control plane (WorkloadGroup). */
  readonly probe?: ReadinessProbe
}
