// `lotse token`: makes, lists and revokes join tokens in the control plane's data directory.

import { openAuthority } from '../ca/ca.ts'
import { isProblem } from '../ca/problem.ts'
import { EXIT, fail } from './print.ts'

interface CreateOptions {
  readonly data: string
  readonly workload?: string
  readonly ttl: string
  readonly uses: string
}

function open(directory: string) {
  return openAuthority({ directory, trustDomain: 'cluster.local', now: () => new Date() })
}

export async function createToken(options: CreateOptions): Promise<number> {
  const authority = await open(options.data)
  if (isProblem(authority)) return fail(authority)
  const made = authority.tokens.create({
    ttl: Number(options.ttl),
    uses: Number(options.uses),
    ...(options.workload ? { workload: options.workload } : {}),
  })
  if (isProblem(made)) return fail(made)
  console.log(made.text)
  console.error(`id ${made.token.id}, expires ${made.token.expiresAt ?? 'never'}; shown this once`)
  return EXIT.done
}

export async function listTokens(options: { data: string }): Promise<number> {
  const authority = await open(options.data)
  if (isProblem(authority)) return fail(authority)
  for (const token of authority.tokens.list()) {
    const uses = `${token.used}/${token.uses ?? 'any'}`
    const workload = token.workload ?? 'any workload'
    console.log(`${token.id}  ${token.state}  ${uses}  ${token.expiresAt ?? 'never'}  ${workload}`)
  }
  return EXIT.done
}

export async function revokeToken(id: string, options: { data: string }): Promise<number> {
  const authority = await open(options.data)
  if (isProblem(authority)) return fail(authority)
  if (authority.tokens.revoke(id)) return EXIT.done
  console.error(`error: there is no token ${id} (L0512)`)
  return EXIT.wrongInput
}
