// The certificate service on the wire: proto/istio-ca.proto for both the server and the enrolling client.
import { readFileSync } from 'node:fs'
import type { MethodDefinition } from '@grpc/grpc-js'
import protobuf from 'protobufjs'

export const SERVICE = 'istio.v1.auth.IstioCertificateService'

export interface CertificateRequest {
  readonly csr: string
  /** Seconds; 0 for the server's own choice. */
  readonly lifetime: number
  /** `NAMESPACE/NAME`. */
  readonly workload: string
  readonly serviceAccount: string
  /** WorkloadGroup to register under, with the workload's own address; both empty otherwise. */
  readonly group?: string
  readonly address?: string
}

export interface CertificateResponse {
  readonly chain: readonly string[]
}

/** Bytes of a whole request. */
const MAX_MESSAGE = 64 * 1024
/** What the handler sees instead of a request that is too large or no request. */
export const UNREADABLE: CertificateRequest = {
  csr: '',
  lifetime: 0,
  workload: '',
  serviceAccount: '',
}

const { root } = protobuf.parse(
  readFileSync(new URL('../../proto/istio-ca.proto', import.meta.url), 'utf8'),
)
protobuf.parse(readFileSync(new URL('../../proto/lotse-ca.proto', import.meta.url), 'utf8'), root)
// the file imports google/protobuf/struct.proto, which protobufjs carries with it
root.addJSON(protobuf.common.get('google/protobuf/struct.proto')?.nested ?? {})
root.resolveAll()
const Request = root.lookupType('istio.v1.auth.IstioCertificateRequest')
const Response = root.lookupType('istio.v1.auth.IstioCertificateResponse')

export const CREATE_CERTIFICATE: MethodDefinition<CertificateRequest, CertificateResponse> = {
  path: `/${SERVICE}/CreateCertificate`,
  requestStream: false,
  responseStream: false,
  originalName: 'createCertificate',
  requestSerialize: encodeRequest,
  requestDeserialize: decodeRequest,
  responseSerialize: ({ chain }) => Buffer.from(Response.encode({ certChain: chain }).finish()),
  responseDeserialize: (bytes) => {
    const decoded = Response.toObject(Response.decode(bytes), { arrays: true })
    return { chain: decoded.certChain as string[] }
  },
}

export interface AdviceResponse {
  /** PEM. */
  readonly roots: readonly string[]
  readonly renew: boolean
  /** How the proxy is to be started, as JSON. */
  readonly settings?: string
}

const Advice = root.lookupType('lotse.ca.v1.AdviceResponse')

/** Asked with the present certificate, which is all that the request says. */
export const ADVISE: MethodDefinition<object, AdviceResponse> = {
  path: '/lotse.ca.v1.CertificateAdvice/Advise',
  requestStream: false,
  responseStream: false,
  originalName: 'advise',
  requestSerialize: () => Buffer.alloc(0),
  requestDeserialize: () => ({}),
  responseSerialize: ({ roots, renew, settings }) =>
    Buffer.from(Advice.encode({ roots: [...roots], renew, settings }).finish()),
  responseDeserialize: (bytes) =>
    Advice.toObject(Advice.decode(bytes), { arrays: true, defaults: true }) as AdviceResponse,
}

export interface HealthReport {
  readonly healthy: boolean
}

const Health = root.lookupType('lotse.ca.v1.HealthReport')

/** Told with the present certificate, which says of whom. */
export const TELL_HEALTH: MethodDefinition<HealthReport, object> = {
  path: '/lotse.ca.v1.CertificateAdvice/TellHealth',
  requestStream: false,
  responseStream: false,
  originalName: 'tellHealth',
  requestSerialize: ({ healthy }) => Buffer.from(Health.encode({ healthy }).finish()),
  requestDeserialize: (bytes) =>
    Health.toObject(Health.decode(bytes), { defaults: true }) as HealthReport,
  responseSerialize: () => Buffer.alloc(0),
  responseDeserialize: () => ({}),
}

/** Told with the present certificate, which says by whom. */
export const TELL_DRAINING: MethodDefinition<object, object> = {
  path: '/lotse.ca.v1.CertificateAdvice/TellDraining',
  requestStream: false,
  responseStream: false,
  originalName: 'tellDraining',
  requestSerialize: () => Buffer.alloc(0),
  requestDeserialize: () => ({}),
  responseSerialize: () => Buffer.alloc(0),
  responseDeserialize: () => ({}),
}

function encodeRequest(request: CertificateRequest): Buffer {
  const text = (stringValue: string) => ({ stringValue })
  const metadata = {
    fields: {
      workload: text(request.workload),
      serviceAccount: text(request.serviceAccount),
      ...(request.group && { group: text(request.group), address: text(request.address ?? '') }),
    },
  }
  const message = { csr: request.csr, validityDuration: request.lifetime, metadata }
  return Buffer.from(Request.encode(message).finish())
}

function decodeRequest(bytes: Buffer): CertificateRequest {
  if (bytes.length > MAX_MESSAGE) return UNREADABLE
  try {
    const decoded = Request.toObject(Request.decode(bytes), { longs: Number, defaults: true })
    const fields: Record<string, { stringValue?: unknown }> = decoded.metadata?.fields ?? {}
    const text = (name: string) => {
      const value = Object.hasOwn(fields, name) ? fields[name]?.stringValue : undefined
      return typeof value === 'string' ? value : ''
    }
    return {
      csr: decoded.csr,
      lifetime: decoded.validityDuration,
      workload: text('workload'),
      serviceAccount: text('serviceAccount'),
      group: text('group'),
      address: text('address'),
    }
  } catch {
    return UNREADABLE
  }
}
