// What a control plane does for its cluster besides reading it: one replica writes, and all answer the API server's questions.
import type { CertificateAuthority } from './ca/ca.ts'
import { isProblem } from './ca/problem.ts'
import { startClusterWriter } from './cluster-writer.ts'
import { GatewayWriter } from './gateway-writer.ts'
import type { LiveMesh } from './live-mesh.ts'
import type { Diagnostic } from './model/diagnostic.ts'
import type { KubernetesRegistry } from './registry/kubernetes/kubernetes.ts'
import type { SourceOptions } from './sources.ts'
import { openWebhooks } from './webhooks.ts'

export interface ClusterSide {
  /** Where webhooks are answered, as bound. */
  readonly webhooks?: string
  readonly close: () => Promise<void>
}

interface ClusterSideOptions {
  readonly cluster: KubernetesRegistry
  readonly options: NonNullable<SourceOptions['kubernetes']>
  readonly core: LiveMesh
  readonly authority: CertificateAuthority
  readonly log: (diagnostic: Diagnostic) => void
  /** Whether this replica is the one that writes. */
  readonly leads: () => boolean
}

export async function openClusterSide(
  given: ClusterSideOptions,
): Promise<ClusterSide | Diagnostic> {
  const { cluster, options, core, authority, log, leads } = given
  const webhooks =
    options.webhooks &&
    (await openWebhooks(options.webhooks, {
      issuer: () => authority.issuer,
      references: (document) => core.referencesWith(document),
      log,
    }))
  if (webhooks && isProblem(webhooks)) return webhooks
  const writer = startClusterWriter({
    connection: cluster.connection,
    namespace: options.meshConfig.split('/')[0] ?? '',
    known: cluster.known,
    gateways: new GatewayWriter({
      connection: cluster.connection,
      holders: cluster.holders,
      statuses: () => core.statuses(),
    }),
    namespaces: () => [...core.mesh.tables.Namespace.rows.values()],
    roots: () => authority.trust.rootsPem.join(''),
    diagnostics: () => [
      ...core.diagnostics,
      ...core.services.flatMap((service) => service.diagnostics()),
    ],
    proxies: () => {
      const streams = core.services.flatMap((service) => service.streams())
      const isSynced = ({ types }: (typeof streams)[number]) =>
        Object.values(types).every(({ stale }) => !stale)
      return { all: streams.length, synced: streams.filter(isSynced).length }
    },
    ...{ log, leads },
  })
  const trustOf = () => core.mesh.tables.trust.rows.get('trust')
  let trust = trustOf()
  const stopLooking = core.onChange(() => {
    if (trustOf() === trust) return
    trust = trustOf()
    if (webhooks) void webhooks.renew()
  })
  return {
    ...(webhooks ? { webhooks: webhooks.address } : {}),
    close: async () => {
      stopLooking()
      await writer.close()
      await webhooks?.close()
    },
  }
}
