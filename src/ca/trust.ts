// The trust bundle as data for the mesh: whose certificates are believed.
import type { Root } from './root.ts'

export interface TrustBundle {
  readonly trustDomain: string
  /** PEM, one certificate an entry. More than one while a root is being replaced. */
  readonly rootsPem: readonly string[]
}

export function trustBundleOf(root: Root): TrustBundle {
  return Object.freeze({
    trustDomain: root.trustDomain,
    rootsPem: Object.freeze([root.certificatePem]),
  })
}
