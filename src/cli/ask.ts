// Asks a running control plane over its HTTP side.
import { readFileSync } from 'node:fs'
import { isProblem, reasonOf } from '../ca/problem.ts'
import type { Diagnostic } from '../model/diagnostic.ts'

export interface AskOptions {
  /** `HOST:PORT`. */
  readonly http: string
  readonly tokenFile?: string
}

const WAIT_MS = 10_000

/** What it answers to GET, as JSON; L0511 when nobody answers or the answer is an error, L0512 without a readable token. */
export async function ask(
  { http, tokenFile }: AskOptions,
  path: string,
): Promise<{ readonly answer: unknown } | Diagnostic> {
  const headers = authorization(tokenFile)
  if (isProblem(headers)) return headers
  try {
    const signal = AbortSignal.timeout(WAIT_MS)
    const answer = await fetch(`http://${http}${path}`, { headers, signal })
    if (answer.ok) return { answer: await answer.json() }
    return unanswered(`the control plane answered ${answer.status}: ${await answer.text()}`)
  } catch {
    return unanswered(
      `no control plane answers at ${http}. Is \`lotse serve\` running, and is this its --http address?`,
    )
  }
}

/** Calls `take` with each event of a stream; ends with the signal, or with L0511 when the stream does. */
export async function follow(
  { http, tokenFile }: AskOptions,
  path: string,
  signal: AbortSignal,
  take: (name: string, data: unknown) => void,
): Promise<Diagnostic | undefined> {
  const headers = authorization(tokenFile)
  if (isProblem(headers)) return headers
  try {
    const answer = await fetch(`http://${http}${path}`, { headers, signal })
    if (!answer.ok || !answer.body) {
      return unanswered(`the control plane answered ${answer.status}: ${await answer.text()}`)
    }
    let rest = ''
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
      const parts = `${rest}${chunk}`.split('\n\n')
      rest = parts.pop() ?? ''
      for (const part of parts) {
        const [, name] = /^event: (.*)$/m.exec(part) ?? []
        const [, data] = /^data: (.*)$/m.exec(part) ?? []
        if (name && data) take(name, JSON.parse(data))
      }
    }
  } catch (error) {
    if (signal.aborted) return undefined
    if (error instanceof SyntaxError) throw error
  }
  if (signal.aborted) return undefined
  return unanswered(`the control plane at ${http} is not there (any more)`)
}

function unanswered(text: string): Diagnostic {
  return { code: 'L0511', severity: 'error', text }
}

function authorization(file: string | undefined): Record<string, string> | Diagnostic {
  if (!file) return {}
  try {
    return { authorization: `Bearer ${readFileSync(file, 'utf8').trim()}` }
  } catch (error) {
    return {
      code: 'L0512',
      severity: 'error',
      text: `The token file ${file} cannot be read (${reasonOf(error)}). It is DATA/api-token on the control plane's machine`,
    }
  }
}
