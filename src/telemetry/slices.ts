// Long computations that let others run in between, so that no proxy and no page waits for them.
import { setImmediate as others } from 'node:timers/promises'

/** Milliseconds at a stretch. */
const STRETCH = 8

export async function inSlices<T>(making: Generator<undefined, T>): Promise<T> {
  for (let since = performance.now(); ; ) {
    const { done, value } = making.next()
    if (done) return value
    if (performance.now() - since < STRETCH) continue
    await others()
    since = performance.now()
  }
}

/** Those who ask for the same while it is computed get the same. */
export function onceAtATime<Asked, T>(compute: (asked: Asked) => Promise<T>) {
  const running = new Map<string, Promise<T>>()
  return (asked: Asked): Promise<T> => {
    const key = JSON.stringify(asked)
    const known = running.get(key)
    if (known) return known
    const made = compute(asked).finally(() => running.delete(key))
    running.set(key, made)
    return made
  }
}
