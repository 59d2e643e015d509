// Who is at the other end of an xDS stream, and what it is to have.
import { isDeepStrictEqual } from 'node:util'
import { workloadOf } from './ca/identity.ts'
import { isProblem } from './ca/problem.ts'
import type { Diagnostic } from './model/diagnostic.ts'
import type { Mesh } from './model/mesh.ts'
import type { DeliveryMode, Node } from './model/node.ts'
import type { ResourceSet } from './model/resource.ts'
import type { Reporter } from './telemetry/server.ts'
import { nodeOf, type ProxyClaims, type ProxyName, parseNodeId } from './translate/node.ts'
import type { Caller, KnownProxy } from './xds/host.ts'

export interface MeshProxy extends KnownProxy {
  readonly name: ProxyName
  readonly claims: ProxyClaims
}

/** For Envoys that can; objects may say otherwise. See the record of decision 14. */
export const DEFAULT_DELIVERY: DeliveryMode = 'preloaded'

/** The version with which VHDS and on-demand clusters over one aggregated stream were tried. */
const FIRST_WITH_VHDS = [1, 40] as const

/** By the certificate alone: what the node says of itself decides nothing about whose configuration it gets. */
export function identifyByCertificate(
  caller: Caller,
  delivery = DEFAULT_DELIVERY,
): MeshProxy | Diagnostic {
  if (!caller.peerCertificate) {
    return refused(
      'The proxy showed no certificate of this mesh. Enrol it with `lotse bootstrap`, which gets one by join token',
    )
  }
  const workload = workloadOf(caller.peerCertificate)
  if (isProblem(workload)) return workload
  const { namespace, name, serviceAccount } = workload
  return proxyOf({ namespace, workload: name, serviceAccount, certified: true }, caller, delivery)
}

/** By the node id, in plain text on loopback: for measuring and tests; such a proxy gets no secrets. */
export function identifyByNodeId(
  caller: Caller,
  delivery = DEFAULT_DELIVERY,
): MeshProxy | Diagnostic {
  const parsed = parseNodeId(caller.node.id)
  if (!parsed || !isName(parsed.namespace) || !isName(parsed.workload)) {
    return refused(
      `The node id ${JSON.stringify(caller.node.id.slice(0, 200))} is not of the form sidecar~IP~NAME.NAMESPACE~DOMAIN, which names the workload on this port`,
    )
  }
  const { namespace, workload } = parsed
  return proxyOf({ namespace, workload, certified: false }, caller, delivery)
}

/** Whose figures they are, as `NAMESPACE/NAME`: by the certificate alone. */
export function reporterByCertificate({ certificate }: Reporter): string | undefined {
  const workload = certificate ? workloadOf(certificate) : undefined
  return !workload || isProblem(workload) ? undefined : `${workload.namespace}/${workload.name}`
}

/** In plain text on loopback: as the caller says. */
export function reporterByNodeId({ node }: Reporter): string | undefined {
  const parsed = parseNodeId(node)
  return parsed && `${parsed.namespace}/${parsed.workload}`
}

function proxyOf(name: ProxyName, caller: Caller, delivery: DeliveryMode): MeshProxy {
  const { node } = caller
  const parsed = parseNodeId(node.id)
  const folder = node.metadata.LOTSE_CERT_DIR
  const labels = stringsIn(node.metadata.LABELS)
  const id = PRINTABLE.test(node.id) ? node.id : `${name.workload}.${name.namespace}`
  const claims: ProxyClaims = {
    id,
    ...(parsed?.address ? { address: parsed.address } : {}),
    ...(labels ? { labels } : {}),
    ...(node.locality ? { locality: node.locality } : {}),
    ...(typeof folder === 'string' && folder.startsWith('/') ? { certificateFolder: folder } : {}),
    ...(parsed?.gateway ? { gateway: true } : {}),
    ...(node.metadata.GENERATOR === 'grpc' ? { grpc: true } : {}),
    ...(takesVirtualHosts(caller) ? { delivery } : {}),
  }
  const { id: _, ...rest } = claims
  return Object.freeze({ id: claims.id, key: JSON.stringify([name, rest]), name, claims })
}

function takesVirtualHosts({ aggregatedDelta, node }: Caller): boolean {
  const [major, minor] = node.version
  const [firstMajor, firstMinor] = FIRST_WITH_VHDS
  const since = major > firstMajor || (major === firstMajor && minor >= firstMinor)
  return aggregatedDelta && node.userAgent === 'envoy' && since
}

/** What goes into logs and onto terminals as it is. */
const PRINTABLE = /^[\x21-\x7e]{1,400}$/

function isName(text: string): boolean {
  return /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(text)
}

function stringsIn(value: unknown): Record<string, string> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const entries = Object.entries(value).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return Object.fromEntries(entries)
}

export function refused(text: string): Diagnostic {
  return { code: 'L0306', severity: 'error', text }
}

export function resourcesOf(
  mesh: Mesh,
  proxy: MeshProxy,
  translate: (mesh: Mesh, node: Node) => ResourceSet,
): ResourceSet {
  const node = nodeOf(mesh, proxy.name, proxy.claims)
  const before = nodes.get(proxy)
  const same = before && isDeepStrictEqual(before, node) ? before : node
  nodes.set(proxy, same)
  return translate(mesh, same)
}

/** The identical node for an equal one: what is known of it need not be found out again. */
const nodes = new WeakMap<MeshProxy, Node>()
