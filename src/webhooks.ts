// The admission webhooks of a running control plane: its certificate authority, its mesh, and the checks of `lotse check`.

import type { InjectSettings } from './admission/inject.ts'
import { serveWebhooks } from './admission/server.ts'
import type { Issuer } from './ca/issuer.ts'
import { isProblem, reasonOf } from './ca/problem.ts'
import { splitAddress } from './listen.ts'
import { type Diagnostic, hasErrors } from './model/diagnostic.ts'
import type { Document } from './model/document.ts'
import { checkCredential } from './registry/credential.ts'
import { identify } from './registry/identify.ts'
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
  /** Other roots are trusted: a pair below the present one. */
  readonly renew: () => Promise<void>
  readonly close: () => Promise<void>
}

interface Context {
  readonly issuer: () => Issuer
  /** What there is to say of a document as a part of the mesh: what it names and is not there. */
  readonly references: (document: Document) => readonly Diagnostic[]
  readonly log: (diagnostic: Diagnostic) => void
}

/** A fresh pair each hour: long before the last one ends. */
const RENEWAL = 3_600_000

export async function openWebhooks(
  options: WebhooksOptions,
  { issuer, references, log }: Context,
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
    const server = await serveWebhooks({
      ...{ host, port, pair, settings },
      judge: (value) => judge(value, references),
    })
    const renew = async () => {
      try {
        const next = await pairOf()
        if (isProblem(next)) log(next)
        else server.renew(next)
      } catch (error) {
        const text = `The certificate of the webhooks is not renewed yet (${reasonOf(error)})`
        log({ code: 'L0424', severity: 'warning', text })
      }
    }
    const timer = setInterval(renew, RENEWAL)
    timer.unref()
    const close = async () => {
      clearInterval(timer)
      await server.close()
    }
    return { address: `${host}:${server.port}`, renew, close }
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code
    const text = `Cannot listen on ${options.address} (${why}). Is another process using the port? Choose another by --webhooks`
    return { code: 'L0511', severity: 'error', text }
  }
}

/** What can be said of an object by itself, and as warnings what it names and is not there: that may come later than it. */
export function judge(
  value: unknown,
  references: Context['references'] = () => [],
): readonly Diagnostic[] {
  const objects = new Objects()
  const given = new Set<string>()
  const at = (path: readonly (string | number)[]) => {
    const source = path.length > 0 ? printPath(path) : 'object'
    given.add(source)
    return { source, line: 0, column: 0 }
  }
  const unread = unreadKind(value)
  if (unread) return [unread]
  objects.put('object', { value, at })
  const { documents, diagnostics } = objects.state()
  const own = [
    ...diagnostics,
    ...documents.flatMap((document) => [
      ...validate(document),
      ...checkCredential(document, new Date()),
    ]),
  ]
  if (hasErrors(own)) return own
  const others = documents
    .flatMap(references)
    .filter(({ origin }) => origin !== undefined && given.has(origin.source))
    .map((diagnostic) => ({ ...diagnostic, severity: 'warning' as const }))
  return [...own, ...others]
}

/** A server does not have what is misspelt, so this is of a later version of the API than Lotse's: others may read it. */
function unreadKind(value: unknown): Diagnostic | undefined {
  const { kind, apiVersion } = (value ?? {}) as Readonly<Record<string, unknown>>
  const identified = identify(String(kind), String(apiVersion))
  if (identified.type !== 'wrong') return undefined
  const text = `${kind} of ${apiVersion} is not read by this version of Lotse: ignored`
  return { code: 'L0103', severity: 'warning', text }
}
