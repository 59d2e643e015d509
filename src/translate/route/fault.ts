// Injected faults, as configuration of Envoy's fault filter for one route.
import type { Any, FaultAbort, FaultDelay } from '../../../proto/envoy.d.ts'
import { seconds } from '../../model/duration.ts'
import { ORIGIN, type Origin } from '../../model/origin.ts'
import type { HttpFaultInjection } from '../../model/schema/virtual-service.ts'
import { typed } from '../typed.ts'
import { millionths } from './fraction.ts'

/** Names of gRPC's status codes, in the order of their numbers. */
export const GRPC_STATUS: readonly string[] = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
]

/** Undefined if there is nothing that Envoy can do. The filter stands before the router: no retries, no route timeout for it. */
export function faultConfig(fault: HttpFaultInjection, origin: Origin): Any | undefined {
  const delay = faultDelay(fault.delay)
  const abort = faultAbort(fault.abort)
  if (!delay && !abort) return undefined
  return typed('envoy.extensions.filters.http.fault.v3.HTTPFault', {
    ...(delay ? { delay } : {}),
    ...(abort ? { abort } : {}),
    [ORIGIN]: origin,
  })
}

/** Without a percentage there is no fault (Istio): unlike a mirror, which then gets everything. */
function faultDelay(delay: HttpFaultInjection['delay']): FaultDelay | undefined {
  if (!delay?.fixedDelay) return undefined
  return {
    fixed_delay: seconds(delay.fixedDelay),
    percentage: millionths(delay.percentage ? (delay.percentage.value ?? 0) : (delay.percent ?? 0)),
  }
}

function faultAbort(abort: HttpFaultInjection['abort']): FaultAbort | undefined {
  if (!abort) return undefined
  const percentage = millionths(abort.percentage?.value ?? 0)
  if (abort.httpStatus !== undefined) return { http_status: abort.httpStatus, percentage }
  const status = GRPC_STATUS.indexOf(abort.grpcStatus ?? '')
  return status < 0 ? undefined : { grpc_status: status, percentage }
}
