// Certificates: the roots, those in use by workloads, and how far the replacement of a root is.
import { X509Certificate } from 'node:crypto'
import type { App } from '../app.ts'
import type { Certificates, RootRow } from './answers.ts'
import type { Route } from './route.ts'
import { count, flag, list, oneOf, shape, text, time } from './schema.ts'

const MOST = 2000

export function certificatesOf(app: App): Certificates {
  const { rotator, trust } = app.authority
  const { rotation, signing } = rotator
  const signer = new X509Certificate(signing.root.certificatePem).fingerprint256
  const current = signing === rotator.present ? rotation.current : rotation.next
  return {
    trustDomain: signing.root.trustDomain,
    roots: trust.rootsPem.map((pem) => rootRow(pem, signer)),
    live: [...rotator.live()]
      .sort((a, b) => a.notAfter - b.notAfter)
      .slice(0, MOST)
      .map(({ workload, serial, notAfter, authority }) => ({
        ...{ workload, serial, notAfter: new Date(notAfter).toISOString() },
        authority: authority === current ? ('present' as const) : ('other' as const),
      })),
    overview: rotator.overview(),
  }
}

function rootRow(pem: string, signer: string): RootRow {
  const { subject, fingerprint256, validFrom, validTo } = new X509Certificate(pem)
  return {
    subject: subject.replaceAll('\n', ', '),
    fingerprint: fingerprint256,
    notBefore: new Date(validFrom).toISOString(),
    notAfter: new Date(validTo).toISOString(),
    role: fingerprint256 === signer ? 'signs' : 'trusted',
  }
}

const CERTIFICATE = shape({ serial: text, workload: text, authority: text, validUntil: time })

const OVERVIEW = shape(
  {
    trustDomain: text,
    authorities: list(
      shape({
        ...{ name: text, subject: text, sha256: text, validUntil: time, signs: flag, live: count },
        ...{ role: oneOf('present', 'next'), kind: oneOf('own', 'imported') },
      }),
    ),
    live: count,
    revoked: list(CERTIFICATE),
  },
  {
    rotation: shape(
      {
        phase: oneOf('distribute', 'sign', 'rekey', 'withdraw'),
        ...{ step: count, waiting: count, waitingFor: list(CERTIFICATE) },
      },
      { goal: text },
    ),
  },
)

export const CERTIFICATE_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/ca',
    summary: 'Authorities, a rotation and whom it waits for; changes need the data directory',
    role: 'read',
    scope: 'mesh',
    answer: OVERVIEW,
    handle: (app) => app.authority.rotator.overview(),
  },
  {
    method: 'GET',
    path: '/api/v1/certificates',
    summary: 'Roots, certificates that may be in use (the next to expire first), rotation',
    role: 'read',
    scope: 'mesh',
    answer: shape({
      trustDomain: text,
      roots: list(
        shape({
          ...{ subject: text, fingerprint: text, notBefore: time, notAfter: time },
          role: oneOf('signs', 'trusted'),
        }),
      ),
      live: list(
        shape({
          ...{ workload: text, serial: text, notAfter: time },
          authority: oneOf('present', 'other'),
        }),
      ),
      overview: OVERVIEW,
    }),
    handle: certificatesOf,
  },
]
