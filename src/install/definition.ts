// Custom resource definitions of the kinds that Lotse reads, made from the shapes that it checks objects against.
import { CUSTOM_KINDS, groupOf, pluralOf } from '../model/custom-kind.ts'
import type { Kind } from '../model/document.ts'
import { SCHEMAS } from '../model/schema/index.ts'
import type { Schema } from '../model/shape.ts'

interface Shown {
  readonly short?: readonly string[]
  /** Columns of `kubectl get`: title and path below the object. */
  readonly columns?: readonly (readonly [string, string])[]
}

const HOSTS = ['Hosts', '.spec.hosts'] as const

const SHOWN: Partial<Record<Kind, Shown>> = {
  VirtualService: { short: ['vs'], columns: [['Gateways', '.spec.gateways'], HOSTS] },
  DestinationRule: { short: ['dr'], columns: [['Host', '.spec.host']] },
  Gateway: { short: ['gw'], columns: [['Selector', '.spec.selector']] },
  ServiceEntry: { short: ['se'], columns: [HOSTS, ['Resolution', '.spec.resolution']] },
  WorkloadEntry: { short: ['we'], columns: [['Address', '.spec.address']] },
  WorkloadGroup: { short: ['wg'] },
  PeerAuthentication: { short: ['pa'], columns: [['Mode', '.spec.mtls.mode']] },
  RequestAuthentication: { short: ['ra'] },
  AuthorizationPolicy: { short: ['ap'], columns: [['Action', '.spec.action']] },
}

/** One `CustomResourceDefinition` a kind; the first version of a kind is the one that is stored. */
export function definitions(): readonly object[] {
  return CUSTOM_KINDS.map(definition)
}

function definition(kind: Kind): object {
  const { short = [], columns = [] } = SHOWN[kind] ?? {}
  const group = groupOf(kind)
  const plural = pluralOf(kind)
  const versions: readonly string[] = SCHEMAS[kind].apiVersions
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      labels: { 'app.kubernetes.io/part-of': 'lotse' },
    },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: short,
        categories: ['lotse', 'istio-io'],
      },
      versions: versions.map((version, index) => ({
        name: version.split('/')[1],
        served: true,
        storage: index === 0,
        subresources: { status: {} },
        additionalPrinterColumns: printed(columns),
        schema: { openAPIV3Schema: objectSchema(SCHEMAS[kind].shape.schema) },
      })),
    },
  }
}

function printed(columns: readonly (readonly [string, string])[]): object[] {
  const accepted = '.status.conditions[?(@.type=="Accepted")].status'
  return [
    ...columns.map(([name, jsonPath]) => ({ name, type: 'string', jsonPath })),
    { name: 'Accepted', type: 'string', jsonPath: accepted },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ]
}

function objectSchema(spec: Schema): object {
  return {
    type: 'object',
    properties: {
      spec: structural(spec),
      status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  }
}

/**
 * A shape as a structural schema: without what only Lotse's own check says (durations, alternatives), which the admission
 * webhook and the status tell.
 */
function structural(schema: Schema): object {
  if (Array.isArray(schema.type)) return { 'x-kubernetes-int-or-string': true }
  const { type, properties, required, items, additionalProperties } = schema
  if (type === undefined) return { 'x-kubernetes-preserve-unknown-fields': true }
  if (type === 'object' && !properties && !additionalProperties) {
    return { type, 'x-kubernetes-preserve-unknown-fields': true }
  }
  const { enum: values, pattern, minimum, maximum, minItems, minLength, maxLength } = schema
  const limits = { enum: values, pattern, minimum, maximum, minItems, minLength, maxLength }
  return {
    type,
    ...Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined)),
    ...(required ? { required } : {}),
    ...(items ? { items: structural(items) } : {}),
    ...(additionalProperties ? { additionalProperties: structural(additionalProperties) } : {}),
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, property]) => [name, structural(property)]),
          ),
        }
      : {}),
  }
}
