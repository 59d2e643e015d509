// Signs X.509 SVIDs: the certificates of workloads, and the control plane's own.
import { randomBytes, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Root } from './authority-folder.ts'
import { CONTROL_PLANE, formatIdentity, formatWorkloadHost, type WorkloadName } from './identity.ts'
import { isProblem, problem } from './problem.ts'
import { readRequest } from './request.ts'
import { signingBy } from './signer.ts'
import { KEY_ALGORITHM, pemOf, x509 } from './x509.ts'

const HOUR = 3600
/** Seconds a certificate is valid before it is made, for clocks that are late; a tenth of a short life. */
const BACKDATED = 60

export interface Issued {
  /** PEM, the leaf first, then intermediates, the root last. */
  readonly chain: readonly string[]
  readonly notBefore: Date
  readonly notAfter: Date
  /** Hexadecimal. */
  readonly serial: string
}

export interface IssuedServer extends Issued {
  /** PKCS#8 PEM; lives in memory only. */
  readonly keyPem: string
}

export interface Issuer {
  readonly root: Root
  /** Signs a workload's request. `lifetime` in seconds is a wish, bounded by the issuer's maximum and by the root's end. */
  readonly issue: (order: IssueOrder) => Promise<Issued | Diagnostic>
  /** A fresh key and certificate for the control plane under these DNS names and IP addresses. */
  readonly issueServer: (hosts: readonly string[]) => Promise<IssuedServer | Diagnostic>
}

export interface IssueOrder {
  readonly csr: string
  /** Authenticated by the caller of `issue`; nothing in the request can change them. */
  readonly workload: WorkloadName
  readonly serviceAccount: string
  readonly lifetime?: number
  /** Serial of the certificate that this one takes the place of; proven by the caller. */
  readonly renews?: string
}

export interface IssuerOptions {
  readonly root: Root
  readonly now: () => Date
  /** Seconds; 24 hours by default. */
  readonly lifetime?: number
  /** Seconds; 7 days by default, since a certificate cannot be called back. */
  readonly maxLifetime?: number
}

const LEAF_EXTENSIONS: readonly x509.Extension[] = [
  new x509.BasicConstraintsExtension(false, undefined, true),
  new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
  new x509.ExtendedKeyUsageExtension([
    x509.ExtendedKeyUsage.serverAuth,
    x509.ExtendedKeyUsage.clientAuth,
  ]),
]

type Name = { readonly type: 'url' | 'dns' | 'ip'; readonly value: string }

export function createIssuer(options: IssuerOptions): Issuer {
  const maxLifetime = options.maxLifetime ?? 7 * 24 * HOUR
  const lifetime = Math.min(options.lifetime ?? 24 * HOUR, maxLifetime)
  const bounded = (wish: number | undefined) =>
    wish !== undefined && Number.isFinite(wish) && wish >= 1
      ? Math.min(wish, maxLifetime)
      : lifetime
  return {
    root: options.root,
    issue: (order) => issue(order, options, bounded(order.lifetime)),
    issueServer: (hosts) => issueServer(hosts, options, lifetime),
  }
}

async function issue(
  order: IssueOrder,
  options: IssuerOptions,
  lifetime: number,
): Promise<Issued | Diagnostic> {
  const { workload, serviceAccount } = order
  const { namespace } = workload
  const uri = formatIdentity({ trustDomain: options.root.trustDomain, namespace, serviceAccount })
  if (isProblem(uri)) return uri
  const dns = formatWorkloadHost(workload)
  if (isProblem(dns)) return dns
  if (namespace === CONTROL_PLANE.namespace && serviceAccount === CONTROL_PLANE.serviceAccount) {
    return problem('L0431', `${uri} is the control plane's own identity; no workload can have it.`)
  }
  const key = await readRequest(order.csr, { uri, dns })
  if (isProblem(key)) return key
  const names: Name[] = [
    { type: 'url', value: uri },
    { type: 'dns', value: dns },
  ]
  return sign(key, names, options, lifetime)
}

async function issueServer(
  hosts: readonly string[],
  options: IssuerOptions,
  lifetime: number,
): Promise<IssuedServer | Diagnostic> {
  const { root } = options
  const uri = formatIdentity({ trustDomain: root.trustDomain, ...CONTROL_PLANE })
  if (isProblem(uri)) return uri
  const names: Name[] = [{ type: 'url', value: uri }]
  for (const host of new Set(hosts)) {
    if (isIP(host)) names.push({ type: 'ip', value: host })
    else if (/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(host)) {
      names.push({ type: 'dns', value: host.toLowerCase() })
    } else return problem('L0401', "A host name for the control plane's certificate is not valid.")
  }
  const keys = await webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify'])
  const spki = await webcrypto.subtle.exportKey('spki', keys.publicKey)
  const issued = await sign(new x509.PublicKey(spki), names, options, lifetime)
  if (isProblem(issued)) return issued
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { ...issued, keyPem: pemOf('PRIVATE KEY', Buffer.from(pkcs8)) }
}

/** Everything the X509-SVID standard demands of a leaf; the subject is empty, so the list of names is critical. */
async function sign(
  publicKey: x509.PublicKey,
  names: readonly Name[],
  options: IssuerOptions,
  lifetime: number,
): Promise<Issued | Diagnostic> {
  const { root } = options
  const { issuing } = root
  const now = options.now().getTime()
  const above = [root.certificate, issuing.certificate]
  const begin = Math.max(...above.map(({ notBefore }) => notBefore.getTime()))
  const end = Math.min(...above.map(({ notAfter }) => notAfter.getTime()))
  if (now < begin || now >= end) {
    return problem(
      'L0413',
      'The root certificate is not valid at this time; nothing can be signed.',
    )
  }
  const { crypto, ...signing } = signingBy(issuing.signer)
  const backdated = Math.min(BACKDATED, lifetime / 10) * 1000
  const certificate = await x509.X509CertificateGenerator.create(
    {
      ...signing,
      serialNumber: randomBytes(16).toString('hex'),
      issuer: issuing.certificate.subjectName,
      notBefore: new Date(Math.max(now - backdated, begin)),
      notAfter: new Date(Math.min(now + lifetime * 1000, end)),
      publicKey,
      extensions: [
        ...LEAF_EXTENSIONS,
        new x509.SubjectAlternativeNameExtension([...names], true),
        await x509.SubjectKeyIdentifierExtension.create(publicKey),
        issuing.authorityKey,
      ],
    },
    crypto,
  )
  const leaf = pemOf('CERTIFICATE', Buffer.from(certificate.rawData))
  return {
    chain: [leaf, ...issuing.intermediates, root.certificatePem],
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    serial: certificate.serialNumber,
  }
}
