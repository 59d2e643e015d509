// What Lotse may do in a cluster: read what it serves from, write status, ask whose a token is, and keep what replicas share.
import { ROOT_CONFIG_MAP } from '../admission/inject.ts'
import { CUSTOM_KINDS, GATEWAY_API_KINDS, groupOf, pluralOf } from '../model/custom-kind.ts'

export interface Place {
  /** Namespace of Lotse itself: the mesh's root namespace. */
  readonly namespace: string
}

/** Name of the service account, the roles and most other objects. */
export const NAME = 'lotse'

export const PART_OF = { 'app.kubernetes.io/part-of': 'lotse' } as const

const READ = ['get', 'list', 'watch'] as const

/** The service account with its roles; what it may write besides status stands in its own namespace. */
export function roles({ namespace }: Place): readonly object[] {
  const account = { kind: 'ServiceAccount', name: NAME, namespace }
  const metadata = { name: NAME, labels: PART_OF }
  const group = 'rbac.authorization.k8s.io'
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...metadata, namespace } },
    {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRole',
      metadata,
      rules: clusterRules(namespace),
    },
    {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: group, kind: 'ClusterRole', name: NAME },
      subjects: [account],
    },
    {
      apiVersion: `${group}/v1`,
      kind: 'Role',
      metadata: { ...metadata, namespace },
      rules: ownRules(),
    },
    {
      apiVersion: `${group}/v1`,
      kind: 'RoleBinding',
      metadata: { ...metadata, namespace },
      roleRef: { apiGroup: group, kind: 'Role', name: NAME },
      subjects: [account],
    },
  ]
}

function clusterRules(namespace: string): object[] {
  const groups = new Map<string, string[]>()
  for (const kind of CUSTOM_KINDS) {
    groups.set(groupOf(kind), [...(groups.get(groupOf(kind)) ?? []), pluralOf(kind)])
  }
  const custom = [...groups].flatMap(([group, plurals]) => [
    { apiGroups: [group], resources: plurals, verbs: READ },
    {
      apiGroups: [group],
      resources: plurals.map((plural) => `${plural}/status`),
      verbs: ['patch'],
    },
  ])
  return [
    {
      apiGroups: [''],
      resources: ['namespaces', 'nodes', 'pods', 'services', 'secrets'],
      verbs: READ,
    },
    { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: READ },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
    ...custom,
    ...gatewayApi(),
    { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
    // The mesh's roots for the pods of every namespace; to create one cannot be limited to a name.
    { apiGroups: [''], resources: ['configmaps'], verbs: ['create'] },
    {
      apiGroups: [''],
      resources: ['configmaps'],
      resourceNames: [ROOT_CONFIG_MAP],
      verbs: ['patch'],
    },
    {
      apiGroups: ['admissionregistration.k8s.io'],
      resources: ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
      resourceNames: [`${NAME}-${namespace}`],
      verbs: ['get', 'patch'],
    },
  ]
}

/** Its definitions are the user's own; their version is told in the status of classes. */
function gatewayApi(): object[] {
  const group = 'gateway.networking.k8s.io'
  const plurals = GATEWAY_API_KINDS.map(pluralOf)
  const statuses = plurals.filter((plural) => plural !== 'referencegrants')
  return [
    { apiGroups: [group], resources: plurals, verbs: READ },
    {
      apiGroups: [group],
      resources: statuses.map((plural) => `${plural}/status`),
      verbs: ['patch'],
    },
    {
      apiGroups: ['apiextensions.k8s.io'],
      resources: ['customresourcedefinitions'],
      resourceNames: [`gatewayclasses.${group}`],
      verbs: ['get'],
    },
  ]
}

/** Mesh configuration, what replicas share, and the lock of their leader. */
function ownRules(): object[] {
  return [
    { apiGroups: [''], resources: ['configmaps'], verbs: READ },
    {
      apiGroups: [''],
      resources: ['secrets'],
      verbs: ['create', 'update', 'patch'],
    },
    {
      apiGroups: ['coordination.k8s.io'],
      resources: ['leases'],
      verbs: ['get', 'create', 'update'],
    },
  ]
}
