// Pods as workloads: a pod and the node it runs on are what a WorkloadEntry says of a machine.
import { POD } from '../../model/workload.ts'
import type { KubernetesObject } from './reflector.ts'

interface Pod extends KubernetesObject {
  readonly spec?: {
    readonly serviceAccountName?: string
    readonly nodeName?: string
    readonly containers?: readonly {
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[]
    }[]
  }
  readonly status?: {
    readonly phase?: string
    readonly podIP?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
  }
}

const REGION = 'topology.kubernetes.io/region'
const ZONE = 'topology.kubernetes.io/zone'
const SUBZONE = 'topology.istio.io/subzone'
const NETWORK = 'topology.istio.io/network'
/** Istio's label for a pod that is elsewhere than its node; dots stand for slashes. */
const LOCALITY = 'istio-locality'

/** The pod as a WorkloadEntry of its name; undefined while it has no address, or has run to its end. */
export function workloadOf(object: KubernetesObject, node?: KubernetesObject): object | undefined {
  const { metadata, spec = {}, status = {} } = object as Pod
  if (!status.podIP || status.phase === 'Succeeded' || status.phase === 'Failed') return undefined
  const labels = metadata.labels ?? {}
  const ready = status.conditions?.some(
    (condition) => condition.type === 'Ready' && condition.status === 'True',
  )
  const ports = (spec.containers ?? []).flatMap((container) => container.ports ?? [])
  const network = labels[NETWORK]
  const locality = labels[LOCALITY]?.replaceAll('.', '/') ?? localityOf(node)
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'WorkloadEntry',
    metadata: {
      name: metadata.name,
      namespace: metadata.namespace,
      labels,
      annotations: { [POD]: ready ? 'ready' : 'not ready' },
    },
    spec: {
      address: status.podIP,
      serviceAccount: spec.serviceAccountName ?? 'default',
      ports: Object.fromEntries(
        ports.flatMap(({ name, containerPort }) => (name ? [[name, containerPort]] : [])),
      ),
      ...(network ? { network } : {}),
      ...(locality ? { locality } : {}),
    },
  }
}

function localityOf(node: KubernetesObject | undefined): string {
  const labels = node?.metadata.labels ?? {}
  const parts = [labels[REGION], labels[ZONE], labels[SUBZONE]]
  while (parts.length > 0 && !parts.at(-1)) parts.pop()
  return parts.map((part) => part ?? '').join('/')
}

export function nodeNameOf(pod: KubernetesObject): string {
  return (pod as Pod).spec?.nodeName ?? ''
}
