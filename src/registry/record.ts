// A record in the data directory that is written whole with each change. What holds must not fail for a full disk: it is told, and written later.
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import type { Diagnostic } from '../model/diagnostic.ts'

/** Milliseconds. */
const AGAIN = 5_000

export interface RecordOptions {
  readonly path: string
  /** For messages: what is in it. */
  readonly of: string
  readonly text: () => string
  /** Told once, until it was written again. */
  readonly log: (diagnostic: Diagnostic) => void
}

export class RecordFile {
  readonly #options: RecordOptions
  #told = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: RecordOptions) {
    this.#options = options
  }

  save(): void {
    clearTimeout(this.#timer)
    const { path, of, text, log } = this.#options
    const temporary = `${path}.${process.pid}`
    try {
      writeFileSync(temporary, text(), { mode: 0o600 })
      renameSync(temporary, path)
      this.#told = false
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      const note = `${path} cannot be written (${code}): a restart now would forget ${of}. It is tried again`
      if (!this.#told) log({ code: 'L0410', severity: 'error', text: note })
      this.#told = true
      this.#remove(temporary)
      this.#timer = setTimeout(() => this.save(), AGAIN).unref()
    }
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #remove(path: string): void {
    try {
      rmSync(path, { force: true })
    } catch {
      // Written over with the next one.
    }
  }
}
