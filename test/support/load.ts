// A steady load through an Envoy: half of the requests on connections of their own, nothing retried, every failure counted.
import { Agent, type IncomingMessage, request } from 'node:http'
import type { Cleanup } from './cleanup.ts'

export interface LoadOptions {
  readonly address: string
  readonly port: number
  readonly perSecond: number
  /** Host headers that are asked in turn, with the requests on open connections and on new ones. */
  readonly kept: string
  readonly fresh: string
}

export interface LoadCount {
  readonly sent: number
  readonly answered: number
  readonly failed: number
  /** Of those sent, on connections of their own. */
  readonly fresh: number
  /** The first failures, in words. */
  readonly examples: readonly string[]
  /** How many failed, by the second since the start. */
  readonly failedAt: Readonly<Record<string, number>>
}

export interface RunningLoad {
  count(): LoadCount
  /** Sends no more, and waits for what is under way. */
  stop(): Promise<LoadCount>
}

const TICK_MS = 10
const TIMEOUT_MS = 30_000

export function startLoad(t: Cleanup, options: LoadOptions): RunningLoad {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const examples: string[] = []
  const failedAt: Record<string, number> = {}
  const counts = { sent: 0, answered: 0, failed: 0, fresh: 0 }
  const open = new Set<Promise<void>>()
  const send = () => {
    const fresh = counts.sent % 2 === 0
    counts.sent++
    if (fresh) counts.fresh++
    const asked = ask(options, fresh ? undefined : agent).then(
      ({ status, body }) => {
        if (status === 200) counts.answered++
        else fail(`${fresh ? 'fresh' : 'kept'}: status ${status} ${body.slice(0, 200)}`)
      },
      (error: Error) => fail(`${fresh ? 'fresh' : 'kept'}: ${error.message}`),
    )
    open.add(asked)
    void asked.then(() => open.delete(asked))
  }
  const fail = (text: string) => {
    counts.failed++
    const second = Math.floor((performance.now() - begun) / 1000)
    failedAt[second] = (failedAt[second] ?? 0) + 1
    if (examples.length < 5) examples.push(`${text} after ${counts.sent}`)
  }
  const begun = performance.now()
  let due = 0
  const timer = setInterval(() => {
    due = ((performance.now() - begun) / 1000) * options.perSecond
    // a machine that is busy sends less, not all at once
    for (let n = 0; counts.sent < due && n < options.perSecond / 10; n++) send()
  }, TICK_MS)
  const count = () => ({ ...counts, examples: [...examples], failedAt: { ...failedAt } })
  const stop = async () => {
    clearInterval(timer)
    await Promise.all(open)
    agent.destroy()
    return count()
  }
  t.after(() => stop().then(() => undefined))
  return { count, stop }
}

function ask(
  { address, port, kept, fresh }: LoadOptions,
  agent: Agent | undefined,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        ...{ host: address, port, agent: agent ?? false, timeout: TIMEOUT_MS },
        headers: { host: agent ? kept : fresh },
      },
      (incoming: IncomingMessage) => {
        let body = ''
        incoming.setEncoding('utf8').on('data', (chunk: string) => {
          body += chunk
        })
        incoming
          .on('end', () => resolve({ status: incoming.statusCode ?? 0, body }))
          .on('error', reject)
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')))
    outgoing.on('error', reject).end()
  })
}
