// What was handed out, as little as rotation and revocation need: written before a certificate leaves, read back at every start.
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { asideOf, createFile } from './files.ts'
import type { LiveCertificate } from './rotation.ts'

export interface IssuedCertificate extends LiveCertificate {
  /** Serial of the first certificate of its line: each renewal continues the line of the certificate that it was made with. */
  readonly line: string
}

/** One line of the file; `seen` is the serial of a certificate that its holder has used since. */
type Entry = IssuedCertificate | { readonly seen: string }

/** Entries beyond which the file is written anew with what still counts. */
const MANY = 4096

export class IssuedCertificates {
  readonly #path: string
  readonly #now: () => Date
  /** Told of each entry that was written by this process. */
  readonly #recorded: ((certificate: IssuedCertificate, seen: boolean) => void) | undefined
  #entries = 0
  #many = MANY
  /** What a process that was killed left at the end is not to swallow the next entry. */
  #torn = false
  /** By serial, in the order of issue. */
  readonly #known = new Map<string, IssuedCertificate>()
  readonly #seen = new Set<string>()
  /** Known, and not in the file yet since it could not be written. */
  #unwritten: readonly Entry[] = []

  constructor(
    directory: string,
    now: () => Date,
    recorded?: (certificate: IssuedCertificate, seen: boolean) => void,
  ) {
    this.#recorded = recorded
    this.#path = `${directory}/ca/issued.jsonl`
    this.#now = now
    if (!existsSync(this.#path)) return
    const text = readFileSync(this.#path, 'utf8')
    this.#torn = text !== '' && !text.endsWith('\n')
    for (const line of text.split('\n')) {
      const entry = entryOf(line)
      if (entry) this.#take(entry)
    }
  }

  /** Throws if it cannot be written; the certificate must then not be handed out. */
  add(certificate: IssuedCertificate): void {
    this.#write([certificate])
    this.#take(certificate)
    this.#recorded?.(certificate, false)
    this.#compactMany()
  }

  /** What other replicas handed out, and whether it was used. */
  learn(others: readonly (IssuedCertificate & { readonly used: boolean })[]): void {
    const news = others.flatMap(({ used, ...certificate }): Entry[] => {
      const { serial } = certificate
      return [
        ...(this.#known.has(serial) ? [] : [certificate]),
        ...(used && !this.#seen.has(serial) ? [{ seen: serial }] : []),
      ]
    })
    for (const entry of news) this.#take(entry)
    this.#keep(news)
  }

  /** Writes what could not be written before; throws if it still cannot be. */
  flush(): void {
    if (this.#unwritten.length > 0) this.#write([])
    this.#compactMany()
  }

  lineOf(serial: string): string | undefined {
    return this.#known.get(serial)?.line
  }

  /** The holder used this certificate: those before it in its line are out of use, since it was renewed from them. */
  seen(serial: string): void {
    const certificate = this.#known.get(serial)
    if (!certificate || this.#seen.has(serial)) return
    this.#take({ seen: serial })
    this.#recorded?.(certificate, true)
    this.#keep([{ seen: serial }])
  }

  /** Those that may be in use now. */
  live(): readonly IssuedCertificate[] {
    const now = this.#now().getTime()
    const live: IssuedCertificate[] = []
    const replaced = new Set<string>()
    for (const one of [...this.#known.values()].reverse()) {
      if (one.notAfter > now && !replaced.has(one.line)) live.push(one)
      if (this.#seen.has(one.serial)) replaced.add(one.line)
    }
    return live.reverse()
  }

  get(serial: string): IssuedCertificate | undefined {
    return this.#known.get(serial)
  }

  /** What is so whether or not it is written must not fail for that: it is written with what comes next. */
  #keep(entries: readonly Entry[]): void {
    this.#unwritten = [...this.#unwritten, ...entries]
    try {
      this.flush()
    } catch {
      // The next look tries again, and tells.
    }
  }

  #write(entries: readonly Entry[]): void {
    const all = [...this.#unwritten, ...entries]
    const lines = all.map((entry) => `${JSON.stringify(entry)}\n`).join('')
    try {
      appendFileSync(this.#path, `${this.#torn ? '\n' : ''}${lines}`, { mode: 0o600 })
    } catch (error) {
      // A full disk takes a part.
      this.#torn = true
      throw error
    }
    this.#torn = false
    this.#unwritten = []
  }

  #take(entry: Entry): void {
    this.#entries++
    if ('seen' in entry) this.#seen.add(entry.seen)
    else this.#known.set(entry.serial, entry)
  }

  #compactMany(): void {
    if (this.#entries <= this.#many) return
    this.#compact()
    this.#many = Math.max(MANY, 2 * this.#entries)
  }

  /** With a file that cannot be replaced the long one stays. */
  #compact(): void {
    const live = this.live()
    const seen = live.filter(({ serial }) => this.#seen.has(serial)).map(({ serial }) => serial)
    this.#known.clear()
    this.#seen.clear()
    this.#entries = 0
    const entries: Entry[] = [...live, ...seen.map((serial) => ({ seen: serial }))]
    for (const entry of entries) this.#take(entry)
    const aside = asideOf(this.#path)
    try {
      createFile(aside, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
      renameSync(aside, this.#path)
      this.#unwritten = []
    } catch {
      rmSync(aside, { force: true })
    }
  }
}

/** Half a line is of a certificate that was not handed out: the process ended while it wrote. */
function entryOf(line: string): Entry | undefined {
  try {
    const entry = JSON.parse(line) as Partial<IssuedCertificate> & { seen?: unknown }
    if (typeof entry.seen === 'string') return { seen: entry.seen }
    const { serial, workload, authority, notAfter, line: of } = entry
    if (!serial || !workload || !authority || !notAfter || !of) return undefined
    return { serial, workload, authority, notAfter, line: of }
  } catch {
    return undefined
  }
}
