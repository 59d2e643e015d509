// A certificate signing request with a key of its own, as an agent makes it.
import { webcrypto } from 'node:crypto'
import { KEY_ALGORITHM, pemOf, SIGNING_ALGORITHM, x509 } from '../../src/ca/x509.ts'

export async function signingRequest(): Promise<string> {
  const keys = await webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify'])
  const signingAlgorithm = SIGNING_ALGORITHM
  const made = await x509.Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm })
  return pemOf('CERTIFICATE REQUEST', Buffer.from(made.rawData))
}
