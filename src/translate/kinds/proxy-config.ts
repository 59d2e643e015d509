// ProxyConfig: a workload's own, else its namespace's, else the root namespace's, field by field over MeshConfig's `defaultConfig` (Istio).
import { byAge, type Document } from '../../model/document.ts'
import { milliseconds } from '../../model/duration.ts'
import { memo } from '../../model/memo.ts'
import type { ProxySettings } from '../../model/proxy-settings.ts'
import type { ClientTlsSettings } from '../../model/schema/destination-rule.ts'
import type { DefaultConfig } from '../../model/schema/mesh-config.ts'
import type { ProxyConfig } from '../../model/schema/proxy-config.ts'
import type { View } from '../../model/view.ts'
import { probes } from '../cluster/policy.ts'
import { fileTls } from '../cluster/tls.ts'
import { meshConfig } from '../mesh-config.ts'
import { selects } from '../scope.ts'
import { defaultTlsParameters } from '../tls-parameters.ts'

export const proxySettings = memo((view: View, _: ''): ProxySettings => {
  const { defaultConfig } = meshConfig(view)
  const levels = configsFor(view).map(({ spec }) => spec)
  const concurrency = levels.find((spec) => spec.concurrency !== undefined)?.concurrency
  const environment = Object.assign(
    {},
    defaultConfig.proxyMetadata,
    ...levels.map((spec) => spec.environmentVariables).reverse(),
  )
  return {
    ...given('concurrency', concurrency ?? defaultConfig.concurrency),
    ...(Object.keys(environment).length > 0 ? { environment } : {}),
    ...given('drainSeconds', seconds(defaultConfig.drainDuration)),
    ...given('terminationDrainSeconds', seconds(defaultConfig.terminationDrainDuration)),
    ...given('runtime', defaultConfig.runtimeValues),
    ...given('adminPort', defaultConfig.proxyAdminPort || undefined),
    ...given('fileFlushMilliseconds', wholeMilliseconds(defaultConfig.fileFlushInterval)),
    ...given('fileFlushKilobytes', defaultConfig.fileFlushMinSizeKb || undefined),
    ...given('statTags', defaultConfig.extraStatTags),
    ...given('meshId', defaultConfig.meshId || undefined),
    ...given('locality', view.facet('locality') || undefined),
    ...given('selfDiscovery', environment[SELF_DISCOVERY] === 'true' || undefined),
    ...metricsService(view, defaultConfig.envoyMetricsService),
  }
})

/** Whether any proxy of the mesh is told of the others of its application. */
export const someLookForThemselves = memo((view: View, _: ''): boolean => {
  const configs = view.keys('ProxyConfig').map((key) => view.get('ProxyConfig', key)!.spec)
  const everywhere = meshConfig(view).defaultConfig.proxyMetadata
  return [everywhere, ...configs.map((spec) => spec.environmentVariables)].some(
    (variables) => variables?.[SELF_DISCOVERY] === 'true',
  )
})

/** Istio's name of it. */
const SELF_DISCOVERY = 'ISTIO_META_ENABLE_SELF_DISCOVERY'

function metricsService(
  view: View,
  service: DefaultConfig['envoyMetricsService'],
): Partial<ProxySettings> {
  const { address, tcpKeepalive, tlsSettings } = service ?? {}
  if (!address) return {}
  return {
    metricsService: address,
    ...given('metricsKeepalive', tcpKeepalive && probes(tcpKeepalive)),
    ...given('metricsTls', tlsSettings && metricsTls(view, tlsSettings)),
  }
}

function metricsTls(view: View, tls: ClientTlsSettings): ProxySettings['metricsTls'] {
  const { mode, sni, subjectAltNames } = tls
  if (mode === 'ISTIO_MUTUAL') {
    return { mutual: { ...(sni && { sni }), ...(subjectAltNames && { subjectAltNames }) } }
  }
  const socket = fileTls(tls, defaultTlsParameters(view))
  return socket && { socket: { ...socket } }
}

function given<K extends keyof ProxySettings>(field: K, value: ProxySettings[K] | undefined) {
  return value === undefined ? {} : { [field]: value }
}

/** Envoy takes whole ones. */
function seconds(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : Math.max(1, Math.round(milliseconds(duration) / 1000))
}

function wholeMilliseconds(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : Math.max(1, Math.round(milliseconds(duration)))
}

/** The most specific first; the oldest of each level. */
function configsFor(view: View): Document<ProxyConfig>[] {
  const root = meshConfig(view).rootNamespace
  const own = view.facet('namespace') ?? ''
  const isWhole = ({ spec }: Document<ProxyConfig>) =>
    Object.keys(spec.selector?.matchLabels ?? {}).length === 0
  const inRoot = configsIn(view, root).find(isWhole)
  if (own === root) return inRoot ? [inRoot] : []
  const here = configsIn(view, own)
  const selected = here.find(({ spec }) => selects(view, spec.selector?.matchLabels))
  return [selected, here.find(isWhole), inRoot].filter((document) => document !== undefined)
}

function configsIn(view: View, namespace: string): Document<ProxyConfig>[] {
  return view
    .keysIn('ProxyConfig', namespace)
    .map((key) => view.get('ProxyConfig', key)!)
    .sort(byAge)
}
