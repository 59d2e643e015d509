// The listeners of a Gateway: what each takes, whether it can be had beside the others, and its certificates.
import { credentialOf } from '../../model/credential.ts'
import { keyOf } from '../../model/document.ts'
import { GATEWAY_API } from '../../model/gateway-api.ts'
import { memo } from '../../model/memo.ts'
import type { Listener, ObjectReference } from '../../model/schema/gateway-api.ts'
import type { View } from '../../model/view.ts'
import type { Gateway } from './gateway.ts'
import { mayRefer } from './grant.ts'

/** Why a condition does not hold, with the field that it is about, below the listener. */
export interface Verdict {
  readonly reason: string
  readonly text: string
  readonly field: readonly (string | number)[]
}

export interface ListenerState {
  readonly gateway: Gateway
  readonly listener: Listener
  readonly index: number
  /** In lower case; `*` where none is given. */
  readonly hostname: string
  /** Kinds of routes that may be attached. */
  readonly kinds: readonly string[]
  /** Of the condition Accepted. */
  readonly refused?: Verdict
  readonly conflict?: Verdict
  /** Of the condition ResolvedRefs. */
  readonly unresolved?: Verdict
  /** Secrets as `namespace/name`, for TLS that ends here. */
  readonly certificates: readonly string[]
}

const ROUTE_KINDS: Readonly<Record<string, readonly string[]>> = {
  HTTP: ['HTTPRoute'],
  HTTPS: ['HTTPRoute'],
}

export const listenersOf = memo((view: View, gateway: Gateway): readonly ListenerState[] =>
  Object.freeze(
    gateway.spec.listeners.map((listener, index) => stateOf(view, gateway, listener, index)),
  ),
)

function stateOf(view: View, gateway: Gateway, listener: Listener, index: number): ListenerState {
  const offered = ROUTE_KINDS[listener.protocol] ?? []
  const { kinds, unknown } = kindsOf(listener, offered)
  const certificates = isSecure(listener) ? certificatesOf(view, gateway, listener) : undefined
  const refused = ROUTE_KINDS[listener.protocol] ? undefined : unsupported(listener)
  const conflict = conflictOf(gateway, listener, index)
  const unresolved = certificates?.problem ?? unknown
  return Object.freeze({
    ...{ gateway, listener, index, kinds },
    hostname: listener.hostname?.toLowerCase() ?? '*',
    ...(refused ? { refused } : {}),
    ...(conflict ? { conflict } : {}),
    ...(unresolved ? { unresolved } : {}),
    certificates: certificates?.keys ?? [],
  })
}

/** Whether proxies have it: nothing is wrong with it itself, and TLS has a certificate. */
export function isServed({ listener, refused, conflict, certificates }: ListenerState): boolean {
  return !refused && !conflict && (!isSecure(listener) || certificates.length > 0)
}

function isSecure({ protocol }: Listener): boolean {
  return protocol === 'HTTPS'
}

function unsupported({ protocol }: Listener): Verdict {
  const text = `listeners of the protocol ${protocol} are not served: use HTTP or HTTPS, or an Istio Gateway`
  return { reason: 'UnsupportedProtocol', text, field: ['protocol'] }
}

function kindsOf(
  { allowedRoutes }: Listener,
  offered: readonly string[],
): { kinds: readonly string[]; unknown?: Verdict } {
  const asked = allowedRoutes?.kinds
  if (!asked?.length) return { kinds: offered }
  const isOffered = ({ group = GATEWAY_API, kind }: (typeof asked)[number]) =>
    group === GATEWAY_API && offered.includes(kind)
  const kinds = [...new Set(asked.filter(isOffered).map(({ kind }) => kind))]
  const index = asked.findIndex((one) => !isOffered(one))
  if (index < 0) return { kinds }
  const text = `routes of the kind ${asked[index]!.kind} cannot be attached to such a listener`
  const field = ['allowedRoutes', 'kinds', index]
  return { kinds, unknown: { reason: 'InvalidRouteKinds', text, field } }
}

/** Listeners of one port speak the same, and each has its own hostname. All that are in conflict are left out. */
function conflictOf(gateway: Gateway, listener: Listener, index: number): Verdict | undefined {
  const others = gateway.spec.listeners.filter(
    (other, number) => number !== index && other.port === listener.port,
  )
  const different = others.find(({ protocol }) => protocol !== listener.protocol)
  if (different) {
    const text = `the listener ${different.name} has port ${listener.port} for ${different.protocol}; ${listener.protocol} cannot share it`
    return { reason: 'ProtocolConflict', text, field: ['port'] }
  }
  const host = (one: Listener) => one.hostname?.toLowerCase() ?? ''
  const same = others.find((other) => host(other) === host(listener))
  if (!same) return undefined
  const text = `the listener ${same.name} has the same port and hostname`
  return { reason: 'HostnameConflict', text, field: ['hostname'] }
}

interface Certificates {
  readonly keys: readonly string[]
  readonly problem?: Verdict
}

function certificatesOf(view: View, gateway: Gateway, { tls }: Listener): Certificates {
  if (tls?.mode === 'Passthrough') {
    const text = 'a listener of the protocol HTTPS ends TLS: its mode is Terminate'
    return { keys: [], problem: { reason: 'InvalidCertificateRef', text, field: ['tls', 'mode'] } }
  }
  const references = tls?.certificateRefs ?? []
  if (references.length === 0) {
    const text = 'a listener of the protocol HTTPS needs a certificate: add tls.certificateRefs'
    return { keys: [], problem: { reason: 'InvalidCertificateRef', text, field: ['tls'] } }
  }
  const keys: string[] = []
  let problem: Verdict | undefined
  for (const [index, reference] of references.entries()) {
    const found = certificateOf(view, gateway, reference)
    const field = ['tls', 'certificateRefs', index]
    if (typeof found === 'string') keys.push(found)
    else problem ??= { ...found, field }
  }
  return { keys, ...(problem ? { problem } : {}) }
}

function certificateOf(
  view: View,
  { metadata }: Gateway,
  { group = '', kind = 'Secret', name, namespace = metadata.namespace }: ObjectReference,
): string | Omit<Verdict, 'field'> {
  const invalid = (text: string) => ({ reason: 'InvalidCertificateRef', text })
  if (group !== '' || kind !== 'Secret') return invalid(`a certificate is in a Secret, not ${kind}`)
  const key = keyOf({ namespace, name })
  const from = { fromKind: 'Gateway', fromNamespace: metadata.namespace }
  if (!mayRefer(view, { ...from, group, kind, namespace, name })) {
    const text = `no ReferenceGrant in ${namespace} lets a Gateway of ${metadata.namespace} name the Secret ${name}`
    return { reason: 'RefNotPermitted', text }
  }
  const secret = view.get('Secret', key)
  if (!secret) return invalid(`there is no Secret ${key} with a certificate that can be read`)
  const { certificate, key: own } = credentialOf(secret)
  return certificate && own ? key : invalid(`the Secret ${key} has no tls.crt and tls.key`)
}
