// PeerAuthentication: whether a workload's ports take mutual TLS, plain text or both.
import type { Code } from '../../model/codes.ts'
import type { Diagnostic, Severity } from '../../model/diagnostic.ts'
import { byAge, type Document, nameOf } from '../../model/document.ts'
import { memo } from '../../model/memo.ts'
import type { Origin, Path } from '../../model/origin.ts'
import type { MutualTls, PeerAuthentication } from '../../model/schema/peer-authentication.ts'
import { matchesLabels, type Workload } from '../../model/selector.ts'
import type { View } from '../../model/view.ts'
import { rootNamespace } from '../mesh-config.ts'

export type MutualTlsMode = 'DISABLE' | 'PERMISSIVE' | 'STRICT'

/** A mode and the line that says so; no origin where nobody did. */
export interface ModeWithOrigin {
  readonly mode: MutualTlsMode
  readonly origin?: Origin
}

/** What holds for one workload; the identical object for workloads that the same policies select. */
export interface EffectivePeerAuthentication extends ModeWithOrigin {
  /** By the workload's (target) port, where it is said for a port. */
  readonly ports: ReadonlyMap<number, ModeWithOrigin>
}

type Policy = Document<PeerAuthentication>

const DEFAULT: ModeWithOrigin = Object.freeze({ mode: 'PERMISSIVE' })

/** The mode of a workload's (target) port. */
export function mutualTlsMode(view: View, workload: Workload, port: number): MutualTlsMode {
  const effective = peerAuthentication(view, workload)
  return (effective.ports.get(port) ?? effective).mode
}

/** Istio's precedence: the workload's policy, its namespace's, the mesh's, else PERMISSIVE; on each level the oldest. */
export function peerAuthentication(view: View, workload: Workload): EffectivePeerAuthentication {
  const own = policiesOf(view, workload.namespace).selecting.find((policy) =>
    matchesLabels(policy.spec.selector?.matchLabels, workload.labels),
  )
  return own ? ofWorkload(view, own) : ofNamespace(view, workload.namespace)
}

interface NamespacePolicies {
  /** Those with a selector, oldest first; none in the root namespace, where Istio ignores them. */
  readonly selecting: readonly Policy[]
  /** The oldest without a selector. */
  readonly whole: Policy | undefined
}

const policiesOf = memo((view: View, namespace: string): NamespacePolicies => {
  const policies = view
    .keysIn('PeerAuthentication', namespace)
    .flatMap((key) => view.get('PeerAuthentication', key) ?? [])
    .sort(byAge)
  const isRoot = namespace === rootNamespace(view)
  return {
    selecting: isRoot ? [] : policies.filter((policy) => hasSelector(policy)),
    whole: policies.find((policy) => !hasSelector(policy)),
  }
})

const ofNamespace = memo((view: View, namespace: string): EffectivePeerAuthentication => {
  const root = rootNamespace(view)
  const mesh = modeOf(policiesOf(view, root).whole) ?? DEFAULT
  const own = namespace === root ? undefined : modeOf(policiesOf(view, namespace).whole)
  return { ...(own ?? mesh), ports: new Map() }
})

const ofWorkload = memo((view: View, policy: Policy): EffectivePeerAuthentication => {
  const outer = ofNamespace(view, policy.metadata.namespace)
  const own = modeOf(policy) ?? simple(outer)
  const ports = new Map<number, ModeWithOrigin>()
  for (const [port, mutualTls] of Object.entries(policy.spec.portLevelMtls ?? {})) {
    const path = ['spec', 'portLevelMtls', port, 'mode']
    ports.set(Number(port), said(mutualTls, policy, path) ?? own)
  }
  return { ...own, ports }
})

function hasSelector(policy: Policy): boolean {
  return Object.keys(policy.spec.selector?.matchLabels ?? {}).length > 0
}

function modeOf(policy: Policy | undefined): ModeWithOrigin | undefined {
  return policy && said(policy.spec.mtls, policy, ['spec', 'mtls', 'mode'])
}

function said(
  mutualTls: MutualTls | undefined,
  policy: Policy,
  path: readonly string[],
): ModeWithOrigin | undefined {
  const mode = mutualTls?.mode ?? 'UNSET'
  return mode === 'UNSET' ? undefined : { mode, origin: policy.at(path) }
}

function simple({ mode, origin }: ModeWithOrigin): ModeWithOrigin {
  return origin ? { mode, origin } : { mode }
}

/** What of a PeerAuthentication has no effect, and why. */
export function checkPeerAuthentication(view: View, policy: Policy): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  const report = (code: Code, severity: Severity, path: Path, text: string) => {
    found.push({
      code,
      severity,
      text,
      origin: policy.at(['spec', ...path]),
      about: nameOf(policy),
    })
  }
  const { namespace } = policy.metadata
  const ports = Object.keys(policy.spec.portLevelMtls ?? {})
  if (!hasSelector(policy)) {
    if (ports.length > 0) {
      const text = 'portLevelMtls needs a selector and is ignored; name the workload by its labels'
      report('L0271', 'error', ['portLevelMtls'], text)
    }
    const { whole } = policiesOf(view, namespace)
    if (whole && whole !== policy) {
      const text = `${nameOf(whole)} is older and decides for the whole namespace; this one has no effect`
      report('L0272', 'warning', [], text)
    }
  } else if (namespace === rootNamespace(view)) {
    const text = `a selector in the root namespace ${namespace} is ignored with its policy (Istio); put the policy into the workload's namespace`
    report('L0270', 'warning', ['selector'], text)
  }
  for (const port of ports) {
    if (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535) continue
    report('L0273', 'error', ['portLevelMtls', port], `"${port}" is not a port, 1 to 65535`)
  }
  return found
}
