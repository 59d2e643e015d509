// Asks a Prometheus, and says plainly why it does not answer.

export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** GET of a path below the server's address; rejects if nobody answers. */
export type Ask = (path: string) => Promise<{ readonly status: number; readonly body: string }>

/** More is not read: no graph of this size can be looked at. */
const MOST_BYTES = 32 * 1024 * 1024
const PATIENCE_MS = 5_000

export function askPrometheus(url: string): Ask {
  return async (path) => {
    const answer = await fetch(`${url.replace(/\/+$/, '')}${path}`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    const bytes = await answer.arrayBuffer()
    if (bytes.byteLength > MOST_BYTES)
      throw new Error(`it answers with more than ${MOST_BYTES} bytes`)
    return { status: answer.status, body: Buffer.from(bytes).toString() }
  }
}

/** Throws with a reason in words. */
export async function samplesOf(ask: Ask, expression: string): Promise<Sample[]> {
  const found = await results(ask, `query?query=${encodeURIComponent(expression)}`)
  return found.flatMap(({ metric, value }) => {
    const number = Number(value?.[1])
    return metric && Number.isFinite(number) ? [{ labels: metric, value: number }] : []
  })
}

/** Values by time, in seconds since 1970. */
export type Moments = ReadonlyMap<number, number>

/** Of an expression that gives one series at most. */
export async function momentsOf(
  ask: Ask,
  expression: string,
  { from, to, step }: { readonly from: number; readonly to: number; readonly step: number },
): Promise<Moments> {
  const query = new URLSearchParams({
    ...{ query: expression, start: String(from), end: String(to), step: String(step) },
  })
  const [series] = await results(ask, `query_range?${query}`)
  const values = Array.isArray(series?.values) ? series.values : []
  return new Map(
    values
      .map(([at, text]) => [Number(at), Number(text)] as const)
      .filter(([, value]) => Number.isFinite(value)),
  )
}

interface Result {
  readonly metric?: Readonly<Record<string, string>>
  readonly value?: readonly [number, string]
  readonly values?: readonly (readonly [number, string])[]
}

async function results(ask: Ask, path: string): Promise<readonly Result[]> {
  const { status, body } = await ask(`/api/v1/${path}`)
  const read = parsed(body)
  if (read?.status !== 'success' || !Array.isArray(read.data?.result)) {
    const reason = read?.error ?? `status ${status}, and no answer of Prometheus' API`
    throw new Error(String(reason).slice(0, 300))
  }
  return read.data.result
}

interface Answer {
  readonly status?: string
  readonly error?: string
  readonly data?: { readonly result?: readonly Result[] }
}

function parsed(body: string): Answer | undefined {
  try {
    return JSON.parse(body) as Answer
  } catch {
    return undefined
  }
}

/** In words for who looks at the page. */
export function unreachable(url: string, error: unknown): string {
  const { cause, name, message } = error as Error & { cause?: { code?: string } }
  const reason =
    cause?.code ?? (name === 'TimeoutError' ? `no answer in ${PATIENCE_MS} ms` : message)
  return `Prometheus at ${url} tells nothing of the whole mesh (${reason}); this is what the proxies of this replica report. Start it or correct --prometheus`
}
