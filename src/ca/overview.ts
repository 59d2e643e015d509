// What there is to tell of the certificate authority: from a running one, or from its data directory without its key.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { Diagnostic } from '../model/diagnostic.ts'
import { FILES, type Root, trustDomainOf, writtenDomain } from './authority-folder.ts'
import { IssuedCertificates } from './issued.ts'
import { isProblem, problem } from './problem.ts'
import { type RevokedCertificate, readRevoked } from './revoked.ts'
import { authorityFolder } from './root.ts'
import { type LiveCertificate, type Rotation, signerOf, trustedBy } from './rotation.ts'
import { type Progress, readProgress, readRotation } from './rotation-files.ts'
import { certificatesIn, type x509 } from './x509.ts'

export interface AuthorityOverview {
  /** Of its folder. */
  readonly name: string
  readonly role: 'present' | 'next'
  readonly kind: 'own' | 'imported'
  /** Of the certificate that signs workloads' certificates. */
  readonly subject: string
  /** Of the root, base64url, as join tokens pin it. */
  readonly sha256: string
  /** When the first certificate of its chain ends, RFC 3339. */
  readonly validUntil: string
  /** It signs now. */
  readonly signs: boolean
  /** Number of certificates below it that may be in use. */
  readonly live: number
}

export interface Overview {
  readonly trustDomain: string
  readonly authorities: readonly AuthorityOverview[]
  readonly rotation?: RotationOverview
  readonly live: number
  readonly revoked: readonly CertificateOverview[]
}

export interface RotationOverview extends Pick<Rotation, 'phase' | 'goal'> {
  /** Of four; the fourth, dropping the old root, is over as soon as it begins. */
  readonly step: number
  /** Number of certificates that keep this phase from being over, and some of them. */
  readonly waiting: number
  readonly waitingFor: readonly CertificateOverview[]
}

export interface CertificateOverview {
  readonly serial: string
  readonly workload: string
  readonly authority: string
  readonly validUntil: string
}

/** What can be seen of an authority without its key. */
interface Seen {
  readonly trustDomain: string
  readonly kind: 'own' | 'imported'
  readonly root: x509.X509Certificate
  readonly signing: x509.X509Certificate
}

interface Facts {
  readonly rotation: Rotation
  readonly seen: ReadonlyMap<string, Seen>
  readonly live: readonly LiveCertificate[]
  readonly revoked: Iterable<RevokedCertificate>
  readonly progress: Progress
}

const STEPS = { distribute: 1, sign: 2, rekey: 3, withdraw: 1 } as const

export function seenOf({ trustDomain, certificate: root, issuing }: Root): Seen {
  const kind = issuing.intermediates.length > 0 ? 'imported' : 'own'
  return { trustDomain, kind, root, signing: issuing.certificate }
}

export function overviewOf({ rotation, seen, live, revoked, progress }: Facts): Overview {
  const names = trustedBy(rotation)
  const { phase, goal } = rotation
  const { waiting, count = waiting.length } = progress.phase === phase ? progress : NOTHING_KNOWN
  return {
    trustDomain: seen.get(rotation.current)?.trustDomain ?? '',
    authorities: names.flatMap((name) => {
      const one = seen.get(name)
      if (!one) return []
      const ends = Math.min(one.root.notAfter.getTime(), one.signing.notAfter.getTime())
      return {
        ...{ name, kind: one.kind, subject: one.signing.subject, sha256: pinOf(one.root) },
        role: name === rotation.current ? 'present' : 'next',
        validUntil: new Date(ends).toISOString(),
        signs: name === signerOf(rotation),
        live: live.filter(({ authority }) => authority === name).length,
      }
    }),
    ...(phase && {
      rotation: {
        phase,
        ...(goal && { goal }),
        step: STEPS[phase],
        waiting: count,
        waitingFor: waiting.map(told),
      },
    }),
    live: live.length,
    revoked: [...revoked].map(told),
  }
}

const NOTHING_KNOWN: Progress = { waiting: [] }

/** L0410 where the directory holds no authority, L0412 where it is damaged. `progress` is what the control plane saw last. */
export function readOverview(directory: string, now: Date): Overview | Diagnostic {
  const rotation = readRotation(directory)
  if (isProblem(rotation)) return rotation
  const seen = new Map<string, Seen>()
  for (const name of trustedBy(rotation)) {
    const one = readSeen(directory, name)
    if (isProblem(one)) return one
    seen.set(name, one)
  }
  const revoked = readRevoked(directory, now)
  const live = liveIn(directory, now)
  const progress = readProgress(directory) ?? NOTHING_KNOWN
  return overviewOf({ rotation, seen, live, revoked: revoked.values(), progress })
}

/** Certificates that may be in use: handed out, in time, neither replaced nor revoked. */
export function liveIn(directory: string, now: Date): readonly LiveCertificate[] {
  const revoked = readRevoked(directory, now)
  const issued = new IssuedCertificates(directory, () => now)
  return issued.live().filter(({ serial }) => !revoked.has(serial))
}

/** Trust domain and pin of the root that is in force; L0410 and L0412 as above. */
export function readPresentRoot(
  directory: string,
): { readonly trustDomain: string; readonly sha256: string } | Diagnostic {
  const rotation = readRotation(directory)
  if (isProblem(rotation)) return rotation
  const one = readSeen(directory, rotation.current)
  return isProblem(one) ? one : { trustDomain: one.trustDomain, sha256: pinOf(one.root) }
}

function readSeen(directory: string, name: string): Seen | Diagnostic {
  const folder = authorityFolder(directory, name)
  const path = `${folder}/${FILES.root}`
  if (!existsSync(path)) {
    return problem(
      'L0410',
      `${directory} holds no certificate authority, so it is not the data directory of a control plane. Name the --data of lotse serve.`,
    )
  }
  const chainPath = `${folder}/${FILES.chain}`
  const imported = existsSync(chainPath)
  const root = certificatesIn(readFileSync(path, 'utf8'))?.[0]
  const signing = imported ? certificatesIn(readFileSync(chainPath, 'utf8'))?.[0] : root
  const domain = imported ? writtenDomain(`${folder}/${FILES.about}`) : root && trustDomainOf(root)
  if (root && signing && domain) {
    return { trustDomain: domain, kind: imported ? 'imported' : 'own', root, signing }
  }
  return problem('L0412', `The authority in ${folder} is damaged. Restore it from a backup.`)
}

function pinOf(root: x509.X509Certificate): string {
  return createHash('sha256').update(Buffer.from(root.rawData)).digest('base64url')
}

function told({ serial, workload, authority, notAfter }: LiveCertificate): CertificateOverview {
  return { serial, workload, authority, validUntil: new Date(notAfter).toISOString() }
}
