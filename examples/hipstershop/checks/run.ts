// Runs every check and prints its line when it is done.
import { calls, external } from './calls.ts'
import type { Check, Stage, Verdict } from './check.ts'
import { circuitBreaker, ejection, fault, retries, timeout } from './resilience.ts'
import { rootRotation } from './rotation.ts'
import { canary, liveChange, routing } from './routing.ts'
import { authorization, mutualTls, plainText } from './security.ts'

/** Checks of one list run one after the other, the lists at the same time: most of their time is waiting. */
const LISTS: readonly (readonly (readonly [name: string, check: Check])[])[] = [
  [
    ['retries', retries],
    ['timeout', timeout],
  ],
  [
    ['circuit breaker', circuitBreaker],
    ['ejection', ejection],
  ],
  [['fault', fault]],
  [
    ['authorization', authorization],
    ['strict', plainText],
    ['external', external],
  ],
]

export async function runChecks(
  stage: Stage,
  print: (name: string, verdict: Verdict) => void,
): Promise<void> {
  const run = async (name: string, check: Check) => print(name, await judge(check, stage))
  await run('routing', routing)
  await run('canary', canary)
  await Promise.all(
    LISTS.map(async (list) => {
      for (const [name, check] of list) await run(name, check)
    }),
  )
  await run('calls', calls)
  await run('mutual TLS', mutualTls)
  await run('live change', liveChange)
  await run('root rotation', rootRotation)
}

/** A check that breaks has failed, and says by what. */
export async function judge(check: Check, stage: Stage): Promise<Verdict> {
  try {
    return await check(stage)
  } catch (error) {
    return { passed: false, text: error instanceof Error ? error.message : String(error) }
  }
}
