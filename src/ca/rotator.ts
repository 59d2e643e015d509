// The authorities in force, and the replacing of one by another while everything runs: carries out what rotation.ts decides.
import { rmSync } from 'node:fs'
import type { Diagnostic } from '../model/diagnostic.ts'
import { FILES, type Root } from './authority-folder.ts'
import { IssuedCertificates } from './issued.ts'
import { createIssuer, type Issued, type IssueOrder, type Issuer } from './issuer.ts'
import { type Overview, overviewOf, seenOf } from './overview.ts'
import { isProblem, problem, reasonOf } from './problem.ts'
import { normalSerial, type RevokedCertificate, readRevoked } from './revoked.ts'
import { authorityFolder, createRoot, openRoot } from './root.ts'
import {
  advance,
  type LiveCertificate,
  mustRenew,
  type Rotation,
  signerOf,
  trustedBy,
  waitingFor,
  wish,
} from './rotation.ts'
import {
  answerWish,
  newAuthorityName,
  type Progress,
  readRotation,
  readWish,
  type WrittenWish,
  writeProgress,
  writeRotation,
} from './rotation-files.ts'
import { repinJoinToken } from './token.ts'
import { bundleWithLists, type TrustBundle, trustBundleOf } from './trust.ts'

export interface RotatorOptions {
  readonly directory: string
  readonly trustDomain?: string
  readonly passphrase?: string
  /** Other processes have the same authority: its root cannot be replaced by one of them. */
  readonly shared?: boolean
  readonly lifetime?: number
  readonly maxLifetime?: number
  readonly now: () => Date
}

interface Authority {
  readonly root: Root
  readonly issuer: Issuer
}

/** What a proxy's agent is told when it asks whether its certificate is still good. */
export interface Advice {
  /** PEM. */
  readonly roots: readonly string[]
  /** Renew now, not only at half of its life. */
  readonly renew: boolean
}

export class Rotator {
  readonly #options: RotatorOptions
  readonly #issued: IssuedCertificates
  readonly #authorities = new Map<string, Authority>()
  #rotation: Rotation
  #revoked: ReadonlyMap<string, RevokedCertificate> = new Map()
  #trust: TrustBundle
  /** The trust bundle is not yet what state and revocations demand. */
  #behind = true
  /** Id of the wish that was carried out last. */
  #answered: string | undefined
  #progress: Progress = { waiting: [] }
  #informed: ReadonlySet<string> = new Set()

  private constructor(options: RotatorOptions, rotation: Rotation, first: Authority) {
    this.#options = options
    this.#rotation = rotation
    this.#authorities.set(rotation.current, first)
    this.#issued = new IssuedCertificates(options.directory, options.now)
    this.#trust = trustBundleOf([first.root])
  }

  /** With the state that the directory holds: a rotation that was under way goes on where it was. */
  static async open(options: RotatorOptions): Promise<Opened | Diagnostic> {
    const stored = readRotation(options.directory)
    if (isProblem(stored)) return stored
    const { answered, ...rotation } = stored
    const { current, next } = rotation
    const opened = await openRoot({ ...options, name: current })
    if (isProblem(opened)) return opened
    try {
      const { root, warnings, created } = opened
      const rotator = new Rotator(options, rotation, authorityOf(root, options))
      rotator.#answered = answered
      const failed = next === undefined ? undefined : await rotator.#load(next)
      if (failed) return failed
      rotator.#revoked = readRevoked(options.directory, options.now())
      await rotator.#renewTrust()
      return { rotator, created, warnings }
    } catch (error) {
      return problem('L0410', `Cannot use ${options.directory}/ca: ${reasonOf(error)}.`)
    }
  }

  get rotation(): Rotation {
    return this.#rotation
  }

  get trust(): TrustBundle {
    return this.#trust
  }

  /** What join tokens pin and what the control plane's own certificate is below: the old one until it is dropped. */
  get present(): Authority {
    return this.#authorities.get(this.#rotation.current)!
  }

  get signing(): Authority {
    return this.#authorities.get(signerOf(this.#rotation))!
  }

  live(): readonly LiveCertificate[] {
    return this.#issued.live().filter(({ serial }) => !this.#revoked.has(serial))
  }

