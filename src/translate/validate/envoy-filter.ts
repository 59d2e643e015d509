// EnvoyFilter by itself: patches that cannot be applied, and those that never will be. What Envoy thinks of them shows later.
import type { Path } from '../../model/origin.ts'
import type { DocumentOf } from '../../model/schema/index.ts'
import type { EnvoyConfigPatch } from '../../model/schema/proxy-config.ts'
import {
  type ApplyTo,
  type Operation,
  type PatchMatch,
  PROXY_METADATA,
} from '../kinds/envoy-filter.ts'
import { checkSelector } from './host.ts'
import { eachOf, type Report } from './report.ts'

const MERGES: readonly Operation[] = ['MERGE', 'MERGE_AND_REPLACE_LIST']
const PLAIN: readonly Operation[] = [...MERGES, 'ADD', 'REMOVE']
const LISTS: readonly Operation[] = [
  ...PLAIN,
  'INSERT_BEFORE',
  'INSERT_AFTER',
  'INSERT_FIRST',
  'REPLACE',
]

const OPERATIONS: Readonly<Record<ApplyTo, readonly Operation[]>> = {
  INVALID: [],
  LISTENER: PLAIN,
  LISTENER_FILTER: LISTS,
  FILTER_CHAIN: PLAIN,
  NETWORK_FILTER: LISTS,
  HTTP_FILTER: LISTS,
  ROUTE_CONFIGURATION: MERGES,
  VIRTUAL_HOST: [...PLAIN, 'REPLACE'],
  HTTP_ROUTE: LISTS,
  CLUSTER: PLAIN,
  EXTENSION_CONFIG: ['ADD'],
  BOOTSTRAP: MERGES,
}

/** What a match must speak of for each kind of object. */
const MATCHES: Readonly<Partial<Record<ApplyTo, 'listener' | 'routeConfiguration' | 'cluster'>>> = {
  LISTENER: 'listener',
  LISTENER_FILTER: 'listener',
  FILTER_CHAIN: 'listener',
  NETWORK_FILTER: 'listener',
  HTTP_FILTER: 'listener',
  ROUTE_CONFIGURATION: 'routeConfiguration',
  VIRTUAL_HOST: 'routeConfiguration',
  HTTP_ROUTE: 'routeConfiguration',
  CLUSTER: 'cluster',
}

export function checkEnvoyFilter(report: Report, { spec }: DocumentOf<'EnvoyFilter'>): void {
  checkSelector(report, spec.workloadSelector?.labels, ['spec', 'workloadSelector', 'labels'])
  if (spec.targetRefs?.length) {
    const text =
      'targetRefs name objects of the Gateway API, to which nothing can be bound yet: the EnvoyFilter applies to nothing'
    report.warning('L0291', ['spec', 'targetRefs'], text)
  }
  eachOf(spec.configPatches, ['spec', 'configPatches'], (patch, path) =>
    checkPatch(report, patch, path),
  )
}

function checkPatch(report: Report, written: EnvoyConfigPatch, path: Path): void {
  const { applyTo = 'INVALID', match = {}, patch } = written
  if (applyTo === 'INVALID') {
    report.error(
      'L0290',
      path,
      'the patch has no applyTo: say what it changes, for instance HTTP_FILTER',
    )
    return
  }
  const operation = patch?.operation ?? 'INVALID'
  const possible = OPERATIONS[applyTo]
  if (!possible.includes(operation)) {
    const what =
      operation === 'INVALID' ? 'the patch has no operation' : `${operation} is not possible`
    report.error(
      'L0290',
      [...path, 'patch', 'operation'],
      `${what} for ${applyTo}: use ${possible.join(', ')}`,
    )
  } else if (operation !== 'REMOVE' && !patch?.value) {
    report.error(
      'L0290',
      [...path, 'patch'],
      `${operation} needs a value: the part of Envoy's configuration to write`,
    )
  }
  if (applyTo === 'BOOTSTRAP') {
    const text =
      'the bootstrap of a proxy does not come over xDS, so it cannot be patched here: change the file that `lotse bootstrap` writes'
    report.warning('L0291', [...path, 'applyTo'], text)
  }
  if (patch?.filterClass && patch.filterClass !== 'UNSPECIFIED') {
    report.warning(
      'L0291',
      [...path, 'patch', 'filterClass'],
      'filterClass is not looked at: say by INSERT_BEFORE or INSERT_AFTER where the filter goes',
    )
  }
  checkMatch(report, applyTo, match, [...path, 'match'])
  checkElement(report, written, path)
}

function checkMatch(report: Report, applyTo: ApplyTo, match: PatchMatch, path: Path): void {
  const wanted = MATCHES[applyTo]
  for (const field of ['listener', 'routeConfiguration', 'cluster'] as const) {
    if (match[field] === undefined || field === wanted) continue
    const hint = wanted ? `: match by ${wanted}` : ''
    report.error(
      'L0290',
      [...path, field],
      `a patch of ${applyTo} cannot be matched by ${field}${hint}`,
    )
  }
  if (match.context === 'WAYPOINT' || match.waypoint) {
    const field = match.context === 'WAYPOINT' ? 'context' : 'waypoint'
    report.warning(
      'L0291',
      [...path, field],
      'there are no waypoints here: the patch applies to nothing',
    )
  }
  if (match.proxy?.proxyVersion) {
    const text =
      'proxyVersion means versions of Istio and is not looked at: the patch applies whatever it says'
    report.warning('L0291', [...path, 'proxy', 'proxyVersion'], text)
  }
  for (const name of Object.keys(match.proxy?.metadata ?? {})) {
    if (PROXY_METADATA[name]) continue
    const known = Object.keys(PROXY_METADATA).join(', ')
    const text = `proxies have no metadata ${name} here, so the patch applies to none: use ${known}, or a workloadSelector`
    report.warning('L0291', [...path, 'proxy', 'metadata', name], text)
  }
}

/** Filters are merged, replaced or removed by name, lest all of them are. */
function checkElement(
  report: Report,
  { applyTo, match, patch }: EnvoyConfigPatch,
  path: Path,
): void {
  const filter = match?.listener?.filterChain?.filter
  const names: Partial<Record<ApplyTo, string | undefined>> = {
    HTTP_FILTER: filter?.subFilter?.name,
    NETWORK_FILTER: filter?.name,
    LISTENER_FILTER: match?.listener?.listenerFilter,
  }
  const operation = patch?.operation ?? 'INVALID'
  const needsName = operation === 'REMOVE' || operation === 'REPLACE' || MERGES.includes(operation)
  if (!applyTo || !(applyTo in names) || !needsName || names[applyTo]) return
  if (operation !== 'REMOVE' && typeof patch?.value?.name === 'string') return
  const field = {
    HTTP_FILTER: 'listener.filterChain.filter.subFilter.name',
    NETWORK_FILTER: 'listener.filterChain.filter.name',
  }[applyTo as string]
  const text = `${operation} does not say which filter is meant: write match.${field ?? 'listener.listenerFilter'}`
  report.error('L0290', [...path, 'patch', 'operation'], text)
}
