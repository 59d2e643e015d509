// Whether a pod gets a sidecar: what it says itself, then what its namespace says (Istio's labels).
import type { Pod } from './pod.ts'

export const INJECT = 'sidecar.istio.io/inject'
const NAMESPACE = 'istio-injection'
const REVISION = 'istio.io/rev'

export type Decision = { readonly inject: true } | { readonly inject: false; readonly why: string }

/** `revision` is that of this control plane; a pod or namespace that names another one is another's. */
export function decide(
  pod: Pod,
  namespaceLabels: Readonly<Record<string, string>>,
  revision: string,
): Decision {
  if (pod.spec.hostNetwork) return no('it uses the network of its node')
  const { labels = {}, annotations = {} } = pod.metadata ?? {}
  const own = labels[INJECT] ?? annotations[INJECT]
  if (own === 'false') return no(`it says ${INJECT}: false`)
  const asked = labels[REVISION] ?? namespaceLabels[REVISION]
  if (asked !== undefined && asked !== revision) return no(`it is of the revision ${asked}`)
  if (own === 'true' || asked === revision) return { inject: true }
  const namespace = namespaceLabels[NAMESPACE]
  if (namespace === 'enabled') return { inject: true }
  return no(
    namespace === 'disabled'
      ? `its namespace says ${NAMESPACE}: disabled`
      : 'neither it nor its namespace asks for a sidecar',
  )
}

function no(why: string): Decision {
  return { inject: false, why }
}
