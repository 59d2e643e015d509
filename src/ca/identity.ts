// SPIFFE identities in Istio's form and the workload's own name: how they are written, and how a certificate proves them.
import { X509Certificate } from 'node:crypto'
import type { Diagnostic } from '../model/diagnostic.ts'
import { isProblem, problem } from './problem.ts'

/** `spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT`. */
export interface Identity {
  readonly trustDomain: string
  readonly namespace: string
  readonly serviceAccount: string
}

export interface WorkloadName {
  readonly namespace: string
  readonly name: string
}

export interface Workload extends Identity, WorkloadName {}

/** Anything with a DER certificate: node's `tls.PeerCertificate` and `crypto.X509Certificate` both fit. */
export interface Certified {
  readonly raw: Uint8Array
}

/** The identity of the control plane itself; no workload can have it. */
export const CONTROL_PLANE = { namespace: 'istio-system', serviceAccount: 'lotse' } as const

/** Many workloads share a service account, so the leaf also names its workload: DNS SAN `NAME.NAMESPACE.` + this. */
export const WORKLOAD_SUFFIX = 'workload.lotse.internal'

// RFC 1123 label and subdomain as Kubernetes writes them. None has room for NUL, escapes, empty parts or upper case.
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const SUBDOMAIN = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/
const TRUST_DOMAIN = /^[a-z0-9]([a-z0-9._-]{0,253}[a-z0-9])?$/
const SPIFFE = /^spiffe:\/\/([^/]*)\/ns\/([^/]*)\/sa\/([^/]*)$/

export const OID_SUBJECT_ALTERNATIVE_NAME = '2.5.29.17'

export function isTrustDomain(text: string): boolean {
  return TRUST_DOMAIN.test(text)
}

function isSubdomain(text: string): boolean {
  return text.length <= 253 && SUBDOMAIN.test(text)
}

/** The SPIFFE id as text, or why a part of it is not valid. */
export function formatIdentity(identity: Identity): string | Diagnostic {
  const { trustDomain, namespace, serviceAccount } = identity
  if (!isTrustDomain(trustDomain)) return invalidName('trust domain')
  if (!LABEL.test(namespace)) return invalidName('namespace')
  if (!isSubdomain(serviceAccount)) return invalidName('service account')
  return `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`
}

/** Reads exactly what `formatIdentity` writes; anything else is a diagnostic that does not repeat the input. */
export function parseIdentity(text: string): Identity | Diagnostic {
  const parts = text.length <= 2048 ? SPIFFE.exec(text) : null
  if (!parts) {
    return problem(
      'L0402',
      'The identity is not of the form spiffe://DOMAIN/ns/NAMESPACE/sa/ACCOUNT.',
    )
  }
  const [, trustDomain = '', namespace = '', serviceAccount = ''] = parts
  const identity = { trustDomain, namespace, serviceAccount }
  const formatted = formatIdentity(identity)
  return isProblem(formatted) ? formatted : identity
}

/** `NAMESPACE/NAME` as the command line and request metadata write a workload. */
export function parseWorkloadName(text: string): WorkloadName | Diagnostic {
  const slash = text.indexOf('/')
  const workload = { namespace: text.slice(0, Math.max(slash, 0)), name: text.slice(slash + 1) }
  const host = formatWorkloadHost(workload)
  return isProblem(host) ? host : workload
}

/** The DNS name that carries the workload: `NAME.NAMESPACE.workload.lotse.internal`. */
export function formatWorkloadHost(workload: WorkloadName): string | Diagnostic {
  if (!LABEL.test(workload.namespace)) return invalidName('namespace')
  const host = `${workload.name}.${workload.namespace}.${WORKLOAD_SUFFIX}`
  return isSubdomain(workload.name) && host.length <= 253 ? host : invalidName('workload name')
}

