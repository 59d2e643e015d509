// Percentages: Istio's share in percent, which may have a fraction, as Envoy's parts of a million.
import type { FractionalPercent } from '../../../proto/envoy.d.ts'

const MILLIONTHS_PER_PERCENT = 10_000

/** `0.1` -> 1000 of a million. */
export function millionths(percent: number): FractionalPercent {
  return { numerator: Math.round(percent * MILLIONTHS_PER_PERCENT), denominator: 'MILLION' }
}
