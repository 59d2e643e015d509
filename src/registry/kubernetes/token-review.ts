// Whose a service account token is, by the API server's word (authentication.k8s.io/v1 TokenReview).
import type { Diagnostic } from '../../model/diagnostic.ts'
import { type Connection, messageOf } from './connection.ts'

/** A pod and its service account. */
export interface TokenOwner {
  readonly workload: { readonly namespace: string; readonly name: string }
  readonly serviceAccount: string
}

interface Review {
  readonly status?: {
    readonly authenticated?: boolean
    readonly audiences?: readonly string[]
    readonly error?: string
    readonly user?: {
      readonly username?: string
      readonly extra?: Readonly<Record<string, readonly string[]>>
    }
  }
}

/** Istio's agents ask for tokens of this audience; such a token is of no use at the API server itself. */
export const AUDIENCE = 'istio-ca'

const POD = 'authentication.kubernetes.io/pod-name'
const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/

/** L0430 for a token that is not one of the cluster, for another audience, or not bound to a pod; L0410 if the server cannot be asked. */
export async function reviewToken(
  connection: Connection,
  token: string,
): Promise<TokenOwner | Diagnostic> {
  const asked = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    spec: { token, audiences: [AUDIENCE] },
  }
  const path = '/apis/authentication.k8s.io/v1/tokenreviews'
  const reply = await connection
    .request('POST', path, { body: asked })
    .catch((error: Error) => ({ status: 0, body: error.message }))
  if (reply.status !== 201) {
    const text = `The cluster cannot be asked about the token (${messageOf(reply.body)}). Try again`
    return { code: 'L0410', severity: 'error', text }
  }
  const { status = {} } = reply.body as Review
  const [, namespace, serviceAccount] = ACCOUNT.exec(status.user?.username ?? '') ?? []
  const pod = status.user?.extra?.[POD]?.[0]
  const meant = status.audiences?.includes(AUDIENCE)
  if (!status.authenticated || !meant || !namespace || !serviceAccount) {
    return refused(`is not a valid one of this cluster for the audience ${AUDIENCE}`)
  }
  if (!pod) return refused('is not bound to a pod. Mount it as a projected volume')
  return { workload: { namespace, name: pod }, serviceAccount }
}

function refused(why: string): Diagnostic {
  return { code: 'L0430', severity: 'error', text: `The service account token ${why}` }
}
