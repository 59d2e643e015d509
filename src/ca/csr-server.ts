// The gRPC service that gives workloads their certificates: by token at first, by the present certificate afterwards.
import { type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js'
import type { Diagnostic } from '../model/diagnostic.ts'
import {
  ADVISE,
  type AdviceResponse,
  type CertificateRequest,
  type CertificateResponse,
  CREATE_CERTIFICATE,
  type HealthReport,
  TELL_DRAINING,
  TELL_HEALTH,
  UNREADABLE,
} from './csr-protocol.ts'
import { parseWorkloadName, type WorkloadName, workloadOf } from './identity.ts'
import type { Issued, Issuer } from './issuer.ts'
import { isProblem, problem } from './problem.ts'
import type { EnrolmentTokens, Token } from './token.ts'

export interface CsrServerOptions {
  readonly issuer: Issuer
  readonly tokens: EnrolmentTokens
  readonly now: () => Date
  /** What the holder of a certificate, named by its serial, is to do; absent: nothing is said of it. */
  readonly advise?: (serial: string) => AdviceResponse
  /** Whether a certificate is not to be believed although its time is not over. */
  readonly isRevoked?: (serial: string) => boolean
  /** The service account of a workload of the mesh, or why it gets no certificate. Called for every request, renewals too. */
  readonly authorize: (
    workload: WorkloadName,
    registers: Registers | undefined,
  ) => Authorized | Promise<Authorized>
  /** How the proxy of a workload is to be started, as JSON. */
  readonly settings?: (workload: WorkloadName) => string
  /** What a workload's agent found of its application. */
  readonly onHealth?: (workload: WorkloadName, healthy: boolean) => void
  /** It is about to stop: resolves when nobody calls it any more. */
  readonly onDraining?: (workload: WorkloadName) => Promise<void>
  /** Its agent asked for advice, as it does from its start to its end. */
  readonly onAdvised?: (workload: WorkloadName) => void
  readonly onEnrolled?: (workload: WorkloadName, enrolled: Enrolled) => void
  /** Whose a bearer token is that is no join token: a cluster's word for it (L0430). */
  readonly reviewToken?: (token: string) => Promise<Reviewed | Diagnostic>
  /** Told of every refusal, for a counter or a log; the text holds no secret. */
  readonly onRefused?: (diagnostic: Diagnostic) => void
}

/** A pod and its service account, as the cluster knows them. */
export interface Reviewed {
  readonly workload: WorkloadName
  readonly serviceAccount: string
}

/** A workload that nobody wrote registers under a group of its namespace. */
export interface Registers {
  readonly group: string
  readonly address: string
}

export type Authorized = { readonly serviceAccount: string } | Diagnostic

export interface Enrolled {
  readonly serviceAccount: string
  readonly notAfter: Date
  readonly renewed: boolean
  readonly registers?: Registers
}

/** Who calls: the workload it may be, and what taking the certificate costs. */
interface Caller {
  readonly workload: WorkloadName
  /** The account that the present certificate, or the cluster, proves. */
  readonly serviceAccount?: string
  /** The cluster's word: it is not asked what the mesh knows of a pod that is just starting. */
  readonly reviewed?: Reviewed
  /** Of the present certificate, in hexadecimal. */
  readonly serial?: string
  readonly token?: Token
}

type Call = ServerUnaryCall<CertificateRequest, CertificateResponse>

/** Definition and handlers to be added to the gRPC server of xDS; the client certificate is optional on that port. */
export function csrService(options: CsrServerOptions) {
  const createCertificate = (call: Call, answer: sendUnaryData<CertificateResponse>) => {
    serve(call, options)
      .catch(() => problem('L0424', 'The certificate could not be signed.'))
      .then((result) => {
        if (!isProblem(result)) return answer(null, { chain: result.chain })
        answer({ code: statusOf(result), details: `${result.text} (${result.code})` })
        options.onRefused?.(result)
      })
      .catch(() => undefined)
  }
  const advise = (
    call: ServerUnaryCall<object, AdviceResponse>,
    answer: sendUnaryData<AdviceResponse>,
  ) => {
    const caller = byCertificate(call, undefined, options)
    if (!isProblem(caller) && options.advise) {
      options.onAdvised?.(caller.workload)
      const settings = options.settings?.(caller.workload) ?? ''
      return answer(null, { ...options.advise(caller.serial), settings })
    }
    const refused = isProblem(caller) ? caller : problem('L0430', 'There is no advice.')
    answer({ code: statusOf(refused), details: `${refused.text} (${refused.code})` })
    options.onRefused?.(refused)
  }
  const tellHealth = (
    call: ServerUnaryCall<HealthReport, object>,
    answer: sendUnaryData<object>,
  ) => {
    const caller = byCertificate(call, undefined, options)
    if (isProblem(caller)) {
      answer({ code: statusOf(caller), details: `${caller.text} (${caller.code})` })
      return options.onRefused?.(caller)
    }
    options.onHealth?.(caller.workload, call.request.healthy)
    answer(null, {})
  }
  const tellDraining = (call: ServerUnaryCall<object, object>, answer: sendUnaryData<object>) => {
    const caller = byCertificate(call, undefined, options)
    if (isProblem(caller)) {
      answer({ code: statusOf(caller), details: `${caller.text} (${caller.code})` })
      return options.onRefused?.(caller)
    }
    const left = options.onDraining?.(caller.workload) ?? Promise.resolve()
    left.then(
      () => answer(null, {}),
      () => answer({ code: status.INTERNAL, details: 'Whether callers have left is not known' }),
    )
  }
  return {
    definition: {
      ...{ createCertificate: CREATE_CERTIFICATE, advise: ADVISE },
      ...{ tellHealth: TELL_HEALTH, tellDraining: TELL_DRAINING },
    },
    handlers: { createCertificate, advise, tellHealth, tellDraining },
  }
}

async function serve(call: Call, options: CsrServerOptions): Promise<Issued | Diagnostic> {
  const { request } = call
  if (request === UNREADABLE) return problem('L0420', 'The request is too large or cannot be read.')
  const caller = await authenticate(call, request, options)
  if (isProblem(caller)) return caller
  const { workload, token } = caller

  const { group, address = '' } = request
  const registers = group && token ? { group, address } : undefined
  if (registers && token?.workload) {
    // Else its holder would choose a group, and with it a service account.
    return problem('L0431', `The token ${token.id} is bound to a workload: register with another.`)
  }
  const authorized = caller.reviewed ?? (await options.authorize(workload, registers))
  if (isProblem(authorized)) return authorized
  const { serviceAccount } = authorized
  const asked = request.serviceAccount || serviceAccount
  if (asked !== serviceAccount || (caller.serviceAccount ?? serviceAccount) !== serviceAccount) {
    const name = `${workload.namespace}/${workload.name}`
    return problem(
      'L0431',
      `The service account of ${name} is now another. Enrol it again with a token.`,
    )
  }
  const { csr, lifetime } = request
  const renews = caller.serial === undefined ? {} : { renews: caller.serial }
  const order = { csr, workload, serviceAccount, lifetime, ...renews }
  const issued = await options.issuer.issue(order)
  if (isProblem(issued)) return issued
  // last, so that a bad request wastes no use; a racing request that finds none left gets no certificate
  const spent = token && (await options.tokens.consume(token))
  if (spent) return spent
  const { notAfter } = issued
  options.onEnrolled?.(workload, {
    ...{ serviceAccount, notAfter, renewed: caller.serial !== undefined },
    ...(registers ? { registers } : {}),
  })
  return issued
}

async function authenticate(
  call: Call,
  request: CertificateRequest,
  options: CsrServerOptions,
): Promise<Caller | Diagnostic> {
  const named = request.workload === '' ? undefined : parseWorkloadName(request.workload)
  if (named && isProblem(named)) return problem('L0433', named.text)
  const authorization = call.metadata.get('authorization')
  if (authorization.length === 0) return byCertificate(call, named, options)

  const bearer =
    authorization.length === 1 ? /^Bearer (\S+)$/i.exec(String(authorization[0])) : null
  if (!bearer?.[1]) return problem('L0430', 'The authorization must be one Bearer token.')
  if (options.reviewToken && isJwt(bearer[1])) {
    return byReview(await options.reviewToken(bearer[1]), named)
  }
  const token = await options.tokens.verify(bearer[1])
  if (isProblem(token)) return token
  // Istio's agents name no workload: a token that is bound to one does so for them
  const bound = token.workload === undefined ? undefined : parseWorkloadName(token.workload)
  const workload = named ?? bound
  if (!workload || isProblem(workload)) {
    return problem(
      'L0433',
      'The request metadata must name the workload as NAMESPACE/NAME, or the token must be bound to one.',
    )
  }
  return options.tokens.permits(token, workload, addressOf(call)) ?? { workload, token }
}

/** gRPC writes `ADDRESS:PORT`; an IPv6 address may be in brackets. */
function addressOf(call: Call): string {
  const peer = call.getPeer()
  return peer.slice(0, peer.lastIndexOf(':')).replace(/^\[|\]$/g, '')
}

function isJwt(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)
}

