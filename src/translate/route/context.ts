// What translating a VirtualService's HTTP rules needs to know of the proxy, the listener and the mesh.
import type { Any, RouteAction_HashPolicy } from '../../../proto/envoy.d.ts'
import type { Document } from '../../model/document.ts'
import type { Rules } from '../../model/rule.ts'
import type { Destination, HttpRetry } from '../../model/schema/virtual-service.ts'

export interface RouteContext {
  /** Of a VirtualService, or of all routes of the Gateway API for one host. */
  readonly virtualService: Document<Rules>
  /** Port of the listener: the service's port, or that of the gateway's server. */
  readonly port: number
  /** Names under which this proxy may take the rule: `['mesh']` or `['namespace/gateway', …]`. */
  readonly gateways: readonly string[]
  /** A label of the client's proxy; recorded as read, so asked for only where a match needs it. */
  readonly clientLabel: (name: string) => string | undefined
  readonly clientNamespace: () => string | undefined
  /** Name of the cluster of a destination: short names, default port and subset resolved. */
  readonly cluster: (destination: Destination) => string
  /** Hash policies that the destination's DestinationRule asks for. */
  readonly hashPolicy: (destination: Destination) => readonly RouteAction_HashPolicy[]
  /** Configuration of filters that the destination needs. */
  readonly filters: (destination: Destination) => Readonly<Record<string, Any>>
  /** MeshConfig.defaultHttpRetryPolicy, if the mesh has one. */
  readonly defaultRetries?: HttpRetry | undefined
  /** A rewritten host is still told, in `x-forwarded-host`. */
  readonly forwardsHost?: boolean
  readonly isGateway: boolean
  /** The client is a library that knows no prefixes of whole elements. */
  readonly isGrpc?: boolean
  /** The listener terminates TLS: requests have the scheme https. */
  readonly isTls?: boolean
}
