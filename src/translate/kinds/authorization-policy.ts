// AuthorizationPolicy: who may call what, as Envoy's RBAC rules per virtual host, or per filter chain where there is no HTTP.
import type {
  Any,
  Filter,
  HttpFilter,
  HttpRBAC,
  NetworkRBAC,
  Policy,
  RBAC,
  RBAC_Action,
} from '../../../proto/envoy.d.ts'
import type { Document } from '../../model/document.ts'
import { memo } from '../../model/memo.ts'
import { ORIGIN } from '../../model/origin.ts'
import type { AuthorizationPolicy } from '../../model/schema/authorization-policy.ts'
import type { Workload } from '../../model/selector.ts'
import type { View } from '../../model/view.ts'
import {
  type Authorizer,
  authorizers,
  extAuthzNetworkFilter,
  markFilterName,
  markPrefix,
} from '../ext-authz.ts'
import { trustDomains } from '../mesh-config.ts'
import { selectedKeys } from '../policy-scope.ts'
import type { RuleContext } from '../rbac/attributes.ts'
import type { Doubt } from '../rbac/logic.ts'
import { NEVER, rulePolicy } from '../rbac/rule.ts'
import { typed } from '../typed.ts'

/** The rules that hold for one workload; what is absent decides nothing. */
export interface Authorization {
  /** Notes in the access log's metadata what it matches. */
  readonly audit?: RBAC
  /** Refuses what it matches; comes before `allow`. */
  readonly deny?: RBAC
  /** Refuses what it does not match. */
  readonly allow?: RBAC
  /** Dry-run policies (`istio.io/dry-run`): counted and noted, never enforced. */
  readonly shadowDeny?: RBAC
  readonly shadowAllow?: RBAC
  /** What an external provider is to be asked about, by its name; in the order of the MeshConfig. */
  readonly custom?: Readonly<Record<string, RBAC>>
}

export type AuthorizationTarget = RuleContext['target']

type PolicyDocument = Document<AuthorizationPolicy>
/** A filter of Envoy's; in this order. */
const FILTERS = ['audit', 'deny', 'allow'] as const
type FilterKind = (typeof FILTERS)[number]

const ACTIONS: Readonly<Record<FilterKind, RBAC_Action>> = {
  audit: 'LOG',
  deny: 'DENY',
  allow: 'ALLOW',
}

/** The annotation that makes a policy count instead of act. */
const DRY_RUN = 'istio.io/dry-run'

/** Rules of all policies that select the workload, its namespace's and the mesh's together (Istio). */
export function authorization(
  view: View,
  workload: Workload,
  target: AuthorizationTarget,
): Authorization {
  return rulesOf(view, argument(target, selected(view, workload)))
}

/**
 * The RBAC filters of every HTTP connection manager: always the same and without rules, which come with the virtual
 * host (`rbacPerRoute`), so that a changed policy reaches open connections and never drains a listener.
 */
export const rbacHttpFilters: readonly HttpFilter[] = Object.freeze(
  FILTERS.map((kind) => ({
    name: filterName(kind),
    typed_config: typed('envoy.extensions.filters.http.rbac.v3.RBAC', statPrefixes(kind)),
  })),
)

/** For a virtual host's `typed_per_filter_config`: empty without policies; the identical object for the same policies. */
export function rbacPerRoute(view: View, workload: Workload): Readonly<Record<string, Any>> {
  return perRoute(view, selected(view, workload))
}

/** Filters for a chain without HTTP; they stand before the proxying one. Server's first bytes pass before they decide. */
export function rbacNetworkFilters(view: View, workload: Workload): readonly Filter[] {
  return networkFilters(view, selected(view, workload))
}

const perRoute = memo((view: View, policies: string): Readonly<Record<string, Any>> => {
  const rules = rulesOf(view, argument('http', policies))
  const configs: Record<string, Any> = {}
  for (const [provider, shadow_rules] of Object.entries(rules.custom ?? {})) {
    const rbac = { shadow_rules, shadow_rules_stat_prefix: markPrefix(provider) }
    const perRoute = typed('envoy.extensions.filters.http.rbac.v3.RBACPerRoute', { rbac })
    configs[markFilterName(provider)] = perRoute
  }
  for (const kind of FILTERS) {
    const config: HttpRBAC = { ...enforced(rules, kind), ...statPrefixes(kind) }
    if (!config.rules && !config.shadow_rules) continue
    configs[filterName(kind)] = typed('envoy.extensions.filters.http.rbac.v3.RBACPerRoute', {
      rbac: config,
    })
  }
  return Object.freeze(configs)
})

const networkFilters = memo((view: View, policies: string): readonly Filter[] => {
  const rules = rulesOf(view, argument('tcp', policies))
  const custom = authorizers(view, '').flatMap((one) =>
    askingFilters(one, rules.custom?.[one.name]),
  )
  const own = FILTERS.flatMap((kind) => {
    const config: NetworkRBAC = {
      ...enforced(rules, kind),
      stat_prefix: `tcp.${kind}.`,
      shadow_rules_stat_prefix: dryRunPrefix(kind),
    }
    if (!config.rules && !config.shadow_rules) return []
    return [
      {
        name: filterName(kind),
        typed_config: typed('envoy.extensions.filters.network.rbac.v3.RBAC', config),
      },
    ]
  })
  return Object.freeze([...custom, ...own])
})

