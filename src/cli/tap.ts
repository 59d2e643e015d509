// `lotse tap`: a workload's requests as they happen, with the lines that decided about them, until it is stopped.
import { isProblem } from '../ca/problem.ts'
import type { Explained } from '../model/tap.ts'
import { type AskOptions, follow } from './ask.ts'
import { EXIT, fail } from './print.ts'

interface TapOptions extends AskOptions {
  readonly json?: boolean
  /** How many; 0 until it is stopped. */
  readonly count: string
}

export async function tap(workload: string, options: TapOptions): Promise<number> {
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort())
  let left = Number(options.count) || Number.POSITIVE_INFINITY
  const path = `/api/v1/tap?${new URLSearchParams({ workload })}`
  const ended = await follow(options, path, stop.signal, (name, data) => {
    if (name !== 'requests') return
    const { requests, dropped } = data as { requests: readonly Explained[]; dropped: number }
    for (const one of requests.slice(0, left)) {
      console.log(options.json ? JSON.stringify(one) : line(one))
    }
    if (dropped > 0) console.error(`${dropped} more requests were too many to show`)
    left -= requests.length
    if (left <= 0) stop.abort()
  })
  return isProblem(ended) ? fail(ended) : EXIT.done
}

function line(one: Explained): string {
  const { at, direction, method, host, path, status, grpc, duration, detail, flags, steps } = one
  const { event, bytesSent, bytesReceived } = one
  const where =
    direction === 'in' ? `from ${one.caller || 'plain text'}` : `to ${one.cluster || '-'}`
  const answer = event ?? `${status || '-'}${grpc ? ` (gRPC ${grpc})` : ''}`
  const what = event ? `${bytesReceived} bytes in, ${bytesSent} bytes out` : `${host}${path}`
  const took = duration === undefined ? '' : `${duration.toFixed(1)} ms`
  const why =
    status >= 400 || (status === 0 && event !== 'opened') ? [...flags, detail].join(' ') : ''
  const lines = steps.map(({ what, name, place = '' }) => `    ${what.padEnd(6)} ${name}  ${place}`)
  const words = [
    at.slice(11, 23),
    direction.padEnd(3),
    answer,
    event ? 'TCP' : method,
    what,
    took,
    where,
    why,
  ]
  return [words.filter(Boolean).join('  '), ...lines].map(printable).join('\n')
}

/** What callers chose must not move the cursor. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '?')
}
