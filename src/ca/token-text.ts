// The one line a join token is: what the server checks and what the client pins.
import { randomBytes } from 'node:crypto'
import type { Diagnostic } from '../model/diagnostic.ts'
import { problem } from './problem.ts'

/** `lotse1.ID.SECRET.ROOT`: ID is public, SECRET 256 bits, ROOT the SHA-256 of the root certificate (both base64url). */
export interface TokenText {
  readonly id: string
  readonly secret: string
  readonly rootSha256: string
}

export const TOKEN_ID = /^[a-z2-7]{16}$/
const TOKEN = /^lotse1\.([a-z2-7]{16})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

export function newToken(rootSha256: string): TokenText {
  const id = Array.from(randomBytes(16), (byte) => ALPHABET[byte % 32]).join('')
  return { id, secret: randomBytes(32).toString('base64url'), rootSha256 }
}

export function formatToken(token: TokenText): string {
  return `lotse1.${token.id}.${token.secret}.${token.rootSha256}`
}

/** Reads a token, with white space around it allowed; the diagnostic (L0442) never repeats the text. */
export function parseToken(text: string): TokenText | Diagnostic {
  const parts = text.length < 1024 ? TOKEN.exec(text.trim()) : null
  if (!parts) {
    return problem('L0442', 'This is not a join token: it is one line that begins with lotse1. .')
  }
  const [, id = '', secret = '', rootSha256 = ''] = parts
  return { id, secret, rootSha256 }
}
