// How a proxy is to have its configuration: what an object says, for those that can take more than whole route configurations.
import { byAge, type Document } from '../../model/document.ts'
import { memo } from '../../model/memo.ts'
import { DELIVERY_MODES, type DeliveryMode } from '../../model/node.ts'
import type { PolicySelector } from '../../model/schema/match.ts'
import type { View } from '../../model/view.ts'
import { rootNamespace } from '../mesh-config.ts'
import { selects, sidecarOf } from '../scope.ts'

/** Annotation of MeshConfig, ProxyConfig and Sidecar: one of `DELIVERY_MODES`. */
export const DELIVERY = 'lotse/delivery'

/**
 * The Sidecar's word, else that of the ProxyConfig that selects the proxy, of its namespace's, of the root namespace's, of
 * MeshConfig. A gateway has them whole: strangers could make it ask for any number of hosts.
 */
export const deliveryMode = memo((view: View, _: ''): DeliveryMode => {
  const preset = view.facet('delivery') as DeliveryMode | undefined
  if (!preset || view.facet('type') !== 'sidecar') return 'whole'
  return wordOf(sidecarOf(view, '')) ?? ofProxyConfig(view) ?? ofMesh(view) ?? preset
})

function wordOf(document: Document | undefined): DeliveryMode | undefined {
  const word = document?.metadata.annotations[DELIVERY]
  return DELIVERY_MODES.find((mode) => mode === word)
}

function ofMesh(view: View): DeliveryMode | undefined {
  const [key] = view.keys('MeshConfig')
  return key === undefined ? undefined : wordOf(view.get('MeshConfig', key))
}

function ofProxyConfig(view: View): DeliveryMode | undefined {
  const own = proxyConfigs(view, view.facet('namespace')!)
  const picks = ({ spec }: Document<Selected>) => selects(view, spec.selector?.matchLabels)
  const isDefault = ({ spec }: Document<Selected>) =>
    Object.keys(spec.selector?.matchLabels ?? {}).length === 0
  const root = proxyConfigs(view, rootNamespace(view))
  return (
    firstWord(own.filter(picks)) ??
    firstWord(own.filter(isDefault)) ??
    firstWord(root.filter(isDefault))
  )
}

interface Selected {
  readonly selector?: PolicySelector
}

const proxyConfigs = memo((view: View, namespace: string): readonly Document<Selected>[] =>
  view
    .keysIn('ProxyConfig', namespace)
    .flatMap((key) => view.get('ProxyConfig', key) ?? [])
    .sort(byAge),
)

function firstWord(documents: readonly Document[]): DeliveryMode | undefined {
  for (const document of documents) {
    const word = wordOf(document)
    if (word) return word
  }
  return undefined
}
