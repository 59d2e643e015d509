// HTTP rules of a VirtualService: what each does with requests.
import { milliseconds } from '../../model/duration.ts'
import type { Path } from '../../model/origin.ts'
import type {
  CorsPolicy,
  Headers,
  HttpFaultInjection,
  HttpRetry,
  HttpRoute,
  VirtualService,
} from '../../model/schema/virtual-service.ts'
import { GRPC_STATUS } from '../route/fault.ts'
import { checkDestination, checkWeights } from './destination.ts'
import { checkAnswers } from './http-answer.ts'
import { checkHttpMatch } from './http-match.ts'
import { eachEntry, eachOf, type Report } from './report.ts'
import {
  checkDuration,
  checkHeaderName,
  checkHeaderValue,
  checkPercent,
  checkStringMatch,
} from './value.ts'

export function checkHttpRule(
  report: Report,
  rule: HttpRoute,
  path: Path,
  spec: VirtualService,
): void {
  eachOf(rule.match, [...path, 'match'], (match, at) => checkHttpMatch(report, match, at, spec))
  checkAnswers(report, rule, path)
  eachOf(rule.route, [...path, 'route'], ({ destination, headers }, at) => {
    checkDestination(report, destination, [...at, 'destination'])
    checkHeaders(report, headers, [...at, 'headers'])
  })
  checkWeights(report, rule.route ?? [], [...path, 'route'])
  checkHeaders(report, rule.headers, [...path, 'headers'])
  checkDuration(report, rule.timeout, [...path, 'timeout'], { zero: true })
  if (rule.retries) checkRetries(report, rule.retries, [...path, 'retries'], rule.timeout)
  if (rule.fault) checkFault(report, rule.fault, [...path, 'fault'])
  if (rule.corsPolicy) checkCors(report, rule.corsPolicy, [...path, 'corsPolicy'])
  checkMirrors(report, rule, path)
}

function checkHeaders(report: Report, headers: Headers | undefined, path: Path): void {
  for (const direction of ['request', 'response'] as const) {
    const operations = headers?.[direction]
    for (const kind of ['set', 'add'] as const) {
      eachEntry(operations?.[kind], [...path, direction, kind], (name, value, at) => {
        checkHeaderName(report, name, at)
        checkHeaderValue(report, value, at)
        const isHost =
          kind === 'set' && direction === 'request' && /^(:authority|host)$/i.test(name)
        if (!isHost && isFixed(name)) {
          report.warning(
            'L0238',
            at,
            `${name} cannot be changed here and stays as it is (Istio); to change the host, set the request header Host`,
          )
        }
      })
    }
    eachOf(operations?.remove, [...path, direction, 'remove'], (name, at) => {
      checkHeaderName(report, name, at)
      if (isFixed(name)) report.warning('L0238', at, `${name} cannot be removed and stays`)
    })
  }
}

function isFixed(name: string): boolean {
  return name.startsWith(':') || name.toLowerCase() === 'host'
}

const RETRY_WORDS = new Set([
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'envoy-ratelimited',
  'retriable-4xx',
  'refused-stream',
  'retriable-status-codes',
  'retriable-headers',
  'http3-post-connect-failure',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
])

export function checkRetries(
  report: Report,
  retries: HttpRetry,
  path: Path,
  timeout?: string,
): void {
  const { attempts = 0, retryOn, perTryTimeout } = retries
  if (attempts < 0) {
    report.error(
      'L0209',
      [...path, 'attempts'],
      `${attempts} attempts are not possible: write how often to try again, 0 for never`,
    )
  } else if (attempts === 0 && (retryOn || perTryTimeout || retries.retryRemoteLocalities)) {
    report.error(
      'L0209',
      path,
      'there are no attempts, so nothing is ever retried and the other settings say nothing: set attempts',
    )
  }
  for (const word of (retryOn ?? '').split(',').map((part) => part.trim())) {
    if (word === '' || RETRY_WORDS.has(word) || /^[1-5]\d\d$/.test(word)) continue
    report.error(
      'L0209',
      [...path, 'retryOn'],
      `"${word}" is not a condition to retry on: a status code or one of ${[...RETRY_WORDS].join(', ')}`,
    )
  }
  checkDuration(report, perTryTimeout, [...path, 'perTryTimeout'], { zero: true })
  checkDuration(report, retries.backoff, [...path, 'backoff'])
  const limit = timeout ? milliseconds(timeout) : 0
  if (perTryTimeout && limit > 0 && milliseconds(perTryTimeout) >= limit && attempts > 0) {
    report.warning(
      'L0238',
      [...path, 'perTryTimeout'],
      `the first try may take ${perTryTimeout}, but the timeout of the whole request is ${timeout}: a try that takes too long is not repeated`,
    )
  }
}

