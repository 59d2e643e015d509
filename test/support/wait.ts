// Waiting on what something reports, never on time alone.
import { setTimeout as pause } from 'node:timers/promises'
import { inspect } from 'node:util'

export interface WaitOptions {
  /** Milliseconds; 10,000 by default. */
  readonly timeout?: number
  /** Milliseconds between two looks; 20 by default. */
  readonly every?: number
  /** Added to the error when the time is over, for instance the tail of a log. */
  readonly context?: () => string
}

/**
 * Looks until the value passes and gives it. An error thrown while looking counts as "not yet"; when the time is over
 * the error tells what was awaited and the last value (or error) seen. One look may take as long as all together.
 */
export async function waitFor<T>(
  what: string,
  look: () => T | Promise<T>,
  passes: (value: T) => boolean = Boolean,
  options: WaitOptions = {},
): Promise<T> {
  const timeout = options.timeout ?? 30_000
  const until = Date.now() + timeout
  let last = 'nothing'
  for (;;) {
    try {
      const value = await answered(look, timeout)
      if (passes(value)) return value
      last = typeof value === 'string' ? value : inspect(value, { depth: 6, breakLength: 120 })
    } catch (error) {
      last = error instanceof Error ? error.message : String(error)
    }
    if (Date.now() >= until) break
    await pause(options.every ?? 20)
  }
  const context = options.context ? `\n${options.context()}` : ''
  throw new Error(`${what}: not within ${timeout} ms; last seen: ${last.slice(0, 4000)}${context}`)
}

async function answered<T>(look: () => T | Promise<T>, timeout: number): Promise<T> {
  const over = new AbortController()
  const silence = pause(timeout, undefined, { signal: over.signal }).then(() => {
    throw new Error('no answer')
  })
  try {
    return await Promise.race([look(), silence])
  } finally {
    over.abort()
    silence.catch(() => {})
  }
}
