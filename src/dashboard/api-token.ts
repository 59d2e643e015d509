// API tokens: who may ask the control plane what. One small file a token, which holds a hash of it and never the token.
import { createHash, timingSafeEqual } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { publishFile } from '../ca/files.ts'
import { reasonOf } from '../ca/problem.ts'
import { newToken, TOKEN_ID } from '../ca/token-text.ts'
import type { Diagnostic } from '../model/diagnostic.ts'

/** Each may do what those before it may. */
export const ROLES = ['read', 'operate', 'admin'] as const
export type Role = (typeof ROLES)[number]

export interface ApiToken {
  readonly id: string
  readonly role: Role
  /** Absent: the whole mesh. */
  readonly namespace?: string
  readonly createdAt: string
  /** RFC 3339; absent: never. */
  readonly expiresAt?: string
}

export interface ApiTokenOrder {
  readonly role: Role
  readonly namespace?: string
  /** Seconds until it expires; 0 for never. */
  readonly ttl: number
}

/** base64url SHA-256 of the secret; 256 random bits need no slow hash. */
type Stored = ApiToken & { readonly hash: string }

const MAX_TTL = 366 * 24 * 3600
const TEXT = /^lotse-api1\.([a-z2-7]{16})\.([A-Za-z0-9_-]{43})$/

function folderOf(data: string): string {
  return `${data}/api-tokens`
}

export function createApiToken(
  data: string,
  { role, namespace, ttl }: ApiTokenOrder,
  now: Date,
): { readonly text: string; readonly token: ApiToken } | Diagnostic {
  if (!ROLES.includes(role)) return wrong(`${role} is not a role: ${ROLES.join(', ')}`)
  if (namespace !== undefined && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) {
    return wrong('The namespace of a token is a name of small letters, digits and dashes')
  }
  if (!Number.isFinite(ttl) || ttl < 0 || ttl > MAX_TTL) {
    return wrong('A token is valid for at most 366 days, or 0 for ever')
  }
  const { id, secret } = newToken('')
  const token: ApiToken = {
    ...{ id, role, createdAt: now.toISOString() },
    ...(namespace === undefined ? {} : { namespace }),
    ...(ttl > 0 ? { expiresAt: new Date(now.getTime() + ttl * 1000).toISOString() } : {}),
  }
  const stored: Stored = { ...token, hash: hashOf(secret).toString('base64url') }
  const folder = folderOf(data)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    publishFile(`${folder}/${id}.json`, `${JSON.stringify(stored)}\n`)
  } catch (error) {
    return {
      code: 'L0410',
      severity: 'error',
      text: `Cannot write to ${folder}: ${reasonOf(error)}`,
    }
  }
  return { text: `lotse-api1.${id}.${secret}`, token }
}

/** The token of this text if it is genuine and in time; read anew each time, so that a revoked one is refused at once. */
export function verifyApiToken(data: string, text: string, now: Date): ApiToken | undefined {
  const [, id = '', secret = ''] = TEXT.exec(text) ?? []
  const stored = read(data, id)
  // The comparison is made even when the id is unknown, so that time tells nothing.
  const wanted = stored ? Buffer.from(stored.hash, 'base64url') : Buffer.alloc(32)
  const given = hashOf(secret)
  const genuine = wanted.length === given.length && timingSafeEqual(given, wanted)
  if (!stored || !genuine) return undefined
  if (stored.expiresAt !== undefined && !(now < new Date(stored.expiresAt))) return undefined
  const { hash: _, ...token } = stored
  return token
}

export function listApiTokens(data: string): readonly ApiToken[] {
  const folder = folderOf(data)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const stored = name.endsWith('.json') ? read(data, name.slice(0, -5)) : undefined
      if (!stored) return []
      const { hash: _, ...token } = stored
      return [token]
    })
}

/** False when there is no such token. */
export function revokeApiToken(data: string, id: string): boolean {
  const path = `${folderOf(data)}/${id}.json`
  if (!TOKEN_ID.test(id) || !existsSync(path)) return false
  rmSync(path, { force: true })
  return true
}

function read(data: string, id: string): Stored | undefined {
  if (!TOKEN_ID.test(id)) return undefined
  try {
    const stored: Stored = JSON.parse(readFileSync(`${folderOf(data)}/${id}.json`, 'utf8'))
    const whole = stored.id === id && typeof stored.hash === 'string' && ROLES.includes(stored.role)
    return whole ? stored : undefined
  } catch {
    // Absent or damaged: such a token is not valid.
    return undefined
  }
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

function wrong(text: string): Diagnostic {
  return { code: 'L0432', severity: 'error', text }
}
