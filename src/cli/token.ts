// `lotse token`: makes, lists and revokes join tokens and API tokens in the control plane's data directory.
import { readPresentRoot } from '../ca/overview.ts'
import { isProblem } from '../ca/problem.ts'
import { openTokens, type Tokens } from '../ca/token.ts'
import { createApiToken, listApiTokens, type Role, revokeApiToken } from '../dashboard/api-token.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { EXIT, fail } from './print.ts'

interface CreateOptions {
  readonly data: string
  readonly workload?: string
  readonly ttl: string
  readonly uses: string
  readonly api?: boolean
  readonly role: Role
  readonly namespace?: string
}

/** Needs no key, so no passphrase either: a token names the root by its hash. */
function open(directory: string): Tokens | Diagnostic {
  const root = readPresentRoot(directory)
  if (isProblem(root)) return root
  return openTokens({ directory, rootSha256: () => root.sha256, now: () => new Date() })
}

export async function createToken(options: CreateOptions): Promise<number> {
  const tokens = open(options.data)
  if (isProblem(tokens)) return fail(tokens)
  if (options.api) return createForApi(options)
  const made = tokens.create({
    ttl: Number(options.ttl),
    uses: Number(options.uses),
    ...(options.workload ? { workload: options.workload } : {}),
  })
  if (isProblem(made)) return fail(made)
  console.log(made.text)
  console.error(`id ${made.token.id}, expires ${made.token.expiresAt ?? 'never'}; shown this once`)
  return EXIT.done
}

function createForApi({ data, role, namespace, ttl }: CreateOptions): number {
  const order = { role, ttl: Number(ttl), ...(namespace === undefined ? {} : { namespace }) }
  const made = createApiToken(data, order, new Date())
  if (isProblem(made)) return fail(made)
  console.log(made.text)
  console.error(`id ${made.token.id}, expires ${made.token.expiresAt ?? 'never'}; shown this once`)
  return EXIT.done
}

export async function listTokens(options: { data: string }): Promise<number> {
  const tokens = open(options.data)
  if (isProblem(tokens)) return fail(tokens)
  for (const token of tokens.list()) {
    const uses = `${token.used}/${token.uses ?? 'any'}`
    const workload = token.workload ?? (token.local ? 'any workload here' : 'any workload')
    console.log(`${token.id}  ${token.state}  ${uses}  ${token.expiresAt ?? 'never'}  ${workload}`)
  }
  for (const { id, role, namespace = 'the whole mesh', expiresAt } of listApiTokens(options.data)) {
    console.log(`${id}  api ${role}  ${expiresAt ?? 'never'}  ${namespace}`)
  }
  return EXIT.done
}

export async function revokeToken(id: string, options: { data: string }): Promise<number> {
  const tokens = open(options.data)
  if (isProblem(tokens)) return fail(tokens)
  if (tokens.revoke(id) || revokeApiToken(options.data, id)) return EXIT.done
  console.error(`error: there is no token ${id} (L0512)`)
  return EXIT.wrongInput
}
