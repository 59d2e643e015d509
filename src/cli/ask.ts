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
