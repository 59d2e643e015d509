// The workload's side: makes a key that never leaves the machine, and has the control plane certify it.
import { createHash, webcrypto, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls'
import { Metadata, type MethodDefinition, type ServiceError, status } from '@grpc/grpc-js'
import type { Diagnostic } from '../model/diagnostic.ts'
import { controlPlaneClient, type Server } from './client.ts'
import { type Credentials, checkCredentials } from './credentials.ts'
import {
  ADVISE,
  type AdviceResponse,
  type CertificateResponse,
  CREATE_CERTIFICATE,
  TELL_DRAINING,
  TELL_HEALTH,
} from './csr-protocol.ts'
import { parseWorkloadName, type Workload } from './identity.ts'
import { isProblem, problem, reasonOf } from './problem.ts'
import { parseToken } from './token-text.ts'
import { certificateBlocks, KEY_ALGORITHM, pemOf, SIGNING_ALGORITHM, x509 } from './x509.ts'

interface Contact {
  /** `HOST:PORT` of the control plane. */
  readonly address: string
  /** Seconds; the control plane bounds it. */
  readonly lifetime?: number
  /** Milliseconds for the whole exchange; 10,000 by default. */
  readonly timeout?: number
}

export interface EnrolOptions extends Contact {
  /** The token's text; it reaches only a server that proves to be of the token's root. */
  readonly token: string
  /** `NAMESPACE/NAME`. */
  readonly workload: string
  /** Refused if the mesh says another; by default the mesh's. */
  readonly serviceAccount?: string
  /** PEM of the mesh's roots, for a token that names none: a Kubernetes service account's. */
  readonly root?: string
  /** Nobody wrote the workload: it registers under a WorkloadGroup of its namespace. */
  readonly registers?: { readonly group: string; readonly address: string }
  /** PEM of the roots that this workload got with its last certificate: they hold where the token's root was replaced since. */
  readonly known?: string
}

export interface RenewOptions extends Contact {
  readonly credentials: Credentials
}

/** First contact: checks the server by the token's pin, then asks for a certificate (L0401, L0440, L0441, L0442). */
export async function enrol(options: EnrolOptions): Promise<Credentials | Diagnostic> {
  const workload = parseWorkloadName(options.workload)
  if (isProblem(workload)) return workload
  const rootPem = options.root ?? (await rootByToken(options))
  if (isProblem(rootPem)) return rootPem
  const metadata = new Metadata()
  metadata.set('authorization', `Bearer ${options.token.trim()}`)
  const { serviceAccount = '' } = options
  const wanted = { ...workload, ...(serviceAccount && { serviceAccount }) }
  const { registers } = options
  return obtain(options, { rootPem, metadata, wanted, ...(registers ? { registers } : {}) })
}

/** What the token pins, or the roots known since if that was replaced. */
async function rootByToken(options: EnrolOptions): Promise<string | Diagnostic> {
  const token = parseToken(options.token)
  // A token of a cluster's pins nothing.
  if (isProblem(token)) return options.known ?? token
  const pinned = await fetchRoot(options, token.rootSha256)
  const replaced = isProblem(pinned) && pinned.code === 'L0440'
  return replaced ? (options.known ?? pinned) : pinned
}

/** Which roots are trusted now and whether to renew at once, for the holder of these credentials; L0441. */
export function askAdvice(options: RenewOptions): Promise<AdviceResponse | Diagnostic> {
  const { credentials: present } = options
  const { rootPem, workload: wanted } = present
  return call(options, { rootPem, metadata: new Metadata(), wanted, present }, ADVISE, {})
}

/** What was found of the application; L0441. */
export function tellHealth(options: RenewOptions, healthy: boolean): Promise<object | Diagnostic> {
  const { credentials: present } = options
  const { rootPem, workload: wanted } = present
  const server = { rootPem, metadata: new Metadata(), wanted, present }
  return call(options, server, TELL_HEALTH, { healthy })
}

/** The proxy is about to stop; resolves when its callers have left it. L0441. */
export function tellDraining(options: RenewOptions): Promise<object | Diagnostic> {
  const { credentials: present } = options
  const { rootPem, workload: wanted } = present
  return call(options, { rootPem, metadata: new Metadata(), wanted, present }, TELL_DRAINING, {})
}

/** A new key and certificate for the identity of the present ones, which must still be valid. */
export async function renew(options: RenewOptions): Promise<Credentials | Diagnostic> {
  const present = options.credentials
  const { rootPem, workload: wanted } = present
  return obtain(options, { rootPem, metadata: new Metadata(), wanted, present })
}

interface Request extends Server {
  readonly metadata: Metadata
  readonly wanted: Pick<Workload, 'namespace' | 'name'> & Partial<Workload>
  readonly registers?: EnrolOptions['registers']
}

async function obtain(contact: Contact, request: Request): Promise<Credentials | Diagnostic> {
  const { wanted } = request
  const keys = await webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify'])
  const signed = await x509.Pkcs10CertificateRequestGenerator.create({
    keys,
    signingAlgorithm: SIGNING_ALGORITHM,
  })
  const answer = await call(contact, request, CREATE_CERTIFICATE, {
    csr: pemOf('CERTIFICATE REQUEST', bytesOf(signed.rawData)),
    lifetime: contact.lifetime ?? 0,
    workload: `${wanted.namespace}/${wanted.name}`,
    serviceAccount: wanted.serviceAccount ?? '',
    group: request.registers?.group ?? '',
    address: request.registers?.address ?? '',
  })
  if (isProblem(answer)) return answer

  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  const keyPem = pemOf('PRIVATE KEY', bytesOf(pkcs8))
  const received = checkCredentials({ keyPem, ...partsOf(answer) })
  if (isProblem(received)) return received
  const { workload } = received
  const asWanted = Object.entries(wanted).every(
    ([part, value]) => workload[part as keyof Workload] === value,
  )
  if (asWanted) return received
  return problem('L0441', 'The control plane answered with a certificate for another workload.')
}

/** The server has proven who it is: the roots at the end of its answer are the mesh's from now on. The leaf's own is the last. */
function partsOf({ chain }: CertificateResponse): Pick<Credentials, 'chainPem' | 'rootPem'> {
  const all = chain.flatMap(certificateBlocks)
  const roots = all.slice(1).filter(isRoot)
  const above = all.filter((pem) => !roots.includes(pem))
  return { chainPem: [...above, ...roots.slice(-1)].join(''), rootPem: roots.join('') }
}

function isRoot(pem: string): boolean {
  const certificate = new X509Certificate(pem)
  return certificate.ca && certificate.checkIssued(certificate)
}

function call<Message, Response>(
  contact: Contact,
  request: Request,
  method: MethodDefinition<Message, Response>,
  message: Message,
): Promise<Response | Diagnostic> {
  const client = controlPlaneClient(contact.address, request)
  const { path, requestSerialize, responseDeserialize } = method
  const deadline = Date.now() + (contact.timeout ?? 10_000)
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      message,
      request.metadata,
      { deadline },
      (error, response) => {
        client.close()
        resolve(error || !response ? refusal(contact, error) : response)
      },
    )
  })
}

