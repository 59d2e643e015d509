// Sidecar: what a workload's proxy listens on and what it may reach.
import { enumOf, type Infer, later, list, object, port, required, string } from '../shape.ts'
import { connectionPoolSettings } from './destination-rule.ts'
import { serverTlsSettings } from './gateway.ts'
import { workloadSelector } from './match.ts'
import { destination } from './virtual-service.ts'

const sidecarPort = object({
  number: required(port),
  protocol: string,
  name: string,
  targetPort: port,
})

const captureMode = enumOf('DEFAULT', 'IPTABLES', 'NONE')

const ingressListener = object({
  port: required(sidecarPort),
  bind: string,
  captureMode,
  defaultEndpoint: string,
  tls: later(serverTlsSettings),
  connectionPool: connectionPoolSettings,
})

const egressListener = object({
  port: sidecarPort,
  bind: string,
  captureMode,
  hosts: required(list(string, 1)),
})

export const outboundTrafficPolicy = object({
  mode: enumOf('REGISTRY_ONLY', 'ALLOW_ANY'),
  egressProxy: later(destination),
})

export const sidecar = object({
  workloadSelector,
  ingress: list(ingressListener),
  egress: list(egressListener),
  inboundConnectionPool: connectionPoolSettings,
  outboundTrafficPolicy,
})

export type Sidecar = Infer<typeof sidecar>
export type SidecarPort = Infer<typeof sidecarPort>
export type IngressListener = Infer<typeof ingressListener>
export type EgressListener = Infer<typeof egressListener>
export type OutboundTrafficPolicy = Infer<typeof outboundTrafficPolicy>
