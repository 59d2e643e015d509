// Requests that go on while a test changes something: some over connections that stay open, some over one each.
import { Agent } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import { type HttpRequest, request } from './http.ts'

export interface Callers {
  /** Requests answered so far. */
  count(): number
  /** Resolves when every caller has begun and finished a request since. */
  turn(): Promise<void>
  /** Ends after the requests that are under way; gives what was not 200. */
  stop(): Promise<{ readonly failures: readonly string[]; readonly count: number }>
}

export interface CallerOptions {
  /** The next request; it may lead elsewhere from one to the next. */
  readonly next: () => HttpRequest
  /** Half of them, rounded up, keep their connection; 4 by default. */
  readonly callers?: number
}

/** How many times each change is done: 1 in `npm test`, more by `LOTSE_ROUNDS` in `npm run soak`. */
export const ROUNDS = Number(process.env.LOTSE_ROUNDS ?? 1)

export function startCallers({ next, callers = 4 }: CallerOptions): Callers {
  let running = true
  let count = 0
  const turns = Array.from({ length: callers }, () => 0)
  const failures: string[] = []
  const run = async (index: number): Promise<void> => {
    const limits = { keepAlive: true, maxSockets: 1 }
    const kept = index % 2 === 0 ? { plain: new Agent(limits), tls: new TlsAgent(limits) } : false
    while (running) {
      try {
        const wanted = next()
        const agent = kept && { agent: wanted.tls ? kept.tls : kept.plain }
        const answer = await request({ ...wanted, ...agent })
        if (answer.status !== 200) failures.push(`${answer.status} ${answer.body.slice(0, 200)}`)
      } catch (error) {
        failures.push((error as Error).message)
      }
      count += 1
      turns[index] = (turns[index] ?? 0) + 1
    }
    if (kept) for (const agent of Object.values(kept)) agent.destroy()
  }
  const all = turns.map((_, index) => run(index))
  return {
    count: () => count,
    turn: async () => {
      // The request under way may have begun before.
      const goal = turns.map((made) => made + 2)
      while (running && turns.some((made, index) => made < goal[index]!)) {
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    },
    stop: async () => {
      running = false
      await Promise.all(all)
      return { failures, count }
    },
  }
}
