// Whether a pod takes the sidecar that it is offered. Which namespaces and pods are offered one, the registration says (`src/install/webhooks.ts`).
import type { Pod } from './pod.ts'

const INJECT = 'sidecar.istio.io/inject'
const REVISION = 'istio.io/rev'

/**
 * By the pod alone: labels of its namespace may be newer at the API server, which has looked at them. `revision` is that of this
 * control plane; a pod that names another one is another's.
 */
export function takesSidecar({ spec, metadata = {} }: Pod, revision: string): boolean {
  const { labels = {}, annotations = {} } = metadata
  // It would capture the network of its node.
  if (spec.hostNetwork) return false
  if ((labels[INJECT] ?? annotations[INJECT]) === 'false') return false
  return (labels[REVISION] ?? revision) === revision
}