/** The inverse of `formatWorkloadHost`: the namespace has no dot, so its place is certain. */
export function parseWorkloadHost(host: string): WorkloadName | Diagnostic {
  const tail = `.${WORKLOAD_SUFFIX}`
  if (!host.endsWith(tail)) {
    return problem('L0403', `The certificate has no name under ${WORKLOAD_SUFFIX}.`)
  }
  const inner = host.slice(0, -tail.length)
  const dot = inner.lastIndexOf('.')
  const workload = { name: inner.slice(0, Math.max(dot, 0)), namespace: inner.slice(dot + 1) }
  const formatted = formatWorkloadHost(workload)
  return isProblem(formatted) ? formatted : workload
}

/**
 * The identity that a verified peer certificate proves. X509-SVID: exactly one URI name, a path below the trust domain, no CA.
 * A name that node must quote (for a separator, NUL, non-ASCII) makes the whole certificate invalid, so none can imitate
 * another. With `now` the time is checked too: a stream may outlive the certificate that opened it.
 */
export function identityOf(
  certificate: Certified | undefined,
  at?: { readonly now: Date },
): Identity | Diagnostic {
  const names = namesOf(certificate, at?.now)
  return isProblem(names) ? names : identityIn(names)
}

/** Identity and workload that a verified peer certificate proves; the workload's namespace must be the identity's. */
export function workloadOf(
  certificate: Certified | undefined,
  at?: { readonly now: Date },
): Workload | Diagnostic {
  const names = namesOf(certificate, at?.now)
  if (isProblem(names)) return names
  const identity = identityIn(names)
  if (isProblem(identity)) return identity
  if (names.dns.length !== 1) {
    return problem('L0403', 'The certificate must have exactly one DNS name, that of its workload.')
  }
  const workload = parseWorkloadHost(names.dns[0] ?? '')
  if (isProblem(workload)) return workload
  if (workload.namespace !== identity.namespace) {
    return problem('L0403', "The certificate's workload and identity are of different namespaces.")
  }
  return { ...identity, name: workload.name }
}

interface Names {
  readonly uri: readonly string[]
  readonly dns: readonly string[]
}

function identityIn(names: Names): Identity | Diagnostic {
  if (names.uri.length !== 1) {
    return problem('L0402', 'The certificate must have exactly one URI name, its SPIFFE identity.')
  }
  return parseIdentity(names.uri[0] ?? '')
}

/** Node quotes a name that has any other character than these, so text without quotes can be split safely. */
const NAMES = /^(URI|DNS):[A-Za-z0-9:/._-]+(, (URI|DNS|IP Address):[A-Za-z0-9:/._-]+)*$/
/** The object identifier 2.5.29.17 in DER. */
const NAMES_OID = Buffer.from('0603551d11', 'hex')

function namesOf(certificate: Certified | undefined, now?: Date): Names | Diagnostic {
  if (!certificate?.raw) return problem('L0402', 'The caller showed no certificate.')
  const raw = Buffer.from(certificate.raw)
  let parsed: X509Certificate
  try {
    parsed = new X509Certificate(raw)
  } catch {
    return problem('L0402', 'The certificate cannot be read.')
  }
  if (now && (now < new Date(parsed.validFrom) || now >= new Date(parsed.validTo))) {
    return problem('L0402', 'The certificate is not valid at this time.')
  }
  if (parsed.ca) {
    return problem('L0402', 'A certificate that signs others cannot be used as an identity.')
  }
  const text = parsed.subjectAltName ?? ''
  if (!NAMES.test(text) || raw.indexOf(NAMES_OID) !== raw.lastIndexOf(NAMES_OID)) {
    return problem('L0402', 'The certificate must have one list of names, all of plain letters.')
  }
  const names = text.split(', ')
  const of = (kind: string) =>
    names.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length))
  return { uri: of('URI:'), dns: of('DNS:') }
}

function invalidName(what: string): Diagnostic {
  return problem(
    'L0401',
    `The ${what} is not a valid name: use lower-case letters, digits and '-' ('.' where several parts are allowed).`,
  )
}
