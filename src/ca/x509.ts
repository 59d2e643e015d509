// The X.509 library, made ready to use: it needs reflect-metadata first and Node's own cryptography.
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

x509.cryptoProvider.set(webcrypto)

/** Every key that Lotse makes. */
export const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const
export const SIGNING_ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' } as const

export { x509 }

/** One PEM block, with a final line end. */
export function pemOf(
  type: 'CERTIFICATE' | 'PRIVATE KEY' | 'CERTIFICATE REQUEST',
  der: Uint8Array,
) {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${type}-----\n${lines.join('\n')}\n-----END ${type}-----\n`
}
