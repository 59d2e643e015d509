// What several control planes on one store have in common: the certificate authority, enrolments, and connections spread over them.
import type { AuthorityOptions, CertificateAuthority } from './ca/ca.ts'
import { openAuthority } from './ca/ca.ts'
import { openSharedAuthority, type SharedStore } from './ca/shared.ts'
import type { Diagnostic } from './model/diagnostic.ts'
import { sharedKey, shareEnrolment } from './registry/etcd/shared.ts'
import { sharedSecret } from './registry/kubernetes/shared-secret.ts'
import type { Sources } from './sources.ts'

const SECRET = 'lotse-ca'
const ETCD_KEY = 'ca'
/** Envoys keep what they have while they come again, and an unchanged mesh sends them nothing. */
const CONNECTION_AGE = 30 * 60_000

interface Options extends AuthorityOptions {
  readonly log: (diagnostic: Diagnostic) => void
  /** Of Lotse in its cluster. */
  readonly namespace: string
}

/** The one of the store; without a store, and in an etcd that would hold the key in the clear, one of the data directory alone. */
export function openReplicaAuthority(
  sources: Sources,
  options: Options,
): Promise<CertificateAuthority | Diagnostic> {
  const store = sharedStore(sources, options)
  return store ? openSharedAuthority(options, store) : openAuthority(options)
}

function sharedStore(
  { kubernetes, etcd }: Sources,
  { log, namespace, passphrase }: Options,
): SharedStore | undefined {
  if (kubernetes) return sharedSecret(kubernetes.connection, namespace, SECRET)
  if (etcd && passphrase !== undefined) return sharedKey(etcd, ETCD_KEY)
  if (etcd) {
    const text =
      'Other replicas on this store do not have this certificate authority: its key is not written to etcd in the clear. Start all of them with one --passphrase-file'
    log({ code: 'L0419', severity: 'warning', text })
  }
  return undefined
}

/** What the xDS port does otherwise where there may be other replicas. */
export function replicaListening(
  { kubernetes, etcd }: Sources,
  log: (diagnostic: Diagnostic) => void,
): { readonly connectionAge?: number; readonly onEnrolled?: (workload: string) => void } {
  if (!kubernetes && !etcd) return {}
  return {
    connectionAge: CONNECTION_AGE,
    ...(etcd
      ? {
          onEnrolled: (workload) => {
            shareEnrolment(etcd, workload).catch((error: Error) => {
              const text = `Other replicas do not know yet that ${workload} has a proxy (${error.message})`
              log({ code: 'L0124', severity: 'warning', text })
            })
          },
        }
      : {}),
  }
}