function checkFault(report: Report, { delay, abort }: HttpFaultInjection, path: Path): void {
  if (!delay && !abort) report.error('L0208', path, 'the fault has neither a delay nor an abort')
  if (delay) {
    const at = [...path, 'delay']
    if (!delay.fixedDelay && !delay.exponentialDelay) {
      report.error('L0208', at, 'the delay has no fixedDelay: write how long')
    }
    checkDuration(report, delay.fixedDelay, [...at, 'fixedDelay'])
    checkPercent(report, delay.percentage?.value, [...at, 'percentage', 'value'])
    if (!delay.percentage && delay.percent === undefined) {
      report.warning(
        'L0238',
        at,
        'the delay has no percentage and so never happens (Istio): write percentage: { value: 100 } for always',
      )
    }
  }
  if (!abort) return
  const at = [...path, 'abort']
  if (abort.httpStatus === undefined && !abort.grpcStatus && !abort.http2Error) {
    report.error('L0208', at, 'the abort has neither httpStatus nor grpcStatus')
  }
  if (abort.grpcStatus && !GRPC_STATUS.includes(abort.grpcStatus)) {
    report.error(
      'L0208',
      [...at, 'grpcStatus'],
      `"${abort.grpcStatus}" is not a gRPC status: write its name, as UNAVAILABLE`,
    )
  }
  checkPercent(report, abort.percentage?.value, [...at, 'percentage', 'value'])
  if (!abort.percentage) {
    report.warning(
      'L0238',
      at,
      'the abort has no percentage and so never happens (Istio): write percentage: { value: 100 } for always',
    )
  }
}

function checkCors(report: Report, policy: CorsPolicy, path: Path): void {
  eachOf(policy.allowOrigins, [...path, 'allowOrigins'], (origin, at) => {
    checkStringMatch(report, origin, at)
    const isEmpty =
      origin.exact === undefined && origin.prefix === undefined && origin.regex === undefined
    if (isEmpty) {
      report.error('L0217', at, 'the origin is empty: write exact, prefix or regex')
    }
  })
  for (const field of ['allowHeaders', 'exposeHeaders'] as const) {
    eachOf(policy[field], [...path, field], (name, at) => checkHeaderName(report, name, at))
  }
  eachOf(policy.allowMethods, [...path, 'allowMethods'], (method, at) => {
    if (/^(\*|[A-Z]+)$/.test(method)) return
    report.error(
      'L0217',
      at,
      `"${method}" is not a method: write it in capitals, as GET, or * for all`,
    )
  })
  const { maxAge } = policy
  checkDuration(report, maxAge, [...path, 'maxAge'], { zero: true })
  if (maxAge && milliseconds(maxAge) % 1000 !== 0) {
    report.error(
      'L0217',
      [...path, 'maxAge'],
      `browsers are told maxAge in whole seconds, which ${maxAge} is not`,
    )
  }
}

function checkMirrors(report: Report, rule: HttpRoute, path: Path): void {
  if (rule.mirror) checkDestination(report, rule.mirror, [...path, 'mirror'])
  checkPercent(report, rule.mirrorPercentage?.value, [...path, 'mirrorPercentage', 'value'])
  checkPercent(report, rule.mirrorPercent, [...path, 'mirrorPercent'])
  for (const field of ['mirrorPercentage', 'mirrorPercent'] as const) {
    if (rule[field] === undefined || rule.mirror) continue
    report.warning(
      'L0238',
      [...path, field],
      `${field} belongs to mirror, which is missing: in mirrors each entry has its own percentage`,
    )
  }
  eachOf(rule.mirrors, [...path, 'mirrors'], ({ destination, percentage }, at) => {
    checkDestination(report, destination, [...at, 'destination'])
    checkPercent(report, percentage?.value, [...at, 'percentage', 'value'])
  })
}
