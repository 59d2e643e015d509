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
  type: 'CERTIFICATE' | 'PRIVATE KEY' | 'CERTIFICATE REQUEST' | 'X509 CRL',
  der: Uint8Array,
) {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${type}-----\n${lines.join('\n')}\n-----END ${type}-----\n`
}

/** The blocks of a PEM text, each with a final line end; nothing else in it counts. */
export function certificateBlocks(text: string): string[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  return blocks.map((block) => `${block}\n`)
}

/** The certificates of a PEM text in their order; undefined where it holds anything else or cannot be read. */
export function certificatesIn(text: string): x509.X509Certificate[] | undefined {
  try {
    const blocks = x509.PemConverter.decodeWithHeaders(text)
    if (blocks.some(({ type }) => type !== 'CERTIFICATE')) return undefined
    return blocks.map(({ rawData }) => new x509.X509Certificate(rawData))
  } catch {
    return undefined
  }
}
