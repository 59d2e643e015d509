// Retries: Istio's default, and a route's own.
import type { RouteRetryPolicy } from '../../../proto/envoy.d.ts'
import { seconds } from '../../model/duration.ts'
import { ORIGIN, type Origin } from '../../model/origin.ts'
import type { HttpRetry } from '../../model/schema/virtual-service.ts'
import { typed } from '../typed.ts'

const STATUS_CODES = 'retriable-status-codes'

/** Istio's `retryOn` where none is given; no status code is among them. */
export const DEFAULT_RETRY_ON = `connect-failure,refused-stream,unavailable,cancelled,${STATUS_CODES}`

const DEFAULT_ATTEMPTS = 2

/**
 * How often Envoy looks for a host that was not tried yet. Istio says 5; but LEAST_REQUEST prefers a host that refuses, since it
 * is idle: of two hosts, it is found again with each of five looks once in six retries, and of twenty once in four hundred.
 */
const HOST_SELECTIONS = 20

/** Istio's retries of inbound requests (not gRPC): only those that never reached the application. */
export const INBOUND_RETRIES: RouteRetryPolicy = Object.freeze({
  retry_on: 'reset-before-request',
  num_retries: DEFAULT_ATTEMPTS,
})

/**
 * `retries` undefined gives Istio's default, `attempts: 0` none. With a hash policy a retry may go to the same host,
 * because the hash chooses it.
 */
export function retryPolicy(
  retries: HttpRetry | undefined,
  isHashed: boolean,
  origin?: Origin,
): RouteRetryPolicy | undefined {
  const attempts = retries ? (retries.attempts ?? 0) : DEFAULT_ATTEMPTS
  if (attempts <= 0) return undefined
  const { retryOn, statusCodes } = conditions(retries?.retryOn || DEFAULT_RETRY_ON)
  return {
    retry_on: retryOn,
    num_retries: attempts,
    ...(statusCodes.length > 0 ? { retriable_status_codes: statusCodes } : {}),
    ...(retries?.perTryTimeout ? { per_try_timeout: seconds(retries.perTryTimeout) } : {}),
    ...(retries?.backoff ? { retry_back_off: { base_interval: seconds(retries.backoff) } } : {}),
    ...((retries?.retryIgnorePreviousHosts ?? !isHashed) ? OTHER_HOSTS : {}),
    ...(retries?.retryRemoteLocalities ? OTHER_LOCALITIES : {}),
    ...(origin ? { [ORIGIN]: origin } : {}),
  }
}

const OTHER_HOSTS: RouteRetryPolicy = {
  retry_host_predicate: [
    {
      name: 'envoy.retry_host_predicates.previous_hosts',
      typed_config: typed(
        'envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate',
        {},
      ),
    },
  ],
  host_selection_retry_max_attempts: HOST_SELECTIONS,
}

const OTHER_LOCALITIES: RouteRetryPolicy = {
  retry_priority: {
    name: 'envoy.retry_priorities.previous_priorities',
    typed_config: typed(
      'envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig',
      { update_frequency: 2 },
    ),
  },
}

/** Numbers in `retryOn` are status codes (Istio): `503,reset` retries on 503 and on resets. */
function conditions(retryOn: string): { retryOn: string; statusCodes: number[] } {
  const words = retryOn
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  const statusCodes = words.filter(isNumber).map(Number)
  const names = words.filter((word) => !isNumber(word))
  if (statusCodes.length > 0 && !names.includes(STATUS_CODES)) names.push(STATUS_CODES)
  return { retryOn: names.join(','), statusCodes }
}

function isNumber(word: string): boolean {
  return /^\d+$/.test(word)
}
