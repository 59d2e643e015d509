// Mirrored requests: copies whose answers nobody waits for.
import type { RouteAction_RequestMirrorPolicy } from '../../../proto/envoy.d.ts'
import { ORIGIN, type Path } from '../../model/origin.ts'
import type { Rule } from '../../model/rule.ts'
import type { Destination } from '../../model/schema/virtual-service.ts'
import type { RouteContext } from './context.ts'
import { millionths } from './fraction.ts'

export function mirrorPolicies(
  rule: Rule,
  context: RouteContext,
  path: Path,
): RouteAction_RequestMirrorPolicy[] {
  const mirror = (destination: Destination, percent: number, at: Path) =>
    percent > 0 ? [mirrorPolicy(destination, percent, context, at)] : []
  const one = rule.mirror ? mirror(rule.mirror, ruleShare(rule), [...path, 'mirror']) : []
  const several = (rule.mirrors ?? []).flatMap(({ destination, percentage }, index) =>
    mirror(destination, percentage ? (percentage.value ?? 0) : 100, [...path, 'mirrors', index]),
  )
  return [...one, ...several]
}

/** In percent. Without a number everything is mirrored; an explicit 0 mirrors nothing (Istio). */
function ruleShare({ mirrorPercentage, mirrorPercent }: Rule): number {
  return mirrorPercentage ? (mirrorPercentage.value ?? 0) : (mirrorPercent ?? 100)
}

function mirrorPolicy(
  destination: Destination,
  percent: number,
  context: RouteContext,
  path: Path,
): RouteAction_RequestMirrorPolicy {
  return {
    cluster: context.cluster(destination),
    runtime_fraction: { default_value: millionths(percent) },
    trace_sampled: false,
    // The copy keeps its Host, as in today's Istio; Envoy by itself would append `-shadow`.
    disable_shadow_host_suffix_append: true,
    [ORIGIN]: context.virtualService.at(path),
  }
}