function refusal(contact: Contact, error: ServiceError | null): Diagnostic {
  const details = error?.details.split('\n', 1)[0]?.slice(0, 500) ?? 'empty answer'
  const reached =
    error && error.code !== status.UNAVAILABLE && error.code !== status.DEADLINE_EXCEEDED
  const what = reached ? 'refused' : 'could not be asked'
  return problem('L0441', `The control plane at ${contact.address} ${what}: ${details}`)
}

/**
 * The root that the server sends in its TLS chain, if its SHA-256 is the pinned one. Nothing secret is sent here, and the
 * real call then verifies the server against this root.
 */
function fetchRoot(contact: Contact, sha256: string): Promise<string | Diagnostic> {
  const at = splitAddress(contact.address)
  if (isProblem(at)) return Promise.resolve(at)
  return new Promise((resolve) => {
    const socket = connect({
      ...at,
      ...(isIP(at.host) === 0 && { servername: at.host }),
      ALPNProtocols: ['h2'],
      minVersion: 'TLSv1.2',
      rejectUnauthorized: false,
    })
    const end = (result: string | Diagnostic) => {
      socket.destroy()
      resolve(result)
    }
    const unreachable = (reason: string) =>
      end(problem('L0441', `The control plane at ${contact.address} cannot be reached: ${reason}.`))
    socket.setTimeout(contact.timeout ?? 10_000, () => unreachable('no answer in time'))
    socket.on('error', (error) => unreachable(reasonOf(error)))
    socket.once('secureConnect', () => end(pinnedIn(socket, sha256) ?? wrongServer(contact)))
  })
}

function pinnedIn(socket: TLSSocket, sha256: string): string | undefined {
  let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true)
  for (let depth = 0; certificate?.raw && depth < 8; depth++) {
    if (createHash('sha256').update(certificate.raw).digest('base64url') === sha256) {
      return pemOf('CERTIFICATE', certificate.raw)
    }
    const issuer: DetailedPeerCertificate = certificate.issuerCertificate
    certificate = issuer === certificate ? undefined : issuer
  }
  return undefined
}

function wrongServer(contact: Contact): Diagnostic {
  return problem(
    'L0440',
    `The server at ${contact.address} is not the one that the token belongs to: its root certificate is another. ` +
      'Check the address, or make a token on that control plane. Nothing was sent to it.',
  )
}

function splitAddress(address: string): { host: string; port: number } | Diagnostic {
  const parts = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(address)
  const port = Number(parts?.[3])
  const host = parts?.[1] ?? parts?.[2]
  if (host && port >= 1 && port <= 65535) return { host, port }
  return problem('L0441', 'The address of the control plane must be HOST:PORT.')
}

function bytesOf(buffer: ArrayBuffer): Buffer {
  return Buffer.from(buffer)
}
