// Kinds of the Kubernetes Gateway API: classes, gateways, permissions between namespaces; its routes have a file of their own.
import {
  enumOf,
  type Infer,
  integer,
  later,
  list,
  map,
  object,
  required,
  string,
  struct,
  text,
  unused,
} from '../shape.ts'
import { labelSelector, labels } from './match.ts'

export const gatewayClass = object({
  controllerName: required(text({ min: 1, max: 253 })),
  description: string,
  parametersRef: unused(struct, 'Lotse has no parameters of classes: MeshConfig has its settings'),
})

/** A name of an object, with the defaults of the place where it stands. */
export const objectReference = object({
  group: string,
  kind: string,
  name: required(text({ min: 1, max: 253 })),
  namespace: string,
})

export const portNumber = integer({ min: 1, max: 65535 })

const listenerTls = object({
  mode: enumOf('Terminate', 'Passthrough'),
  certificateRefs: list(objectReference),
  options: unused(map(string), 'Lotse has no options of its own here'),
})

const allowedRoutes = object({
  namespaces: object({ from: enumOf('All', 'Selector', 'Same', 'None'), selector: labelSelector }),
  kinds: list(object({ group: string, kind: required(string) })),
})

const listener = object({
  name: required(text({ min: 1, max: 253 })),
  hostname: text({ min: 1, max: 253 }),
  port: required(portNumber),
  protocol: required(text({ min: 1, max: 255 })),
  tls: listenerTls,
  allowedRoutes,
})

export const kubernetesGateway = object({
  gatewayClassName: required(text({ min: 1, max: 253 })),
  listeners: required(list(listener, 1)),
  addresses: list(object({ type: string, value: string })),
  infrastructure: unused(
    object({ labels, annotations: map(string), parametersRef: struct }),
    'Lotse does not create the proxies of a Gateway: give the workload its label',
  ),
  allowedListeners: later(struct),
  tls: later(struct),
})

export const referenceGrant = object({
  from: required(
    list(
      object({ group: required(string), kind: required(string), namespace: required(string) }),
      1,
    ),
  ),
  to: required(list(object({ group: required(string), kind: required(string), name: string }), 1)),
})

export type GatewayClass = Infer<typeof gatewayClass>
export type KubernetesGateway = Infer<typeof kubernetesGateway>
export type Listener = Infer<typeof listener>
export type ReferenceGrant = Infer<typeof referenceGrant>
export type ObjectReference = Infer<typeof objectReference>
