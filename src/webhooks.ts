// The admission webhooks of a running control plane: its certificate authority, its mesh, and the checks of `lotse check`.

import type { InjectSettings } from './admission/inject.ts'
import { serveWebhooks } from './admission/server.ts'
import type { Issuer } from './ca/issuer.ts'
import { isProblem } from './ca/problem.ts'
import { splitAddress } from './listen.ts'
import type { Diagnostic } from './model/diagnostic.ts'
import { checkCredential } from './registry/credential.ts'
import { Objects } from './registry/objects.ts'
import { printPath } from './registry/phrase.ts'
import { validate } from './translate/validate/index.ts'

export interface WebhooksOptions {
  /** `HOST:PORT`. */
  readonly address: string
  /** Names by which the API server calls. */
  readonly hosts: readonly string[]
  readonly settings: InjectSettings
}

export interface Webhooks {
  /** As bound. */
  readonly address: string
  readonly close: () => Promise<void>
}

interface Context {
  readonly issuer: () => Issuer
  readonly namespaceLabels: (namespace: string) => Readonly<Record<string, string>>
  readonly log: (diagnostic: Diagnostic) => void
}

/** A fresh pair each hour: long before the last one ends, and soon after the roots were replaced. */
const RENEWAL = 3_600_000

export async function openWebhooks(
  options: WebhooksOptions,
  { issuer, namespaceLabels, log }: Context,
): Promise<Webhooks | Diagnostic> {
  const { host, port } = splitAddress(options.address)
  const pairOf = async () => {
    const issued = await issuer().issueServer(options.hosts)
    if (isProblem(issued)) return issued
    return { keyPem: issued.keyPem, chainPem: issued.chain.join('') }
  }
  const pair = await pairOf()
  if (isProblem(pair)) return pair
  const { settings } = options
  try {
    const server = await serveWebhooks({ host, port, pair, settings, judge, namespaceLabels })
    const timer = setInterval(async () => {
      const next = await pairOf()
      if (isProblem(next)) log(next)
      else server.renew(next)
    }, RENEWAL)
    timer.unref()
    const close = async () => {
      clearInterval(timer)
      await server.close()
    }
    return { address: `${host}:${server.port}`, close }
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code
    const text = `Cannot listen on ${options.address} (${why}). Is another process using the port? Choose another by --webhooks`
    return { code: 'L0511', severity: 'error', text }
  }
}

/** What can be said of an object by itself; what it refers to may come later than it. */
export function judge(value: unknown): readonly Diagnostic[] {
  const objects = new Objects()
  const at = (path: readonly (string | number)[]) => ({
    source: path.length > 0 ? printPath(path) : 'object',
    line: 0,
    column: 0,
  })
  objects.put('object', { value, at })
  const { documents, diagnostics } = objects.state()
  return [
    ...diagnostics,
    ...documents.flatMap((document) => [
      ...validate(document),
      ...checkCredential(document, new Date()),
    ]),
  ]
}
