// Join tokens: who may enrol. One small file a token, so that several processes can make, use and revoke them at once.
import { createHash, timingSafeEqual } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import type { Diagnostic } from '../model/diagnostic.ts'
import { createFile, publishFile, replaceFile, syncDirectory } from './files.ts'
import { parseWorkloadName, type WorkloadName } from './identity.ts'
import { isProblem, problem, reasonOf } from './problem.ts'
import { formatToken, newToken, parseToken, TOKEN_ID } from './token-text.ts'

/** What is known of a token; its secret exists nowhere but with its holder. */
export interface Token {
  readonly id: string
  readonly createdAt: string
  /** Only this workload (`NAMESPACE/NAME`) may use it; absent: any. */
  readonly workload?: string
  /** RFC 3339; absent: never. */
  readonly expiresAt?: string
  /** How many enrolments it is good for; absent: unlimited. */
  readonly uses?: number
  /** Only callers on the control plane's own machine may use it. */
  readonly local?: true
}

export interface ListedToken extends Token {
  readonly used: number
  readonly state: 'valid' | 'expired' | 'used'
}

export interface TokenOrder {
  readonly workload?: string
  /** Seconds until it expires; 0 for never. One hour by default. */
  readonly ttl?: number
  /** 1 by default; 0 for unlimited. */
  readonly uses?: number
  readonly local?: true
}

export interface Tokens {
  /** The new token's text: shown once, stored only as a hash. */
  readonly create: (
    order: TokenOrder,
  ) => { readonly text: string; readonly token: Token } | Diagnostic
  /** The token of this text if it is genuine, in time and not used up; else L0430. Uses nothing up. */
  readonly verify: (text: string) => Token | Diagnostic
  /** L0431 unless the token may enrol this workload for a caller at this IP address. */
  readonly permits: (
    token: Token,
    workload: WorkloadName,
    address: string,
  ) => Diagnostic | undefined
  /** Takes one use, or L0430 when another request took the last one: of N racing callers at most `uses` succeed. */
  readonly consume: (token: Token) => Diagnostic | undefined
  /** False when there is no such token. */
  readonly revoke: (id: string) => boolean
  readonly list: () => readonly ListedToken[]
}

/** Of `Tokens`, what enrolment needs; the answers may take time. */
export interface EnrolmentTokens {
  readonly verify: (text: string) => Answer<Token | Diagnostic>
  readonly permits: Tokens['permits']
  readonly consume: (token: Token) => Answer<Diagnostic | undefined>
}

type Answer<T> = T | Promise<T>

interface Stored extends Token {
  /** base64url SHA-256 of the secret. 256 random bits need no slow hash. */
  readonly hash: string
}

export interface TokensOptions {
  /** The data directory; tokens live in its folder `tokens`. */
  readonly directory: string
  /** Of the root that the control plane's certificate is below now. */
  readonly rootSha256: () => string
  readonly now: () => Date
}

const MAX_USES = 1000
const MAX_TTL = 366 * 24 * 3600
/** Days an expired token stays listed. */
const KEPT = 7

export function openTokens(options: TokensOptions): Tokens | Diagnostic {
  const folder = `${options.directory}/tokens`
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    return problem('L0410', `Cannot use ${folder}: ${reasonOf(error)}.`)
  }
  return {
    create: (order) => create(folder, order, options),
    verify: (text) => verify(folder, text, options),
    permits,
    consume: (token) => consume(folder, token),
    revoke: (id) => revoke(folder, id),
    list: () => list(folder, options.now()),
  }
}

/**
 * Writes `join-token` (0600): any workload, any number of times, without end; for this machine's use. Called once, when the
 * data directory is new: an operator who removes or revokes it does not get it back.
 */
export function writeJoinToken(directory: string, tokens: Tokens): Diagnostic | undefined {
  const made = tokens.create({ ttl: 0, uses: 0, local: true })
  if (isProblem(made)) return made
  try {
    publishFile(`${directory}/join-token`, `${made.text}\n`)
    return undefined
  } catch (error) {
    tokens.revoke(made.token.id)
    // another process made one at the same time
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    return problem('L0410', `Cannot write ${directory}/join-token: ${reasonOf(error)}.`)
  }
}

/** The file `join-token` names the present root, also after that was replaced; tokens elsewhere have to be made again. */
export function repinJoinToken(directory: string, rootSha256: string): void {
  const path = `${directory}/join-token`
  if (!existsSync(path)) return
  const token = parseToken(readFileSync(path, 'utf8'))
  if (isProblem(token) || token.rootSha256 === rootSha256) return
  replaceFile(path, `${formatToken({ ...token, rootSha256 })}\n`)
}

