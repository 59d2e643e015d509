// `lotse token`: makes, lists and revokes join tokens in the control plane's data directory.
import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CertificateAuthority, openAuthority } from '../ca/ca.ts'
import { isProblem } from '../ca/problem.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { EXIT, fail } from './print.ts'

interface CreateOptions {
  readonly data: string
  readonly workload?: string
  readonly ttl: string
  readonly uses: string
}

/** The control plane makes its authority; here a directory without one is a slip of the pen. */
async function open(directory: string): Promise<CertificateAuthority | Diagnostic> {
  const trustDomain = trustDomainOf(directory)
  if (trustDomain !== undefined) {
    return openAuthority({ directory, trustDomain, now: () => new Date() })
  }
  return {
    code: 'L0410',
    severity: 'error',
    text: `${directory} holds no certificate authority, so it is not the data directory of a control plane. Name the --data of \`lotse serve\``,
  }
}

/** As the root certificate says; undefined if there is none. What is wrong with one is told by the authority itself. */
function trustDomainOf(directory: string): string | undefined {
  try {
    const root = new X509Certificate(readFileSync(join(directory, 'ca', 'root.pem')))
    return /URI:spiffe:\/\/([^/,]+)/.exec(root.subjectAltName ?? '')?.[1] ?? 'cluster.local'
  } catch {
    return existsSync(join(directory, 'ca')) ? 'cluster.local' : undefined
  }
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