/** A pod can only ask for itself. */
function byReview(
  reviewed: Reviewed | Diagnostic,
  named: WorkloadName | undefined,
): Caller | Diagnostic {
  if (isProblem(reviewed)) return reviewed
  const { workload, serviceAccount } = reviewed
  if (named && (named.namespace !== workload.namespace || named.name !== workload.name)) {
    return problem('L0431', 'The token is that of another pod than the one that is asked for.')
  }
  return { workload, serviceAccount, reviewed }
}

function byCertificate(
  call: Pick<ServerUnaryCall<unknown, unknown>, 'getAuthContext'>,
  named: WorkloadName | undefined,
  options: CsrServerOptions,
): (Caller & { readonly serial: string }) | Diagnostic {
  const peer = call.getAuthContext().sslPeerCertificate
  if (!peer?.raw) {
    return problem(
      'L0430',
      'The caller has neither a join token nor a valid certificate of this mesh.',
    )
  }
  const proven = workloadOf(peer, { now: options.now() })
  if (isProblem(proven)) return problem('L0430', proven.text)
  if (options.isRevoked?.(peer.serialNumber)) {
    return problem('L0430', 'The certificate was revoked. Enrol the workload again with a token.')
  }
  if (proven.trustDomain !== options.issuer.root.trustDomain) {
    return problem('L0430', 'The certificate is of another trust domain.')
  }
  const { namespace, name, serviceAccount } = proven
  if (named && (named.namespace !== namespace || named.name !== name)) {
    return problem('L0431', 'A certificate can only be renewed for the workload that it proves.')
  }
  return { workload: { namespace, name }, serviceAccount, serial: peer.serialNumber }
}

function statusOf(diagnostic: Diagnostic): status {
  const code: string = diagnostic.code
  if (code === 'L0430') return status.UNAUTHENTICATED
  if (['L0401', 'L0420', 'L0421', 'L0422', 'L0423', 'L0433', 'L0434'].includes(code)) {
    return status.INVALID_ARGUMENT
  }
  if (['L0410', 'L0413', 'L0424'].includes(code)) return status.UNAVAILABLE
  return status.PERMISSION_DENIED
}
