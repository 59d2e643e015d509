// TLS for the xDS port: the control plane's own certificate, renewed in place, and client certificates that are optional.
import { constants } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'
import { ServerCredentials } from '@grpc/grpc-js'
import type { Diagnostic } from '../model/diagnostic.ts'
import { renewalTime } from './credentials.ts'
import type { IssuedServer, Issuer } from './issuer.ts'
import { isProblem } from './problem.ts'

export interface ServerIdentityOptions {
  readonly issuer: Issuer
  /** DNS names and IP addresses that clients connect to. */
  readonly hosts: readonly string[]
  readonly now: () => Date
  /** PEM of the roots whose client certificates are believed; the issuer's own by default. Read at every `rotate`. */
  readonly roots?: () => readonly string[]
  /** Milliseconds between looks at the clock; a short interval rather than one long timer, since machines sleep. */
  readonly interval?: number
  /** Told when a renewal failed; the old certificate stays in use and the next look tries again. */
  readonly onProblem?: (diagnostic: Diagnostic) => void
}

export interface ServerIdentity {
  /** For `server.bindAsync`. Handlers must demand `call.getAuthContext().sslPeerCertificate`: it is set only when verified. */
  readonly credentials: ServerCredentials
  readonly notAfter: () => Date
  /** Renews now; open connections keep their certificate, new ones get the new one. */
  readonly rotate: () => Promise<Diagnostic | undefined>
  readonly close: () => void
}

/** The server sends its chain with the root, so that a client can pin the root at first contact. */
export async function openServerIdentity(
  options: ServerIdentityOptions,
): Promise<ServerIdentity | Diagnostic> {
  const first = await options.issuer.issueServer(options.hosts)
  if (isProblem(first)) return first
  let current = first
  const roots = () => options.roots?.() ?? [options.issuer.root.certificatePem]
  const credentials = new RotatingCredentials(contextOf(current, roots()))

  const rotate = async () => {
    const next = await options.issuer.issueServer(options.hosts)
    if (isProblem(next)) return next
    current = next
    credentials.replace(contextOf(next, roots()))
    return undefined
  }
  const look = () => {
    if (options.now() < renewalTime(current)) return
    rotate().then(
      (failed) => failed && options.onProblem?.(failed),
      () => undefined,
    )
  }
  const life = first.notAfter.getTime() - first.notBefore.getTime()
  const timer = setInterval(look, options.interval ?? Math.min(30_000, life / 10))
  timer.unref()
  return {
    credentials,
    notAfter: () => current.notAfter,
    rotate,
    close: () => clearInterval(timer),
  }
}

function contextOf(server: IssuedServer, roots: readonly string[]): SecureContextOptions {
  return {
    key: server.keyPem,
    cert: server.chain.join(''),
    ca: roots.join(''),
    minVersion: 'TLSv1.2',
    // without tickets every connection proves its certificate anew: no session outlives it
    secureOptions: constants.SSL_OP_NO_TICKET,
  }
}

/** grpc-js asks for the class; its certificate-provider credentials would drop `minVersion` and `secureOptions`. */
class RotatingCredentials extends ServerCredentials {
  constructor(context: SecureContextOptions) {
    super({ requestCert: true, rejectUnauthorized: false }, context)
  }

  replace(context: SecureContextOptions): void {
    this.updateSecureContextOptions(context)
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other
  }
}
