// What control planes on one store share besides objects: small texts by folder and name, of which each keeps a copy that follows the store.

export type SharedFolder =
  /** The certificate authority with its state. */
  | 'authority'
  /** Certificates handed out, by serial. */
  | 'issued'
  | 'revoked'
  /** Join tokens, and their uses. */
  | 'tokens'
  /** Workloads that have a proxy. */
  | 'enrolled'
  /** Workloads that registered themselves. */
  | 'registered'
  /** Of those, who is connected to which replica. */
  | 'present'
  /** What each replica has taken up. */
  | 'replicas'

export interface SharedStore {
  /** For messages. */
  readonly name: string
  /** As last heard. */
  readonly entries: (folder: SharedFolder) => ReadonlyMap<string, string>
  /** Reads all of it now; rejects when the store cannot be reached, as both ways to write do. */
  readonly refresh: () => Promise<void>
  /** Undefined removes. */
  readonly put: (
    folder: SharedFolder,
    texts: Readonly<Record<string, string | undefined>>,
  ) => Promise<void>
  /** Replaces what is there only if it is still `before` (undefined: nothing is there); false if it is not. */
  readonly swap: (
    folder: SharedFolder,
    name: string,
    before: string | undefined,
    after: string,
  ) => Promise<boolean>
  /** Called after changes, with their folders. */
  readonly onChange: (listener: (folders: ReadonlySet<SharedFolder>) => void) => void
}
