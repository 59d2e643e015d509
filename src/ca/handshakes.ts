// When a root may be dropped: not before the handshakes have ended that began with the last certificate below it.
import type { Rotation } from './rotation.ts'

/** Milliseconds; a proxy gives up a connection to another after so long (Istio's and Lotse's default `connectTimeout`). */
const LONGEST = 10_000

export class Handshakes {
  readonly #now: () => Date
  readonly #longest: number
  #rotation: Rotation | undefined
  #since = 0

  /** `longest` in milliseconds, ten seconds by default. */
  constructor(now: () => Date, longest: number = LONGEST) {
    this.#now = now
    this.#longest = longest
  }

  /** To be asked at every look. `inUse`: a certificate that is to go is in use now. */
  ended(rotation: Rotation, inUse: boolean): boolean {
    const now = this.#now().getTime()
    if (inUse || rotation !== this.#rotation) this.#since = now
    this.#rotation = rotation
    return !inUse && now - this.#since >= this.#longest
  }
}
