// The Gateway API's own words: names, and what the status of its objects says.
import type { ParentReference } from './schema/http-route.ts'

export const GATEWAY_API = 'gateway.networking.k8s.io'

/** Of the GatewayClasses that are Lotse's. */
export const CONTROLLER = 'lotse.dev/gateway-controller'

/** On the workloads of a Gateway's namespace that serve it. */
export const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name'

export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

export interface ListenerStatus {
  readonly name: string
  readonly attachedRoutes: number
  readonly supportedKinds: readonly { readonly group: string; readonly kind: string }[]
  readonly conditions: readonly Condition[]
}

export interface ParentStatus {
  readonly parentRef: ParentReference
  readonly controllerName: string
  readonly conditions: readonly Condition[]
}

/** Fields of one kind's status; those of others are absent. */
export interface Status {
  readonly conditions?: readonly Condition[]
  readonly supportedFeatures?: readonly { readonly name: string }[]
  readonly addresses?: readonly { readonly type: string; readonly value: string }[]
  readonly listeners?: readonly ListenerStatus[]
  readonly parents?: readonly ParentStatus[]
}
