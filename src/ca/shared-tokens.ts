// Join tokens, good at every replica: made and revoked in any of their data directories, each use taken in the store.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { SharedStore } from '../model/shared.ts'
import { publishFile, replaceFile } from './files.ts'
import { isProblem, problem, reasonOf } from './problem.ts'
import type { EnrolmentTokens, Token, Tokens } from './token.ts'
import { TOKEN_ID } from './token-text.ts'

/** Which tokens the directory had in common with the store; what one of both lacks since was revoked there. */
const KNOWN_FILE = '.shared'
/** Milliseconds between two reads of the store for a token that is not known. */
const ASKING = 500

export class SharedTokens {
  readonly #store: SharedStore
  readonly #folder: string
  readonly #replica: string
  #known: Set<string> | undefined
  #asked = Number.NEGATIVE_INFINITY
  #asking: Promise<void> = Promise.resolve()

  constructor(store: SharedStore, directory: string, replica: string) {
    this.#store = store
    this.#folder = `${directory}/tokens`
    this.#replica = replica
  }

  /** The directory and the store have the same afterwards, or soon; tokens for one machine alone stay there. */
  exchange(): void {
    if (!existsSync(this.#folder)) return
    const shared = this.#store.entries('tokens')
    const known = this.#knownNow()
    const before = [...known].join()
    const texts: Record<string, string | undefined> = {}
    for (const id of known) {
      if (shared.has(`${id}.json`)) continue
      this.#remove(id)
      known.delete(id)
    }
    for (const [name, text] of shared) {
      const id = idOf(name)
      if (id === undefined) continue
      const revoked = known.has(id) && !existsSync(`${this.#folder}/${id}.json`)
      if (revoked) texts[name] = undefined
      else if (name.endsWith('.json')) {
        this.#create(name, text)
        known.add(id)
      }
    }
    for (const name of shared.keys()) if (known.has(idOf(name) ?? '')) this.#createUse(name, texts)
    for (const name of readdirSync(this.#folder)) {
      if (idOf(name) !== undefined && !shared.has(name)) this.#tell(name, texts)
    }
    if ([...known].join() !== before) {
      replaceFile(`${this.#folder}/${KNOWN_FILE}`, JSON.stringify([...known]))
    }
    // What fails now is found again at the next look.
    if (Object.keys(texts).length > 0) this.#store.put('tokens', texts).catch(() => undefined)
  }

  checking(local: Tokens): EnrolmentTokens {
    return {
      permits: local.permits,
      verify: async (text) => {
        const first = local.verify(text)
        if (!isProblem(first) || !TOKEN_ID.test(text.split('.')[1] ?? '')) return first
        // It may have been made at another replica a moment ago.
        await this.#ask()
        return local.verify(text)
      },
      consume: (token) => (token.local ? local.consume(token) : this.#consume(local, token)),
    }
  }

  async #ask(): Promise<void> {
    if (performance.now() - this.#asked > ASKING) {
      this.#asked = performance.now()
      this.#asking = this.#store.refresh().catch(() => undefined)
    }
    await this.#asking
    this.exchange()
  }

  /** Of all replicas only one can take a use. */
  async #consume(local: Tokens, token: Token): Promise<Diagnostic | undefined> {
    const { id, uses } = token
    const name = `${id}.json`
    if (this.#knownNow().has(id) && !this.#store.entries('tokens').has(name)) this.#remove(id)
    if (uses === undefined || !existsSync(`${this.#folder}/${name}`)) return local.consume(token)
    try {
      for (let use = 0; use < uses; use++) {
        const taken = `${id}.use${use}`
        if (this.#store.entries('tokens').has(taken)) continue
        if (await this.#store.swap('tokens', taken, undefined, this.#replica)) {
          this.#create(taken, '')
          return undefined
        }
      }
      return problem('L0430', `The token ${id} is used up. Make one with: lotse token create.`)
    } catch (error) {
      return problem(
        'L0410',
        `The use of the token ${id} cannot be recorded in ${this.#store.name} (${reasonOf(error)}). Try again.`,
      )
    }
  }

  #knownNow(): Set<string> {
    this.#known ??= new Set(readKnown(`${this.#folder}/${KNOWN_FILE}`))
    return this.#known
  }

  #createUse(name: string, texts: Readonly<Record<string, string | undefined>>): void {
    if (!name.endsWith('.json') && !(name in texts)) this.#create(name, '')
  }

  #create(name: string, text: string): void {
    const path = `${this.#folder}/${name}`
    if (!existsSync(path)) publishFile(path, text === '' ? '' : `${text.trim()}\n`)
  }

  #remove(id: string): void {
    for (const name of readdirSync(this.#folder)) {
      if (idOf(name) === id) rmSync(`${this.#folder}/${name}`, { force: true })
    }
  }

  /** A file that the store does not have. */
  #tell(name: string, texts: Record<string, string | undefined>): void {
    const path = `${this.#folder}/${idOf(name)}.json`
    const text = existsSync(path) ? readFileSync(path, 'utf8') : undefined
    if (text === undefined || isLocal(text)) return
    texts[name] = name.endsWith('.json') ? text : this.#replica
  }
}

/** Of a token's record or one of its uses. */
function idOf(name: string): string | undefined {
  const [id = '', rest = '', ...more] = name.split('.')
  return TOKEN_ID.test(id) && /^(json|use\d+)$/.test(rest) && more.length === 0 ? id : undefined
}

function isLocal(text: string): boolean {
  try {
    return (JSON.parse(text) as Token).local === true
  } catch {
    return true
  }
}

function readKnown(path: string): readonly string[] {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as string[]) : []
}
