// MeshConfig's `discoverySelectors`: objects of namespaces that none of them picks do not belong to the mesh.
import type { Document } from '../model/document.ts'
import { type DocumentOf, isKind } from '../model/schema/index.ts'
import type { MeshConfig } from '../model/schema/mesh-config.ts'

type LabelSelector = NonNullable<MeshConfig['discoverySelectors']>[number]
type Labels = Readonly<Record<string, string>>

/** Objects without a namespace stay, and those of the root namespace, which speak for the whole mesh. */
export function discovered(documents: readonly Document[]): readonly Document[] {
  const mesh = documents.find(
    (document): document is DocumentOf<'MeshConfig'> => document.kind === 'MeshConfig',
  )
  const selectors = mesh?.spec.discoverySelectors ?? []
  if (selectors.length === 0) return documents
  const root = mesh?.spec.rootNamespace || 'istio-system'
  const labels = new Map<string, Labels>()
  for (const document of documents) {
    if (isKind(document, 'Namespace')) {
      labels.set(document.metadata.name, document.metadata.labels)
    }
  }
  const verdicts = new Map<string, boolean>([
    ['', true],
    [root, true],
  ])
  return documents.filter(({ metadata: { namespace } }) => {
    const known = verdicts.get(namespace)
    if (known !== undefined) return known
    // Kubernetes puts this label on every namespace.
    const own = { 'kubernetes.io/metadata.name': namespace, ...labels.get(namespace) }
    const verdict = selectors.some((selector) => picks(selector, own))
    verdicts.set(namespace, verdict)
    return verdict
  })
}

/** Whether all requirements hold (Kubernetes); a selector without any picks everything. */
export function picks({ matchLabels, matchExpressions }: LabelSelector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels ?? {}).every(([name, value]) => labels[name] === value) &&
    (matchExpressions ?? []).every((requirement) => holds(requirement, labels))
  )
}

type Requirement = NonNullable<LabelSelector['matchExpressions']>[number]

function holds({ key, operator, values = [] }: Requirement, labels: Labels): boolean {
  const value = labels[key]
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    default:
      return value === undefined
  }
}
