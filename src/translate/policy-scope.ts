// Which policies of a kind apply to a workload: its namespace's and the root namespace's, by selector.
import { type Document, keyOf } from '../model/document.ts'
import { memo } from '../model/memo.ts'
import type { PolicySelector, TargetRef } from '../model/schema/match.ts'
import { matchesLabels, type Workload } from '../model/selector.ts'
import type { View } from '../model/view.ts'
import { rootNamespace } from './mesh-config.ts'

export type ScopedKind =
  | 'AuthorizationPolicy'
  | 'RequestAuthentication'
  | 'WasmPlugin'
  | 'TrafficExtension'

interface Scope {
  readonly selector?: PolicySelector
  readonly targetRef?: TargetRef
  readonly targetRefs?: readonly TargetRef[]
}

/** Keys of the policies that select the workload, by lines: what decides what it gets. All scopes count together (Istio). */
export function selectedKeys(view: View, workload: Workload, kind: ScopedKind): string {
  const root = rootNamespace(view)
  const namespaces = workload.namespace === root ? [root] : [root, workload.namespace]
  return namespaces
    .flatMap((namespace) => scopesIn(view, `${kind} ${namespace}`))
    .filter(({ spec }) => !hasTargetRefs(spec))
    .filter(({ spec }) => matchesLabels(spec.selector?.matchLabels, workload.labels))
    .map(({ metadata }) => keyOf(metadata))
    .join('\n')
}

/** A policy for objects of the Gateway API, which sidecars and Istio's gateways do not have. */
export function hasTargetRefs(spec: Scope): boolean {
  return spec.targetRef !== undefined || (spec.targetRefs?.length ?? 0) > 0
}

const scopesIn = memo((view: View, query: string): readonly Document<Scope>[] => {
  const [kind, namespace] = query.split(' ') as [ScopedKind, string]
  return view.keysIn(kind, namespace).flatMap((key) => view.get(kind, key) ?? [])
})
