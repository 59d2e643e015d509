// What a certificate authority needs of the other replicas that have it too; see `openSharedAuthority`.
import type { IssuedCertificate } from './issued.ts'
import type { LiveCertificate, Rotation } from './rotation.ts'
import type { StoredRotation } from './rotation-files.ts'
import type { EnrolmentTokens, Tokens } from './token.ts'
import type { SharedListsOf } from './trust.ts'

export interface Together {
  /** Whether this process decides for all. */
  readonly leads: () => boolean
  /** For messages: ` (NAME)`, or nothing while nobody leads. */
  readonly leader: () => string
  /** The state that all are to have from now on, with authorities that are on disk; false if another process was faster. Rejects when the store is away. */
  readonly commit: (rotation: StoredRotation) => Promise<boolean>
  /** Brings the directory up to what is shared. Whether trust is another with it, and what others handed out. */
  readonly adopt: () => Adopted
  /** Tells the others what this replica's proxies have confirmed, and what all of them have. */
  readonly share: (rotation: Rotation, own: Confirmed) => Shared
  readonly recorded: (certificate: IssuedCertificate, used: boolean) => void
  /** Records of certificates that are out of use may go. */
  readonly prune: (live: readonly LiveCertificate[]) => void
  readonly tokens: (local: Tokens) => EnrolmentTokens
  readonly lists: SharedListsOf
  readonly close: () => Promise<void>
}

export interface Adopted {
  readonly changed: boolean
  readonly issued: readonly (IssuedCertificate & { readonly used: boolean })[]
}

export interface Confirmed {
  /** Workloads all of whose proxies here have confirmed the trust of now. */
  readonly informed: ReadonlySet<string>
  readonly behind: ReadonlySet<string>
}

export interface Shared {
  readonly informed: ReadonlySet<string>
  /** All replicas that are heard of have taken up the present state. */
  readonly agreed: boolean
}
