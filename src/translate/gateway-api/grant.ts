// ReferenceGrants: whether something may be named from another namespace.

import { GATEWAY_API } from '../../model/gateway-api.ts'
import { memo } from '../../model/memo.ts'
import type { View } from '../../model/view.ts'

export interface Reference {
  /** Of the Gateway API, as the user writes it. */
  readonly fromKind: string
  readonly fromNamespace: string
  readonly group: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** Within one namespace everything may be named. */
export function mayRefer(view: View, reference: Reference): boolean {
  if (reference.fromNamespace === reference.namespace) return true
  const { fromKind, fromNamespace, group, kind, namespace, name } = reference
  return granted(view, JSON.stringify([fromKind, fromNamespace, group, kind, namespace, name]))
}

const granted = memo((view: View, json: string): boolean => {
  const [fromKind, fromNamespace, group, kind, namespace, name] = JSON.parse(json) as string[]
  return view.keysIn('ReferenceGrant', namespace!).some((key) => {
    const { from, to } = view.get('ReferenceGrant', key)!.spec
    return (
      from.some(
        (one) =>
          one.group === GATEWAY_API && one.kind === fromKind && one.namespace === fromNamespace,
      ) && to.some((one) => one.group === group && one.kind === kind && (one.name || name) === name)
    )
  })
})
