// `lotse ca rotate|resume|abort`: asks the running control plane by a file in its data directory, and watches what comes of it.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Overview, readOverview } from '../ca/overview.ts'
import { isProblem, problem } from '../ca/problem.ts'
import type { Wish } from '../ca/rotation.ts'
import {
  readAnswer,
  readProgress,
  takeBackWish,
  type WrittenWish,
  writeWish,
} from '../ca/rotation-files.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { DataOption } from './ca.ts'
import { EXIT, fail } from './print.ts'
import { rotationLine } from './rotation-line.ts'

interface RotateOptions extends DataOption {
  /** Name of an imported authority. */
  readonly to?: string
  /** One step only. */
  readonly step?: boolean
  /** False: return once the control plane has begun. */
  readonly wait?: boolean
  /** Seconds a control plane has to take it up; one that runs looks every second. */
  readonly timeout: string
}

const LOOK_MS = 100

export async function rotate(options: RotateOptions): Promise<number> {
  return ask(options, options.step ? 'next' : 'finish', ({ rotation }) =>
    rotation
      ? problem('L0416', 'A rotation is under way already. Go on with lotse ca resume.')
      : undefined,
  )
}

export async function resume(options: RotateOptions): Promise<number> {
  return ask(options, options.step ? 'next' : 'finish', underWay)
}

export async function abort(options: RotateOptions): Promise<number> {
  return ask(options, 'abort', underWay)
}

function underWay({ rotation }: Overview): Diagnostic | undefined {
  return rotation ? undefined : problem('L0416', 'No rotation is under way.')
}

async function ask(
  options: RotateOptions,
  wanted: Wish,
  refusal: (overview: Overview) => Diagnostic | undefined,
): Promise<number> {
  const before = readOverview(options.data, new Date())
  if (isProblem(before)) return fail(before)
  const refused = refusal(before)
  if (refused) return fail(refused)
  const wish = writeWish(options.data, wanted, options.to)
  if (isProblem(wish)) return fail(wish)
  const answered = await answerOf(options, wish)
  if (answered === undefined) {
    fail(
      problem(
        'L0416',
        `No control plane works on ${options.data}: nothing was changed. Start lotse serve --data ${options.data}, and ask again.`,
      ),
    )
    return EXIT.environment
  }
  if (isProblem(answered)) return fail(answered)
  if (options.wait === false) return EXIT.done
  return follow(options.data, before)
}

async function answerOf(
  { data, timeout }: RotateOptions,
  { id }: WrittenWish,
): Promise<Diagnostic | 'done' | undefined> {
  const answer = () => {
    const found = readAnswer(data)
    return found?.id === id ? (found.diagnostic ?? ('done' as const)) : undefined
  }
  for (
    const until = Date.now() + Number(timeout) * 1000;
    Date.now() < until;
    await sleep(LOOK_MS)
  ) {
    const found = answer()
    if (found) return found
  }
  takeBackWish(data)
  // it may have been taken up at the last moment
  await sleep(LOOK_MS)
  return answer()
}

/** Prints each change until the rotation is over or stands at its goal; Ctrl-C ends the watching, not the rotation. */
async function follow(data: string, before: Overview): Promise<number> {
  let last = ''
  for (;;) {
    const now = readOverview(data, new Date())
    // between two files of one step
    if (isProblem(now)) {
      await sleep(LOOK_MS)
      continue
    }
    const { rotation } = now
    if (!rotation && readProgress(data)?.phase === undefined) {
      console.log(conclusion(before, now))
      return EXIT.done
    }
    const line = rotation ? rotationLine(rotation) : last
    if (line !== last) console.log(line)
    last = line
    if (rotation && rotation.goal === rotation.phase && rotation.waiting === 0) return EXIT.done
    await sleep(LOOK_MS)
  }
}

function conclusion(before: Overview, now: Overview): string {
  const [old] = before.authorities
  const [present] = now.authorities
  if (old?.sha256 === present?.sha256) {
    return `given up: ${present?.subject} signs as before; the other root is trusted no more`
  }
  return `step 4 of 4: done, the old root is trusted no more; ${now.live} certificates are below ${present?.subject}. Join tokens made before are to be made again`
}
