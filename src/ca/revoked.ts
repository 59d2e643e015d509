// Certificates that are not to be believed any more, before their time is over: one small file each, and the lists that proxies get.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Root } from './authority-folder.ts'
import { publishFile } from './files.ts'
import { problem, reasonOf } from './problem.ts'
import type { LiveCertificate } from './rotation.ts'
import { signingBy } from './signer.ts'
import { pemOf, x509 } from './x509.ts'

export interface RevokedCertificate extends LiveCertificate {
  /** Milliseconds since 1970. */
  readonly at: number
}

const OID_CRL_NUMBER = '2.5.29.20'

/** As records and lists of revocation have it: lower case, without leading zeros. */
export function normalSerial(serial: string): string {
  return serial.toLowerCase().replace(/^0+/, '')
}

export function revoke(
  directory: string,
  certificate: LiveCertificate,
  now: Date,
): Diagnostic | undefined {
  const folder = folderOf(directory)
  const { serial, workload, authority, notAfter } = certificate
  const entry: RevokedCertificate = { serial, workload, authority, notAfter, at: now.getTime() }
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    publishFile(`${folder}/${serial}.json`, `${JSON.stringify(entry)}\n`)
    return undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    return problem('L0410', `Cannot write to ${folder}: ${reasonOf(error)}.`)
  }
}

/** All that are not expired, by serial; entries of the expired ones are removed. */
export function readRevoked(directory: string, now: Date): Map<string, RevokedCertificate> {
  const folder = folderOf(directory)
  const found = new Map<string, RevokedCertificate>()
  if (!existsSync(folder)) return found
  for (const name of readdirSync(folder).sort()) {
    const serial = /^([0-9a-f]{1,40})\.json$/.exec(name)?.[1]
    if (serial === undefined) continue
    const entry = JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as RevokedCertificate
    if (entry.notAfter > now.getTime()) found.set(serial, entry)
    else rmSync(`${folder}/${name}`, { force: true })
  }
  return found
}

/**
 * The list of one authority, in PEM. It does not expire before the authority itself: proxies get every change at once, and must
 * not refuse everybody because the control plane was away.
 */
export async function revocationList(
  root: Root,
  revoked: readonly RevokedCertificate[],
  now: Date,
): Promise<string> {
  const { issuing } = root
  const { crypto, ...signing } = signingBy(issuing.signer)
  const seconds = Math.floor(now.getTime() / 1000).toString(16)
  // a leading zero byte keeps it positive; DER allows no other
  const digits = Buffer.from(`${/^[89a-f]/.test(seconds) ? '00' : ''}${seconds}`, 'hex')
  const number = Buffer.concat([Buffer.from([0x02, digits.length]), digits])
  const list = await x509.X509CrlGenerator.create(
    {
      ...signing,
      issuer: issuing.certificate.subjectName,
      thisUpdate: now,
      nextUpdate: issuing.certificate.notAfter,
      entries: revoked.map(({ serial, at }) => ({
        serialNumber: serial,
        revocationDate: new Date(at),
        // Without any the library writes an empty list of extensions, for which Envoy refuses the whole list.
        reason: x509.X509CrlReason.privilegeWithdrawn,
      })),
      extensions: [issuing.authorityKey, new x509.Extension(OID_CRL_NUMBER, false, number)],
    },
    crypto,
  )
  return pemOf('X509 CRL', Buffer.from(list.rawData))
}

function folderOf(directory: string): string {
  return `${directory}/ca/revoked`
}