function create(
  folder: string,
  order: TokenOrder,
  options: TokensOptions,
): { text: string; token: Token } | Diagnostic {
  const { ttl = 3600, uses = 1, workload, local } = order
  if (!Number.isInteger(uses) || uses < 0 || uses > MAX_USES) {
    return problem('L0432', `A token is good for 1 to ${MAX_USES} uses, or 0 for unlimited.`)
  }
  if (!Number.isFinite(ttl) || ttl < 0 || ttl > MAX_TTL) {
    return problem('L0432', 'A token is valid for at most 366 days, or 0 for ever.')
  }
  const bound = workload === undefined ? undefined : parseWorkloadName(workload)
  if (bound && isProblem(bound)) return bound
  const now = options.now()
  const { id, secret, rootSha256 } = newToken(options.rootSha256())
  const token: Token = {
    id,
    createdAt: now.toISOString(),
    ...(workload !== undefined && { workload }),
    ...(ttl > 0 && { expiresAt: new Date(now.getTime() + ttl * 1000).toISOString() }),
    ...(uses > 0 && { uses }),
    ...(local && { local }),
  }
  const stored: Stored = { ...token, hash: hashOf(secret).toString('base64url') }
  try {
    prune(folder, now)
    publishFile(`${folder}/${id}.json`, `${JSON.stringify(stored)}\n`)
  } catch (error) {
    return problem('L0410', `Cannot write to ${folder}: ${reasonOf(error)}.`)
  }
  return { text: formatToken({ id, secret, rootSha256 }), token }
}

function verify(folder: string, text: string, options: TokensOptions): Token | Diagnostic {
  const parsed = parseToken(text)
  const stored = isProblem(parsed) ? undefined : read(folder, parsed.id)
  // the comparison is made even when the id is unknown, so that time tells nothing
  const given = hashOf(isProblem(parsed) ? '' : parsed.secret)
  const wanted = stored ? Buffer.from(stored.hash, 'base64url') : Buffer.alloc(32)
  const genuine = wanted.length === given.length && timingSafeEqual(given, wanted)
  if (!stored || !genuine) {
    return problem(
      'L0430',
      'The token is unknown or was revoked. Make one with: lotse token create.',
    )
  }
  if (stored.expiresAt && options.now() >= new Date(stored.expiresAt)) {
    return problem(
      'L0430',
      `The token ${stored.id} has expired. Make one with: lotse token create.`,
    )
  }
  if (stored.uses !== undefined && usesOf(folder, stored.id) >= stored.uses) return usedUp(stored)
  const { hash: _, ...token } = stored
  return token
}

function permits(token: Token, workload: WorkloadName, address: string): Diagnostic | undefined {
  if (token.local && !isOwnAddress(address)) {
    return problem(
      'L0431',
      `The token ${token.id} is for the control plane's own machine. Make one for this workload with: lotse token create.`,
    )
  }
  if (token.workload === undefined) return undefined
  if (token.workload === `${workload.namespace}/${workload.name}`) return undefined
  return problem('L0431', `The token ${token.id} is bound to another workload.`)
}

/** Loopback, or an address of an interface of this machine: such a caller can only be here. */
function isOwnAddress(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '')
  if (plain === '::1' || plain.startsWith('127.')) return true
  return Object.values(networkInterfaces()).some((list = []) =>
    list.some((one) => one.address === plain),
  )
}

/** Each use is a file that only one process can create. */
function consume(folder: string, token: Token): Diagnostic | undefined {
  if (!existsSync(`${folder}/${token.id}.json`)) {
    return problem('L0430', `The token ${token.id} was revoked.`)
  }
  if (token.uses === undefined) return undefined
  for (let use = usesOf(folder, token.id); use < token.uses; use++) {
    try {
      createFile(`${folder}/${token.id}.use${use}`, '')
      syncDirectory(folder)
      return undefined
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue
      return problem('L0410', `Cannot write to ${folder}: ${reasonOf(error)}.`)
    }
  }
  return usedUp(token)
}

function revoke(folder: string, id: string): boolean {
  if (!TOKEN_ID.test(id) || !existsSync(`${folder}/${id}.json`)) return false
  // the record goes first: from then on nothing accepts it
  rmSync(`${folder}/${id}.json`, { force: true })
  for (const name of readdirSync(folder)) {
    if (name.startsWith(`${id}.`)) rmSync(`${folder}/${name}`, { force: true })
  }
  syncDirectory(folder)
  return true
}

function list(folder: string, now: Date): readonly ListedToken[] {
  const found: ListedToken[] = []
  for (const name of readdirSync(folder).sort()) {
    const stored = name.endsWith('.json') ? read(folder, name.slice(0, -5)) : undefined
    if (!stored) continue
    const { hash: _, ...token } = stored
    const used = usesOf(folder, token.id)
    const expired = token.expiresAt !== undefined && now >= new Date(token.expiresAt)
    const spent = token.uses !== undefined && used >= token.uses
    found.push({ ...token, used, state: expired ? 'expired' : spent ? 'used' : 'valid' })
  }
  return found
}

function prune(folder: string, now: Date): void {
  const limit = now.getTime() - KEPT * 24 * 3600_000
  for (const token of list(folder, now)) {
    const end = Date.parse(token.expiresAt ?? '')
    if (end < limit) revoke(folder, token.id)
  }
}

/** Uses are numbered without gaps, so the first free number is their count. */
function usesOf(folder: string, id: string): number {
  let count = 0
  while (existsSync(`${folder}/${id}.use${count}`)) count++
  return count
}

function read(folder: string, id: string): Stored | undefined {
  if (!TOKEN_ID.test(id)) return undefined
  try {
    const stored: Stored = JSON.parse(readFileSync(`${folder}/${id}.json`, 'utf8'))
    return stored.id === id && typeof stored.hash === 'string' ? stored : undefined
  } catch {
    // absent or damaged: such a token is not valid
    return undefined
  }
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

function usedUp(token: Token): Diagnostic {
  return problem('L0430', `The token ${token.id} is used up. Make one with: lotse token create.`)
}
