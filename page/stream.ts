// Server-sent events by fetch, since a browser's own EventSource sends no token.
import { authorization } from './session.ts'

export interface StreamOptions {
  readonly path: string
  readonly take: (name: string, data: unknown) => void
  /** It ended by itself, or never began: the status of the answer, 0 without one. */
  readonly ended: (status: number) => void
}

/** Gives the function that ends it; then nothing is called any more. */
export function openStream({ path, take, ended }: StreamOptions): () => void {
  const abort = new AbortController()
  const read = async () => {
    const answer = await fetch(`/api/v1/${path}`, {
      headers: authorization(),
      signal: abort.signal,
      cache: 'no-store',
    })
    if (!answer.ok || !answer.body) return answer.status
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const events = `${rest}${part.value}`.split('\n\n')
      rest = events.pop() ?? ''
      for (const event of events) {
        const [, name] = /^event: (.*)$/m.exec(event) ?? []
        const [, data] = /^data: (.*)$/m.exec(event) ?? []
        if (name && data && !abort.signal.aborted) take(name, JSON.parse(data))
      }
    }
    return answer.status
  }
  void read()
    .catch(() => 0)
    .then((status) => {
      if (!abort.signal.aborted) ended(status)
    })
  return () => abort.abort()
}
