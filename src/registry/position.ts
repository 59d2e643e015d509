// Where an object of a file stands now: its lines may move while it stays the identical object, and all that was made of it too.
import type { Origin, Path } from '../model/origin.ts'

/** Where a part of an object stood when its file was read. */
type Find = (path: Path) => Origin

export class Position {
  find: Find

  constructor(find: Find) {
    this.find = find
  }

  /** Looked up only when somebody asks for a line. */
  at = (path: Path): Origin => new Spot(this, path)
}

/** A part of an object, wherever that is when it is looked at. */
class Spot implements Origin {
  readonly #position: Position
  readonly #path: Path
  #find: Find | undefined
  #found: Origin | undefined

  constructor(position: Position, path: Path) {
    this.#position = position
    this.#path = path
  }

  get source(): string {
    return this.#now().source
  }

  get line(): number {
    return this.#now().line
  }

  get column(): number {
    return this.#now().column
  }

  toJSON(): Origin {
    return this.#now()
  }

  #now(): Origin {
    const { find } = this.#position
    if (!this.#found || this.#find !== find) {
      this.#find = find
      this.#found = find(this.#path)
    }
    return this.#found
  }
}
