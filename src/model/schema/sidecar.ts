// Sidecar: what a workload's proxy listens on and what it may reach.
import { enumOf, type Infer, list, object, port, required, string, unused } from '../shape.ts'
import { connectionPoolSettings } from './destination-rule.ts'
import { serverTlsSettings } from './gateway.ts'
import { workloadSelector } from './match.ts'
import { destination } from './virtual-service.ts'

const sidecarPort = object({
  number: required(port),
  protocol: string,
  name: string,
  targetPort: unused(port, 'the application is where defaultEndpoint says'),
})

const captureMode = enumOf('DEFAULT', 'IPTABLES', 'NONE')

const ingressListener = object({
  port: required(sidecarPort),
  bind: string,
  captureMode,
  defaultEndpoint: string,
  tls: serverTlsSettings,
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
  egressProxy: destination,
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
