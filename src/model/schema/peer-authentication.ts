// PeerAuthentication: whether a workload accepts mutual TLS, plain text or both.
import { enumOf, type Infer, map, object } from '../shape.ts'
import { policySelector } from './match.ts'

export const mutualTls = object({ mode: enumOf('UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT') })

export const peerAuthentication = object({
  selector: policySelector,
  mtls: mutualTls,
  /** By the workload's (target) port. */
  portLevelMtls: map(mutualTls),
})

export type PeerAuthentication = Infer<typeof peerAuthentication>
export type MutualTls = Infer<typeof mutualTls>
