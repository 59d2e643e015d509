// Small pieces of Envoy's JSON that every kind of resource needs.
import type { Any, Cluster, ConfigSource, Messages } from '../../proto/envoy.d.ts'
import type { Document } from '../model/document.ts'
import { type Resource, type ResourceType, TYPE_PREFIX } from '../model/resource.ts'

/** Fields of a cluster; which of a oneof is set is left to the encoder's check, the union would be too large for the compiler. */
export type ClusterFields = Partial<Pick<Cluster, keyof Cluster>>

/** HTTP options of a cluster's connections. */
export type UpstreamHttpOptions = Messages['envoy.extensions.upstreams.http.v3.HttpProtocolOptions']
export type UpstreamHttpFields = Partial<Pick<UpstreamHttpOptions, keyof UpstreamHttpOptions>>

/** A message as an Any, checked against its type. */
export function typed<N extends keyof Messages & string>(name: N, message: Messages[N]): Any {
  return { '@type': `${TYPE_PREFIX}${name}`, ...(message as object) }
}

/** Resources come over the one aggregated stream. */
export const FROM_ADS: ConfigSource = Object.freeze({ ads: {}, resource_api_version: 'V3' })

export function resource(type: ResourceType, name: string, body: object): Resource {
  return Object.freeze({ type, name, body })
}

const PLURALS: Readonly<Record<string, string>> = {
  VirtualService: 'networking.istio.io/v1/namespaces/NS/virtual-service',
  DestinationRule: 'networking.istio.io/v1/namespaces/NS/destination-rule',
}

/** Names the object behind a resource in Envoy's metadata: stable identity only, never lines (Istio's form). */
export function configMetadata(document: Document): {
  filter_metadata: { istio: { config: string } }
} {
  const { kind, metadata } = document
  const path = PLURALS[kind] ?? `${document.apiVersion}/namespaces/NS/${kind.toLowerCase()}`
  return {
    filter_metadata: {
      istio: { config: `/apis/${path.replace('NS', metadata.namespace)}/${metadata.name}` },
    },
  }
}
