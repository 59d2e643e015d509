// The authorities in force, and the replacing of one by another while everything runs: carries out what rotation.ts decides.
import type { Diagnostic } from '../model/diagnostic.ts'
import { Authorities, type Authority } from './authorities.ts'
import type { Root } from './authority-folder.ts'
import { Handshakes } from './handshakes.ts'
import { IssuedCertificates } from './issued.ts'
import type { Issued, IssueOrder } from './issuer.ts'
import { type Overview, overviewOf, seenOf } from './overview.ts'
import { isProblem, problem, reasonOf } from './problem.ts'
import { normalSerial, type RevokedCertificate, readRevoked } from './revoked.ts'
import { openRoot } from './root.ts'
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
import type { Together } from './together.ts'
import { repinJoinToken } from './token.ts'
import { bundleWithLists, type TrustBundle, trustBundleOf } from './trust.ts'

export interface RotatorOptions {
  readonly directory: string
  readonly trustDomain?: string
  readonly passphrase?: string
  /** Other processes have the same authority: one of them decides, the others follow. */
  readonly together?: Together
  readonly lifetime?: number
  readonly maxLifetime?: number
  readonly handshakeTime?: number
  readonly now: () => Date
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
  readonly #authorities: Authorities
  readonly #handshakes: Handshakes
  #rotation: Rotation
  #revoked: ReadonlyMap<string, RevokedCertificate> = new Map()
  #trust: TrustBundle
  /** The trust bundle is not yet what state and revocations demand. */
  #behind = true
  /** Id of the wish that was carried out last. */
  #answered: string | undefined
  #progress: Progress = { waiting: [] }
  #informed: ReadonlySet<string> = new Set()

  private constructor(options: RotatorOptions, rotation: Rotation, first: Root) {
    this.#options = options
    this.#rotation = rotation
    this.#authorities = new Authorities(options, rotation.current, first)
    this.#handshakes = new Handshakes(options.now, options.handshakeTime)
    this.#issued = new IssuedCertificates(
      options.directory,
      options.now,
      options.together?.recorded,
    )
    this.#trust = trustBundleOf([first])
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
      const rotator = new Rotator(options, rotation, root)
      rotator.#answered = answered
      const failed = next === undefined ? undefined : await rotator.#authorities.load(next)
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
    return this.#authorities.get(this.#rotation.current)
  }

  get signing(): Authority {
    return this.#authorities.get(signerOf(this.#rotation))
  }

  live(): readonly LiveCertificate[] {
    return this.#issued.live().filter(({ serial }) => !this.#revoked.has(serial))
  }

  waiting(informed: ReadonlySet<string>): readonly LiveCertificate[] {
    return waitingFor(this.#rotation, { live: this.live(), informed })
  }

  overview(): Overview {
    const seen = new Map(
      [...this.#authorities.all()].map(([name, { root }]) => [name, seenOf(root)] as const),
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

  /**
   * Looks at what operators ask for and whether the rotation can go on; one step at most. True if trust or signer changed.
   * `informed`: workloads whose proxies have confirmed the present roots; `behind`: those of which one has not.
   */
  async tick(informed: ReadonlySet<string>, behind = NOBODY): Promise<boolean> {
    const { directory, now, together } = this.#options
    const before = this.#rotation
    const facts = together?.share(before, { informed, behind }) ?? { informed, agreed: true }
    if (together) await this.#adopt(together)
    const revoked = readRevoked(directory, now())
    if ([...revoked.keys()].join() !== [...this.#revoked.keys()].join()) this.#behind = true
    this.#revoked = revoked
    const wanted = readWish(directory)
    if (wanted) await this.#carryOut(wanted)
    else if (!this.#behind && facts.agreed && (together?.leads() ?? true)) {
      const known = { live: this.live(), informed: facts.informed }
      const inUse = waitingFor(this.#rotation, known).length > 0
      const handshakesEnded = this.#handshakes.ended(this.#rotation, inUse)
      const onwards = advance(this.#rotation, { ...known, handshakesEnded })
      if (onwards !== this.#rotation) await this.#become(onwards)
    }
    const changed = this.#behind
    if (changed) await this.#renewTrust()
    this.#authorities.keep(trustedBy(this.#rotation), trustedBy(before))
    this.#informed = facts.informed
    return changed
  }

  /** The port shows what `tick` brought: only now are people told, and does the token of this directory name the present root. */
  settle(): void {
    this.#issued.flush()
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
    const { together } = this.#options
    if (together && !together.leads()) {
      const text = `Another replica leads${together.leader()}, and replaces the root for all: ask it in its data directory.`
      return answer(problem('L0416', text))
    }
    const idle = this.#rotation.phase === undefined
    let { prepared } = wanted
    if (idle && wanted.wanted !== 'abort') {
      prepared ??= newAuthorityName()
      const failed = wanted.prepared
        ? await this.#authorities.load(prepared)
        : await this.#authorities.make(prepared)
      if (failed) return answer(failed)
    } else if (prepared !== undefined) {
      return answer(problem('L0416', 'A rotation is under way already. Finish it or abort it.'))
    }
    const onwards = wish(this.#rotation, wanted.wanted, prepared)
    if (isProblem(onwards)) return answer(onwards)
    const done = await this.#become(onwards, id)
    answer(done ? undefined : problem('L0416', 'Another replica was faster. Look at it again.'))
  }

  /** On disk, and known to all, before anything follows from it; false if another process was faster. */
  async #become(rotation: Rotation, answered = this.#answered): Promise<boolean> {
    const { directory, together } = this.#options
    const stored = { ...rotation, ...(answered && { answered }) }
    if (together && !(await together.commit(stored))) return false
    writeRotation(directory, stored)
    this.#answered = answered
    this.#rotation = rotation
    this.#behind = true
    return true
  }

  /** Takes up what other replicas did. */
  async #adopt(together: Together): Promise<void> {
    const { changed, issued } = together.adopt()
    this.#issued.learn(issued)
    together.prune(this.live())
    if (!changed) return
    const stored = readRotation(this.#options.directory)
    if (isProblem(stored)) throw new Error(stored.text)
    const { answered, ...adopted } = stored
    for (const name of trustedBy(adopted)) {
      const failed = await this.#authorities.load(name)
      if (failed) throw new Error(failed.text)
    }
    this.#answered = answered
    this.#rotation = adopted
    this.#behind = true
  }

  async #renewTrust(): Promise<void> {
    const authorities = trustedBy(this.#rotation).map((name) => {
      return { name, root: this.#authorities.get(name).root }
    })
    const { now, together } = this.#options
    this.#trust = await bundleWithLists(authorities, this.#revoked, now(), together?.lists)
    this.#behind = false
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

const NOBODY: ReadonlySet<string> = new Set()

export interface Opened {
  readonly rotator: Rotator
  readonly created: boolean
  readonly warnings: readonly Diagnostic[]
}
