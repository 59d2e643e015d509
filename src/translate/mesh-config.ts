// Settings of the whole mesh, with Istio's defaults for what is not said.
import { memo } from '../model/memo.ts'
import type { MeshConfig } from '../model/schema/mesh-config.ts'
import type { View } from '../model/view.ts'
import { usableTelemetry } from './mesh-telemetry.ts'

/** A MeshConfig in which every field that has a default is present. */
export interface MeshSettings extends MeshConfig {
  readonly rootNamespace: string
  readonly hostOwnership: 'strict' | 'istio'
  readonly trustDomain: string
  readonly trustDomainAliases: readonly string[]
  readonly enableAutoMtls: boolean
  readonly connectTimeout: string
  readonly dnsRefreshRate: string
  /** `0s`: wait for the first bytes as long as it takes. */
  readonly protocolDetectionTimeout: string
  /** Empty: no access log. */
  readonly accessLogFile: string
  readonly accessLogEncoding: 'TEXT' | 'JSON'
  readonly outboundTrafficPolicy: { readonly mode: 'ALLOW_ANY' | 'REGISTRY_ONLY' }
  readonly inboundTrafficPolicy: { readonly mode: 'PASSTHROUGH' | 'LOCALHOST' }
  readonly pathNormalization: { readonly normalization: PathNormalization }
  readonly defaultHttpRetryPolicy: NonNullable<MeshConfig['defaultHttpRetryPolicy']>
  /** Where captured traffic arrives: what the workload sends, and what is sent to it. */
  readonly proxyListenPort: number
  readonly proxyInboundListenPort: number
  readonly defaultConfig: NonNullable<MeshConfig['defaultConfig']>
  readonly extensionProviders: NonNullable<MeshConfig['extensionProviders']>
  readonly defaultServiceExportTo: readonly string[]
  readonly defaultVirtualServiceExportTo: readonly string[]
  readonly defaultDestinationRuleExportTo: readonly string[]
}

export type PathNormalization = 'NONE' | 'BASE' | 'MERGE_SLASHES' | 'DECODE_AND_MERGE_SLASHES'

const EVERY_NAMESPACE: readonly string[] = Object.freeze(['*'])

/** Istio's own default of `retryOn`; no status code is retried. */
export const DEFAULT_RETRY_ON =
  'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes'

/** The mesh's settings: the one MeshConfig document over Istio's defaults. */
export function meshConfig(view: View): MeshSettings {
  return settings(view, '')
}

/** The namespace whose policies apply to the whole mesh. */
export function rootNamespace(view: View): string {
  return rootNamespaceMemo(view, '')
}

/** The mesh's trust domain first, then its aliases: what a peer's identity may begin with. */
export function trustDomains(view: View): readonly string[] {
  return trustDomainsMemo(view, '')
}

const settings = memo((view: View, _: string): MeshSettings => {
  const [key] = view.keys('MeshConfig')
  return withDefaults((key && view.get('MeshConfig', key)?.spec) || {})
})

// Apart, so that a change of another setting does not reach who reads only these.
const rootNamespaceMemo = memo((view: View, _: string) => meshConfig(view).rootNamespace)

const trustDomainsMemo = memo((view: View, _: string): readonly string[] => {
  const { trustDomain, trustDomainAliases } = meshConfig(view)
  return [...new Set([trustDomain, ...trustDomainAliases])]
})

function withDefaults(written: MeshConfig): MeshSettings {
  return {
    ...written,
    rootNamespace: written.rootNamespace || 'istio-system',
    hostOwnership: written.hostOwnership ?? 'strict',
    trustDomain: written.trustDomain || 'cluster.local',
    trustDomainAliases: written.trustDomainAliases ?? [],
    enableAutoMtls: written.enableAutoMtls ?? true,
    connectTimeout: written.connectTimeout ?? '10s',
    dnsRefreshRate: written.dnsRefreshRate ?? '60s',
    protocolDetectionTimeout: written.protocolDetectionTimeout ?? '0s',
    accessLogFile: written.accessLogFile ?? '',
    accessLogEncoding: written.accessLogEncoding ?? 'TEXT',
    outboundTrafficPolicy: { mode: written.outboundTrafficPolicy?.mode ?? 'ALLOW_ANY' },
    inboundTrafficPolicy: { mode: written.inboundTrafficPolicy?.mode ?? 'PASSTHROUGH' },
    pathNormalization: { normalization: normalization(written) },
    defaultHttpRetryPolicy: {
      attempts: 2,
      retryOn: DEFAULT_RETRY_ON,
      ...written.defaultHttpRetryPolicy,
    },
    proxyListenPort: written.proxyListenPort || 15001,
    proxyInboundListenPort: written.proxyInboundListenPort || 15006,
    ...(written.defaultInboundHttpRetryPolicy
      ? {
          defaultInboundHttpRetryPolicy: {
            attempts: 2,
            retryOn: 'reset-before-request',
            ...written.defaultInboundHttpRetryPolicy,
          },
        }
      : {}),
    ...usableTelemetry(written),
    defaultServiceExportTo: written.defaultServiceExportTo ?? EVERY_NAMESPACE,
    defaultVirtualServiceExportTo: written.defaultVirtualServiceExportTo ?? EVERY_NAMESPACE,
    defaultDestinationRuleExportTo: written.defaultDestinationRuleExportTo ?? EVERY_NAMESPACE,
  }
}

function normalization(written: MeshConfig): PathNormalization {
  const value = written.pathNormalization?.normalization ?? 'DEFAULT'
  return value === 'DEFAULT' ? 'BASE' : value
}
