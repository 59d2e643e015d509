// Resilience: retries, the timeout, both halves of the circuit breaker, and injected faults.
import { isServiceError } from '../standin/app.ts'
import {
  believable,
  type Check,
  eventually,
  newMark,
  percentOf,
  repeat,
  type Stage,
  seconds,
} from './check.ts'

const RECOMMENDATIONS = '/api/recommendations'

/** Two failures in a row, hidden by the mesh: the caller sees one answer, the service three tries. */
export const retries: Check = async ({ services }) => {
  const mark = newMark('retries')
  services.trouble.fail('recommendationservice', mark, 2)
  const answer = await services
    .app('loadgenerator')
    .fetch('frontend', RECOMMENDATIONS, { 'x-check': mark })
  const tries = services.journal.marked(mark, 'recommendationservice').length
  return {
    passed: answer.status === 200 && tries === 3,
    text: `recommendationservice failed twice: ${tries} tries, the caller got ${answer.status}`,
  }
}

/** A service that hangs costs two seconds and not more; each try is given up after one. */
export const timeout: Check = async ({ services }) => {
  const mark = newMark('timeout')
  const release = services.trouble.hold('recommendationservice', mark)
  const start = performance.now()
  const answer = await services
    .app('loadgenerator')
    .fetch('frontend', RECOMMENDATIONS, { 'x-check': mark })
  const took = performance.now() - start
  release()
  return {
    passed: answer.status === 504 && took > 1_900 && took < 6_000,
    text: `recommendationservice hung: ${answer.status} after ${seconds(took)} (timeout 2 s)`,
  }
}

/** More requests at once than the pool allows: the rest is turned away without waiting, and never reaches the service. */
export const circuitBreaker: Check = async (stage) => {
  const allowed = 4
  const total = 20
  const mark = newMark('breaker')
  await ads(stage, newMark('warm'))
  const release = stage.services.trouble.hold('adservice', mark)
  let turnedAway = 0
  const calls = repeat(total, total, async () => {
    const outcome = await ads(stage, mark)
    if (outcome === 'overloaded') turnedAway += 1
    return outcome
  })
  await eventually(async () => turnedAway >= total - allowed, 5_000)
  release()
  const outcomes = await calls
  const answered = outcomes.filter((outcome) => outcome === 'ok').length
  return {
    passed: turnedAway >= total - allowed && answered === total - turnedAway,
    text: `of ${total} requests at once ${answered} got through (limit ${allowed}), ${turnedAway} got 503 with x-envoy-overloaded`,
  }
}

/** Failures in a row put the only instance aside: requests fail without reaching it, until it is given another chance. */
export const ejection: Check = async (stage) => {
  const { journal, trouble } = stage.services
  const mark = newMark('ejection')
  const reached = () => journal.marked(mark, 'adservice').length
  trouble.fail('adservice', mark, 100)
  // A visitor's request that succeeds in between breaks the row, so it may take more than three.
  let ejected = false
  for (let tries = 0; tries < 50 && !ejected; tries++) {
    const before = reached()
    await ads(stage, mark)
    ejected = reached() === before
  }
  const failures = reached()
  trouble.fail('adservice', mark, 0)
  const start = performance.now()
  const back = await eventually(async () => (await ads(stage, mark)) === 'ok', 20_000)
  return {
    passed: ejected && back && failures >= 3,
    text: `adservice was put aside after ${failures} failures and ${back ? `came back ${seconds(performance.now() - start)} later` : 'did not come back'}`,
  }
}

export const fault: Check = async ({ services }) => {
  const total = 200
  const mark = newMark('fault')
  const quote = (kind: string): Promise<string> =>
    services
      .app('frontend-v1')
      .call<object>(
        'shippingservice',
        'ShippingService/GetQuote',
        { items: [] },
        { 'x-fault': kind, 'x-check': mark },
      )
      .then(
        () => 'ok',
        (error: unknown) => (isServiceError(error) ? error.details : String(error)),
      )
  const outcomes = await repeat(total, 8, () => quote('abort'))
  const aborted = outcomes.filter((outcome) => outcome.includes('fault filter abort')).length
  const arrived = services.journal.marked(mark, 'shippingservice').length
  const start = performance.now()
  const delayed = await quote('delay')
  const took = performance.now() - start
  return {
    passed:
      believable(aborted, total, 0.5) &&
      arrived === total - aborted &&
      delayed === 'ok' &&
      took > 3_900,
    text: `${percentOf(aborted, total)} of ${total} requests aborted (wanted 50 %), a delayed one took ${seconds(took)}`,
  }
}

/** One request for advertisements in the name of frontend-v1, through its Envoy. */
async function ads(stage: Stage, mark: string): Promise<'ok' | 'overloaded' | 'failed'> {
  try {
    await stage.services
      .app('frontend-v1')
      .call<object>('adservice', 'AdService/GetAds', { words: [] }, { 'x-check': mark })
    return 'ok'
  } catch (error) {
    const overloaded = isServiceError(error) && error.metadata.get('x-envoy-overloaded').length > 0
    return overloaded ? 'overloaded' : 'failed'
  }
}
