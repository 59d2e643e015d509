// Routing: the path decides the frontend's version, weights decide the canary's share, and an edited weight moves the traffic.
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Recommendations } from '../standin/proto.ts'
import {
  believable,
  browse,
  type Check,
  eventually,
  newMark,
  percentOf,
  repeat,
  type Stage,
  seconds,
} from './check.ts'

const SERVICE = 'recommendationservice'
const PAGES = 20
const REQUESTS = 500
const CANARY = 0.1

export const routing: Check = async () => {
  const versions = async (path: string) => {
    const answers = await repeat(PAGES, 4, () => browse(path))
    return answers.map((answer) => `${answer.status} v${answer.headers['x-version']}`)
  }
  const old = await versions('/')
  const neu = await versions('/neu')
  const right = {
    old: old.filter((answer) => answer === '200 v1').length,
    neu: neu.filter((answer) => answer === '200 v2').length,
  }
  return {
    passed: right.old === PAGES && right.neu === PAGES,
    text: `v1 answered ${right.old} of ${PAGES} requests for /, v2 ${right.neu} of ${PAGES} for /neu`,
  }
}

export const canary: Check = async (stage) => {
  const mark = newMark('canary')
  const failed = await recommend(stage, REQUESTS, mark)
  const seen = stage.services.journal.marked(mark, SERVICE)
  const second = seen.filter((one) => one.version === '2').length
  return {
    passed: failed === 0 && seen.length >= REQUESTS && believable(second, seen.length, CANARY),
    text: `v2 got ${percentOf(second, seen.length)} of ${seen.length} requests (wanted 10 %)`,
  }
}

/** Makes v2 the only version by editing the YAML, and puts the file back. */
export const liveChange: Check = async (stage) => {
  const file = join(stage.meshFolder, 'canary.yaml')
  const before = await readFile(file, 'utf8')
  const after = before.replace('weight: 90', 'weight: 0').replace('weight: 10\n', 'weight: 100\n')
  if (after === before) throw new Error('canary.yaml has no weights 90 and 10 to change')
  const start = performance.now()
  await replace(file, after)
  const only = async (version: string) => {
    const mark = newMark('live')
    const failed = await recommend(stage, 40, mark)
    const seen = stage.services.journal.marked(mark, SERVICE)
    return failed === 0 && seen.every((one) => one.version === version)
  }
  const moved = await eventually(() => only('2'), 20_000)
  const took = performance.now() - start
  const mark = newMark('moved')
  const failed = await recommend(stage, 100, mark)
  const seen = stage.services.journal.marked(mark, SERVICE)
  const second = seen.filter((one) => one.version === '2').length
  await replace(file, before)
  const back = await eventually(async () => !(await only('2')), 20_000)
  return {
    passed: moved && back && failed === 0 && second === seen.length,
    text: `canary.yaml edited to 0/100: v2 got ${percentOf(second, seen.length)} of ${seen.length} requests after ${seconds(took)}, ${failed} failed`,
  }
}

/** Asks for recommendations in the frontend's name; the number of failures. */
async function recommend(stage: Stage, total: number, mark: string): Promise<number> {
  const app = stage.services.app('frontend-v1')
  const results = await repeat(total, 8, () =>
    app
      .call<Recommendations>(
        SERVICE,
        'RecommendationService/ListRecommendations',
        { productIds: [] },
        { 'x-check': mark },
      )
      .then(
        () => 0,
        () => 1,
      ),
  )
  return results.filter((failed) => failed === 1).length
}

/** Moved into place, so that the control plane never reads half a file. */
async function replace(file: string, text: string): Promise<void> {
  const aside = `${file}.new`
  await writeFile(aside, text)
  await rename(aside, file)
}