function askingFilters(authorizer: Authorizer, shadow_rules: RBAC | undefined): readonly Filter[] {
  const asking = extAuthzNetworkFilter(authorizer)
  if (!shadow_rules || !asking) return []
  const marking: NetworkRBAC = {
    shadow_rules,
    stat_prefix: `tcp.custom.${authorizer.name}.`,
    shadow_rules_stat_prefix: markPrefix(authorizer.name),
  }
  return [
    {
      name: markFilterName(authorizer.name),
      typed_config: typed('envoy.extensions.filters.network.rbac.v3.RBAC', marking),
    },
    asking,
  ]
}

function enforced(rules: Authorization, kind: FilterKind): { rules?: RBAC; shadow_rules?: RBAC } {
  const shadow = { audit: undefined, deny: rules.shadowDeny, allow: rules.shadowAllow }[kind]
  return {
    ...(rules[kind] ? { rules: rules[kind] } : {}),
    ...(shadow ? { shadow_rules: shadow } : {}),
  }
}

function isFilter(kind: PolicyKind): kind is FilterKind {
  return Object.hasOwn(ACTIONS, kind)
}

function filterName(kind: FilterKind): string {
  return `lotse.rbac.${kind}`
}

/** Counters `http.PREFIX.rbac.deny.denied`; of dry-run policies under Istio's prefix. */
function statPrefixes(kind: FilterKind): HttpRBAC {
  return {
    rules_stat_prefix: kind,
    ...(kind === 'audit' ? {} : { shadow_rules_stat_prefix: dryRunPrefix(kind) }),
  }
}

function dryRunPrefix(kind: FilterKind): string {
  return `istio_dry_run_${kind}_`
}

/** Keys of the policies that select the workload: what decides which rules it gets. */
function selected(view: View, workload: Workload): string {
  return selectedKeys(view, workload, 'AuthorizationPolicy')
}

function argument(target: AuthorizationTarget, policies: string): string {
  return `${target}\n${policies}`
}

const rulesOf = memo((view: View, argument: string): Authorization => {
  const [target, ...keys] = argument.split('\n') as [AuthorizationTarget, ...string[]]
  const policies = keys.flatMap((key) => view.get('AuthorizationPolicy', key) ?? [])
  const kinds = new Map(policies.map((policy) => [policy, kindOf(view, policy.spec, target)]))
  const translate = (kind: PolicyKind, dryRun: boolean) => {
    const chosen = policies.filter(
      (policy) => kinds.get(policy) === kind && isDryRun(policy) === dryRun,
    )
    return chosen.length === 0 ? undefined : rbac(view, kind, chosen, target)
  }
  const audit = translate('audit', false)
  const deny = translate('deny', false)
  const allow = translate('allow', false)
  const shadowDeny = translate('deny', true)
  const shadowAllow = translate('allow', true)
  const custom = authorizers(view, '').flatMap(({ name }): [string, RBAC][] => {
    const asked = translate(`custom ${name}`, false)
    return asked ? [[name, asked]] : []
  })
  return {
    ...(audit ? { audit } : {}),
    ...(deny ? { deny } : {}),
    ...(allow ? { allow } : {}),
    ...(shadowDeny ? { shadowDeny } : {}),
    ...(shadowAllow ? { shadowAllow } : {}),
    ...(custom.length > 0 ? { custom: Object.fromEntries(custom) } : {}),
  }
})

type PolicyKind = FilterKind | `custom ${string}`

/** What a provider is to be asked about that cannot be asked (here) is refused (Istio). */
function kindOf(view: View, spec: AuthorizationPolicy, target: AuthorizationTarget): PolicyKind {
  switch (spec.action ?? 'ALLOW') {
    case 'AUDIT':
      return 'audit'
    case 'ALLOW':
      return 'allow'
    case 'DENY':
      return 'deny'
    default: {
      const named = authorizers(view, '').find(({ name }) => name === spec.provider?.name)
      return named && (target === 'http' || named.grpc) ? `custom ${named.name}` : 'deny'
    }
  }
}

/** As Go's ParseBool reads it. A policy of action CUSTOM has no dry run: it is enforced. */
function isDryRun(policy: PolicyDocument): boolean {
  if (policy.spec.action === 'CUSTOM') return false
  return /^(1|t|T|true|True|TRUE)$/.test(policy.metadata.annotations[DRY_RUN] ?? '')
}

function rbac(
  view: View,
  kind: PolicyKind,
  documents: readonly PolicyDocument[],
  target: AuthorizationTarget,
): RBAC {
  const doubt: Doubt = kind === 'allow' ? 'narrow' : 'widen'
  const policies: Record<string, Policy> = {}
  for (const document of documents) {
    const { namespace } = document.metadata
    const context = { namespace, trustDomains: trustDomains(view), target }
    const rules = document.spec.rules ?? []
    for (const [index, rule] of rules.entries()) {
      const policy = rulePolicy(rule, context, doubt)
      const origin = document.at(['spec', 'rules', index])
      if (policy) policies[policyName(document, index)] = { ...policy, [ORIGIN]: origin }
    }
    // Kept for the ones who ask which policy refuses everything.
    if (rules.length === 0) {
      policies[policyName(document, 0)] = { ...NEVER, [ORIGIN]: document.at(['spec']) }
    }
  }
  return { action: isFilter(kind) ? ACTIONS[kind] : 'DENY', policies }
}

/** Istio's name of a rule, which access logs show for what it refused. */
export function policyName(document: Document, rule: number): string {
  return `ns[${document.metadata.namespace}]-policy[${document.metadata.name}]-rule[${rule}]`
}
