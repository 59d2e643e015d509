// Authorities that a MeshConfig adds to the mesh's own: whose certificates are believed as well.
import { memo } from '../model/memo.ts'
import type { MeshConfig } from '../model/schema/mesh-config.ts'
import type { View } from '../model/view.ts'
import { meshConfig, trustDomains } from './mesh-config.ts'

type Added = NonNullable<MeshConfig['caCertificates']>[number]

/** PEM, in the order in which they are written. */
export const addedAuthorities = memo((view: View, _: string): readonly string[] => {
  const { caCertificates = [], defaultConfig } = meshConfig(view)
  const domains = trustDomains(view)
  const listed = caCertificates.flatMap((one) =>
    one.pem && isForAll(one, domains) ? [one.pem] : [],
  )
  return [...new Set([...listed, ...(defaultConfig.caCertificatesPem ?? [])])]
})

/** An authority may certify any name, so one that is for some of the domains only is believed for none (Envoy has one list). */
export function isForAll({ trustDomains = [] }: Added, domains: readonly string[]): boolean {
  return trustDomains.length === 0 || domains.every((domain) => trustDomains.includes(domain))
}
