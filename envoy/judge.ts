// Asks `envoy --mode validate` whether it would take a configuration. Envoys wait for it ahead: one that is warm answers in a tenth of the time.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export type Verdict =
  | { readonly kind: 'accepted' }
  /** In Envoy's words. */
  | { readonly kind: 'refused'; readonly text: string }
  /** Nothing can be said of the configuration: Envoy did not run, or not in time. */
  | { readonly kind: 'unable'; readonly text: string }

export interface JudgeOptions {
  readonly binary: string
  /** A folder of its own for the files it waits at; a temporary one by default. */
  readonly folder?: string
  /** Envoys that wait, and so many more may be at work; 2 by default, 0 starts each when it is needed. */
  readonly warm?: number
  /** Milliseconds after which an answer is not waited for; 5,000 by default. */
  readonly patience?: number
}

export interface Judge {
  /** A bootstrap in Envoy's JSON. At most twice as many as are kept warm are judged at a time. */
  ask(config: object): Promise<Verdict>
  /** Ends all that wait, and answers all that was asked with `unable`. */
  close(): Promise<void>
}

/**
 * The shell's standard input becomes the file that Envoy reads. When this process dies, however it does, the file ends
 * and so does the Envoy that waited for it.
 */
const SCRIPT = `mkfifo -m 600 "$1" || exit 3
exec 3<&0 0</dev/null
cat <&3 >"$1" 2>/dev/null &
exec 3<&-
ulimit -c 0
exec "$2" --mode validate --config-path "$1" --log-level error --log-format '%v' --disable-hot-restart --concurrency 1`

const EMPTY = '{}'

interface Crash {
  readonly kind: 'crashed'
  readonly text: string
}

class Waiting {
  readonly #child: ChildProcess
  readonly #lines: string[] = []
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>

  constructor(binary: string, folder: string) {
    const file = join(folder, `${randomBytes(6).toString('hex')}.json`)
    // A group of its own, so that all of it can be ended.
    this.#child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', file, binary], {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    // A process that has no descriptors left gets a child without streams, which says so by its error.
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) createInterface(stream).on('line', (line) => this.#lines.push(line))
    }
    // Whether it reads to the end shows in how it ends.
    this.#child.stdin?.on('error', () => undefined)
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#lines.push(error.message)
        resolve({ code: null, signal: null })
      })
      // An Envoy that ended before it read leaves behind who would have written to it.
      this.#child.once('exit', () => this.kill())
      this.#child.once('close', (code, signal) => {
        rmSync(file, { force: true })
        resolve({ code, signal })
      })
    })
  }

  async read(config: string, patience: number): Promise<Verdict | Crash> {
    let late = false
    const timer = setTimeout(() => {
      late = true
      this.kill()
    }, patience)
    this.#child.stdin?.end(config)
    const { code, signal } = await this.ended
    clearTimeout(timer)
    const words = this.#words()
    if (late) return { kind: 'unable', text: `it did not answer within ${patience} ms` }
    // Envoy can crash as it ends, after it said what it thinks.
    if (code === 0 || /^configuration '.*' OK$/m.test(words)) return { kind: 'accepted' }
    const [, reason] = words.split(REFUSAL)
    if (reason !== undefined) return { kind: 'refused', text: reason.split(BACKTRACE)[0]!.trim() }
    if (signal) return { kind: 'crashed', text: `it was ended by ${signal}` }
    return { kind: 'unable', text: `it ended with ${code ?? 'an error'}: ${words}` }
  }

  kill(): void {
    try {
      process.kill(-this.#child.pid!, 'SIGKILL')
    } catch {
      // It is gone.
    }
  }

  #words(): string {
    return this.#lines
      .join('\n')
      .replace(/[ \t]+/g, ' ')
      .trim()
      .slice(0, 20_000)
  }
}

const REFUSAL = /^error initializing configuration '[^']*': /m
const BACKTRACE = /^Caught \w+/m

export function openJudge(options: JudgeOptions): Judge {
  const { binary, warm = 2, patience = 5_000 } = options
  const folder = emptyFolder(options.folder)
  const waiting: Waiting[] = []
  const queue: { readonly config: string; readonly answer: (verdict: Verdict) => void }[] = []
  const working = new Set<Waiting>()
  let closed = false
  const most = Math.max(1, warm) * 2

  const start = (): Waiting => new Waiting(binary, folder)
  const refill = (): void => {
    while (!closed && waiting.length < warm) {
      const one = start()
      waiting.push(one)
      // One that cannot wait is not replaced before it is needed: it would end like this one.
      void one.ended.then(() => {
        const at = waiting.indexOf(one)
        if (at >= 0) waiting.splice(at, 1)
      })
    }
  }
  /** Whether a crash is the configuration's fault shows in what an empty one does. */
  const crashless = async (verdict: Verdict | Crash): Promise<Verdict> => {
    if (verdict.kind !== 'crashed') return verdict
    const again = start()
    working.add(again)
    const { kind } = await again.read(EMPTY, patience)
    working.delete(again)
    const text = `Envoy crashed as it read this (${verdict.text})`
    return kind === 'accepted' ? { kind: 'refused', text } : { kind: 'unable', text: verdict.text }
  }
  const work = async (config: string, answer: (verdict: Verdict) => void): Promise<void> => {
    const one = waiting.shift() ?? start()
    working.add(one)
    const verdict = await one.read(config, patience)
    working.delete(one)
    answer(closed ? CLOSED : await crashless(verdict))
    refill()
    next()
  }
  const next = (): void => {
    while (!closed && working.size < most) {
      const one = queue.shift()
      if (!one) return
      void work(one.config, one.answer)
    }
  }
  refill()
  return {
    ask(config) {
      if (closed) return Promise.resolve(CLOSED)
      return new Promise((answer) => {
        const text = JSON.stringify(config)
        // Small ones first, so that a change does not wait behind a whole mesh.
        const at = queue.findIndex((other) => other.config.length > text.length)
        queue.splice(at < 0 ? queue.length : at, 0, { config: text, answer })
        next()
      })
    },
    async close() {
      closed = true
      for (const { answer } of queue.splice(0)) answer(CLOSED)
      const all = [...waiting, ...working]
      for (const one of all) one.kill()
      await Promise.all(all.map(({ ended }) => ended))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What an earlier process left in it is of no use. */
function emptyFolder(named: string | undefined): string {
  if (named === undefined) return mkdtempSync(join(tmpdir(), 'lotse-judge-'))
  rmSync(named, { recursive: true, force: true })
  mkdirSync(named, { recursive: true, mode: 0o700 })
  return named
}

const CLOSED: Verdict = Object.freeze({ kind: 'unable', text: 'the judge was closed' })
