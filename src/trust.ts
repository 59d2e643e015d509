// From the certificate authority to everybody who believes its certificates: the mesh, the xDS port, and back what proxies confirmed.
import type { CertificateAuthority } from './ca/ca.ts'
import { problem, reasonOf } from './ca/problem.ts'
import type { Listening } from './listen.ts'
import type { LiveMesh } from './live-mesh.ts'
import type { Diagnostic } from './model/diagnostic.ts'
import type { Trust } from './model/mesh.ts'
import type { MeshProxy } from './proxies.ts'
import type { XdsService } from './xds/server.ts'

export function trustOf({ trust }: CertificateAuthority): Trust {
  const { trustDomain, rootsPem: roots, crlsPem: crls, revokedAt } = trust
  const revoked = revokedAt === undefined ? {} : { crls, revokedAt }
  return { trustDomain, roots, ...revoked }
}

interface Watched {
  readonly core: LiveMesh
  readonly authority: CertificateAuthority
  readonly listening: Listening
  readonly options: {
    readonly ca?: { readonly interval?: number }
    readonly log: (diagnostic: Diagnostic) => void
  }
}

/** Lets rotations go on; ends with the returned function. */
export function watchTrust({ core, authority, listening, options }: Watched): () => Promise<void> {
  const { ca, log } = options
  return authority.watch({
    informed: () => told(listening.services).informed,
    behind: () => told(listening.services).behind,
    onChange: async () => {
      // the port first: nobody may come with a certificate that it does not know yet
      const failed = await listening.trustChanged()
      if (failed) log(failed)
      core.publish(trustOf(authority))
    },
    onProblem: (error) =>
      log(problem('L0410', `The rotation of the root stands still: ${reasonOf(error)}.`)),
    ...(ca?.interval !== undefined && { interval: ca.interval }),
  })
}

/** Workloads all of whose connected proxies have confirmed the roots, and those of which one has not. */
function told(services: readonly XdsService<MeshProxy>[]) {
  const nameOf = ({ name }: MeshProxy) => `${name.namespace}/${name.workload}`
  const confirmed = services.flatMap((service) => service.confirmed('secret'))
  const ids = new Set(confirmed.map(({ id }) => id))
  const others = services.flatMap((service) => service.proxies()).filter(({ id }) => !ids.has(id))
  const behind = new Set(others.map(nameOf))
  const informed = new Set(confirmed.map(nameOf).filter((name) => !behind.has(name)))
  return { informed, behind }
}
