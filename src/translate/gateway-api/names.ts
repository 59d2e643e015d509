// Names that the Gateway API gives, and Lotse's own among them.

export const GATEWAY_API = 'gateway.networking.k8s.io'

/** Of the GatewayClasses that are Lotse's. */
export const CONTROLLER = 'lotse.dev/gateway-controller'

/** On the workloads of a Gateway's namespace that serve it. */
export const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name'
