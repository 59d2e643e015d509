// Asks an Envoy's admin port, once or until it answers as awaited.
import { setTimeout as wait } from 'node:timers/promises'

/** The answer's body when it is 200; nothing when there is none in time. */
export async function ask(url: string, method = 'GET'): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { method, signal: AbortSignal.timeout(2_000) })
    const text = await answer.text()
    return answer.ok ? text : undefined
  } catch {
    return undefined
  }
}

/** Asks again and again, for `time` ms at most or until the process has ended. */
export async function poll<T>(
  ended: Promise<unknown>,
  time: number,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const until = Date.now() + time
  let over = false
  void ended.then(() => {
    over = true
  })
  for (;;) {
    const value = await look()
    if (value !== undefined || over || Date.now() >= until) return value
    await wait(20)
  }
}