  waiting(informed: ReadonlySet<string>): readonly LiveCertificate[] {
    return waitingFor(this.#rotation, { live: this.live(), informed })
  }

  overview(): Overview {
    const seen = new Map(
      [...this.#authorities].map(([name, { root }]) => [name, seenOf(root)] as const),
    )
    return overviewOf({
      ...{ rotation: this.#rotation, seen, live: this.live() },
      ...{ revoked: this.#revoked.values(), progress: this.#progress },
    })
  }

  isRevoked(serial: string): boolean {
    return this.#revoked.has(normalSerial(serial))
  }

  /** The holder of this certificate has shown that it uses it. */
  seen(serial: string): void {
    this.#issued.seen(normalSerial(serial))
  }

  advise(serial: string): Advice {
    this.seen(serial)
    const authority = this.#issued.get(normalSerial(serial))?.authority ?? ''
    return { roots: this.#trust.rootsPem, renew: mustRenew(this.#rotation, authority) }
  }

  /** Signs by the authority in force and records it; the chain ends with every root that is trusted, the certificate's own last. */
  async issue(order: IssueOrder): Promise<Issued | Diagnostic> {
    for (;;) {
      const authority = signerOf(this.#rotation)
      const { issuer, root } = this.signing
      const issued = await issuer.issue(order)
      if (isProblem(issued)) return issued
      // the phase changed meanwhile: what was signed is thrown away, or it could outlive the trust in its root
      if (authority !== signerOf(this.#rotation)) continue
      const serial = normalSerial(issued.serial)
      const { namespace, name } = order.workload
      const line = (order.renews && this.#issued.lineOf(normalSerial(order.renews))) ?? serial
      const notAfter = issued.notAfter.getTime()
      try {
        this.#issued.add({ serial, workload: `${namespace}/${name}`, authority, notAfter, line })
      } catch (error) {
        return problem('L0410', `What is issued cannot be recorded (${reasonOf(error)}).`)
      }
      const own = root.certificatePem
      const others = this.#trust.rootsPem.filter((pem) => pem !== own)
      return { ...issued, chain: [...issued.chain.slice(0, -1), ...others, own] }
    }
  }

  /** Looks at what operators ask for and whether the rotation can go on; one step at most. True if trust or signer changed. */
  async tick(informed: ReadonlySet<string>): Promise<boolean> {
    const { directory, now } = this.#options
    const before = this.#rotation
    const revoked = readRevoked(directory, now())
    if ([...revoked.keys()].join() !== [...this.#revoked.keys()].join()) this.#behind = true
    this.#revoked = revoked
    const wanted = readWish(directory)
    if (wanted) await this.#carryOut(wanted)
    else if (!this.#behind) {
      const onwards = advance(this.#rotation, { live: this.live(), informed })
      if (onwards !== this.#rotation) this.#become(onwards)
    }
    const changed = this.#behind
    if (changed) await this.#renewTrust()
    if (before !== this.#rotation) this.#forget(before)
    this.#informed = informed
    return changed
  }

  /** The port shows what `tick` brought: only now are people told, and does the token of this directory name the present root. */
  settle(): void {
    repinJoinToken(this.#options.directory, this.present.root.sha256)
    this.#tell(this.#informed)
  }

  async #carryOut(wanted: WrittenWish): Promise<void> {
    const { directory } = this.#options
    const { id } = wanted
    // carried out before a crash that left the wish behind
    if (id === this.#answered) return answerWish(directory, { id })
    const answer = (diagnostic?: Diagnostic) =>
      answerWish(directory, { id, ...(diagnostic && { diagnostic }) })
    if (this.#options.shared) {
      const text =
        'Replicas share this authority, and a rotation by one of them would be unknown to the others.'
      return answer(problem('L0416', text))
    }
    const idle = this.#rotation.phase === undefined
    let { prepared } = wanted
    if (idle && wanted.wanted !== 'abort') {
      prepared ??= newAuthorityName()
      const failed = wanted.prepared ? await this.#load(prepared) : await this.#make(prepared)
      if (failed) return answer(failed)
    } else if (prepared !== undefined) {
      return answer(problem('L0416', 'A rotation is under way already. Finish it or abort it.'))
    }
    const onwards = wish(this.#rotation, wanted.wanted, prepared)
    if (!isProblem(onwards)) {
      this.#answered = id
      this.#become(onwards)
    }
    answer(isProblem(onwards) ? onwards : undefined)
  }

  async #make(name: string): Promise<Diagnostic | undefined> {
    const { directory, passphrase, now } = this.#options
    const { trustDomain } = this.present.root
    const folder = authorityFolder(directory, name)
    await createRoot(folder, { trustDomain, now, ...(passphrase !== undefined && { passphrase }) })
    return this.#load(name)
  }

  async #load(name: string): Promise<Diagnostic | undefined> {
    const { trustDomain } = this.present.root
    const opened = await openRoot({ ...this.#options, trustDomain, name })
    if (isProblem(opened)) return opened
    this.#authorities.set(name, authorityOf(opened.root, this.#options))
    return undefined
  }

  /** On disk before anything follows from it. */
  #become(rotation: Rotation): void {
    const answered = this.#answered
    writeRotation(this.#options.directory, { ...rotation, ...(answered && { answered }) })
    this.#rotation = rotation
    this.#behind = true
  }

  async #renewTrust(): Promise<void> {
    const authorities = trustedBy(this.#rotation).map((name) => {
      return { name, root: this.#authorities.get(name)!.root }
    })
    this.#trust = await bundleWithLists(authorities, this.#revoked, this.#options.now())
    this.#behind = false
  }

  /** Authorities that are trusted no more: their keys leave this machine. */
  #forget(before: Rotation): void {
    const { directory } = this.#options
    const kept = trustedBy(this.#rotation)
    for (const name of trustedBy(before)) {
      if (kept.includes(name)) continue
      this.#authorities.delete(name)
      const folder = authorityFolder(directory, name)
      if (name !== '.') rmSync(folder, { recursive: true, force: true })
      // the folder `ca` holds more than the first authority
      else for (const file of Object.values(FILES)) rmSync(`${folder}/${file}`, { force: true })
    }
  }

  #tell(informed: ReadonlySet<string>): void {
    const { phase } = this.#rotation
    const all = this.waiting(informed)
    const progress = { ...(phase && { phase }), waiting: all.slice(0, 100), count: all.length }
    const same = JSON.stringify(progress) === JSON.stringify(this.#progress)
    if (same || (phase === undefined && this.#progress.phase === undefined)) return
    this.#progress = progress
    writeProgress(this.#options.directory, progress)
  }
}

export interface Opened {
  readonly rotator: Rotator
  readonly created: boolean
  readonly warnings: readonly Diagnostic[]
}

function authorityOf(root: Root, options: RotatorOptions): Authority {
  return { root, issuer: createIssuer({ ...options, root }) }
}
