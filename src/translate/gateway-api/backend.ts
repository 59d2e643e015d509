// What a backendRef leads to: a service's port, or why to none.
import { DOMAIN_SUFFIX } from '../../model/host.ts'
import type { BackendReference } from '../../model/schema/http-route.ts'
import type { Destination } from '../../model/schema/virtual-service.ts'
import { servicesDeclaredIn } from '../../model/service.ts'
import type { View } from '../../model/view.ts'
import { mayRefer } from './grant.ts'

/** As the conditions of a route have it. */
export interface BackendProblem {
  readonly reason: 'InvalidKind' | 'RefNotPermitted' | 'BackendNotFound' | 'UnsupportedValue'
  readonly text: string
}

export type Backend = { readonly destination: Destination } | { readonly problem: BackendProblem }

export function backendOf(
  view: View,
  reference: BackendReference,
  from: { readonly kind: string; readonly namespace: string },
): Backend {
  const { group = '', kind = 'Service', name, port } = reference
  const namespace = reference.namespace || from.namespace
  if (group !== '' || kind !== 'Service') {
    const text = `a backend of the kind ${[kind, group].filter(Boolean).join('.')} is not one that Lotse knows: name a Service`
    return { problem: { reason: 'InvalidKind', text } }
  }
  const target = { group, kind, namespace, name }
  if (!mayRefer(view, { fromKind: from.kind, fromNamespace: from.namespace, ...target })) {
    const text = `no ReferenceGrant in ${namespace} lets an ${from.kind} of ${from.namespace} name the Service ${name}`
    return { problem: { reason: 'RefNotPermitted', text } }
  }
  const host = `${name}.${namespace}.svc.${DOMAIN_SUFFIX}`
  const service = servicesDeclaredIn(view, namespace).find((one) => one.hostname === host)
  if (!service) {
    const text = `there is no Service ${namespace}/${name}`
    return { problem: { reason: 'BackendNotFound', text } }
  }
  if (port === undefined) {
    const text = `a Service needs a port: add that of ${namespace}/${name}`
    return { problem: { reason: 'BackendNotFound', text } }
  }
  if (!service.ports.some(({ number }) => number === port)) {
    const known = service.ports.map(({ number }) => number).join(', ')
    const text = `the Service ${namespace}/${name} has no port ${port}, only ${known || 'none'}`
    return { problem: { reason: 'BackendNotFound', text } }
  }
  return { destination: { host, port: { number: port } } }
}
