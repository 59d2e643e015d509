// What is watched of a cluster, and where the API server has it.
import { CUSTOM_KINDS, GATEWAY_API_KINDS, pluralOf } from '../../model/custom-kind.ts'
import type { Kind } from '../../model/document.ts'
import { SCHEMAS } from '../../model/schema/index.ts'
import { SHARED_TYPE } from './shared-secrets.ts'

export interface Watched {
  /** As Lotse reads it; pods and nodes are put together to workload entries. */
  readonly kind: Kind | 'Pod' | 'Node' | 'Ingress'
  readonly paths: readonly string[]
  readonly query?: string
}

/** Secrets of Helm and of service accounts are many and large, and never a gateway's; nor are those that replicas share. */
const SECRETS = `type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token,type!=${SHARED_TYPE}`

/** `meshConfig` is the `NAMESPACE/NAME` of the ConfigMap that holds the mesh configuration. */
export function watchedKinds(meshConfig: string): readonly Watched[] {
  const [namespace = '', name = ''] = meshConfig.split('/')
  return [
    { kind: 'Namespace', paths: ['/api/v1/namespaces'] },
    { kind: 'Node', paths: ['/api/v1/nodes'] },
    {
      kind: 'Pod',
      paths: ['/api/v1/pods'],
      query: selector('status.phase!=Failed,status.phase!=Succeeded'),
    },
    { kind: 'Service', paths: ['/api/v1/services'] },
    { kind: 'EndpointSlice', paths: ['/apis/discovery.k8s.io/v1/endpointslices'] },
    { kind: 'Ingress', paths: ['/apis/networking.k8s.io/v1/ingresses'] },
    { kind: 'Secret', paths: ['/api/v1/secrets'], query: selector(SECRETS) },
    {
      kind: 'ConfigMap',
      paths: [`/api/v1/namespaces/${namespace}/configmaps`],
      query: selector(`metadata.name=${name}`),
    },
    ...[...CUSTOM_KINDS, ...GATEWAY_API_KINDS].map((kind) => ({
      kind,
      paths: SCHEMAS[kind].apiVersions.map((version) => `/apis/${version}/${pluralOf(kind)}`),
    })),
  ]
}

function selector(fields: string): string {
  return `fieldSelector=${encodeURIComponent(fields)}`
}
