// Shows something again and again: a terminal is cleared each time, a file gets one after the other.
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT } from './print.ts'

export interface Rhythm {
  /** Milliseconds. */
  readonly every: number
  /** How often; 0 until it is stopped. */
  readonly times: number
}

/** `show` gives the text, or the exit code with which it is over. */
export async function again(
  { every, times }: Rhythm,
  show: () => Promise<string | number>,
): Promise<number> {
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort())
  const most = times || Number.POSITIVE_INFINITY
  for (let round = 1; !stop.signal.aborted; round++) {
    const text = await show()
    if (typeof text === 'number') return text
    if (process.stdout.isTTY) process.stdout.write('\x1b[2J\x1b[H')
    console.log(`${text}\n`)
    if (round >= most) break
    await sleep(every, undefined, { signal: stop.signal }).catch(() => undefined)
  }
  return EXIT.done
}
