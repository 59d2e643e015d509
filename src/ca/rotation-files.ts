// Rotation on disk: the state (written by the control plane alone), what an operator asks for, and what came of it.
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import type { Diagnostic } from '../model/diagnostic.ts'
import { FILES } from './authority-folder.ts'
import { replaceFile } from './files.ts'
import { isProblem, problem, reasonOf } from './problem.ts'
import { authorityFolder } from './root.ts'
import type { LiveCertificate, Phase, Rotation, Wish } from './rotation.ts'

/** Only who may write the data directory can wish; there is no way to it over the network. */
export interface WrittenWish {
  readonly id: string
  readonly wanted: Wish
  /** Name of an authority that is there already; without it one is made. */
  readonly prepared?: string
}

/** The state with the wish that led to it. */
export interface StoredRotation extends Rotation {
  readonly answered?: string
}

export interface Answer {
  readonly id: string
  readonly diagnostic?: Diagnostic
}

/** What the control plane saw last; for people. */
export interface Progress {
  readonly phase?: Phase
  /** The first of them. */
  readonly waiting: readonly LiveCertificate[]
  /** Of all. */
  readonly count?: number
}

/** Authorities that are added get names that tell them from the other entries of the folder `ca`. */
const NAME = /^(\.|r-[0-9a-f]{12})$/
const PHASES: readonly unknown[] = ['distribute', 'sign', 'rekey', 'withdraw']

export function isAuthorityName(name: string): boolean {
  return NAME.test(name)
}

export function newAuthorityName(): string {
  return `r-${randomBytes(6).toString('hex')}`
}

/** Where there is no file the first authority is in force. A damaged one is L0412: to guess could end trust in what is in use. */
export function readRotation(directory: string): StoredRotation | Diagnostic {
  const path = `${directory}/ca/rotation.json`
  const read = readJson<StoredRotation>(path)
  if (read === undefined) return { current: '.' }
  if (isProblem(read)) return read
  const { current, next, phase, goal } = read
  const named = [current, ...(next === undefined ? [] : [next])].every((name) => NAME.test(name))
  const fits = (next === undefined) === (phase === undefined) && current !== next
  const known = phase === undefined || PHASES.includes(phase)
  if (named && fits && known && (goal === undefined || goal === 'done' || PHASES.includes(goal))) {
    return read
  }
  return problem('L0412', `${path} is damaged. Restore it from a backup.`)
}

/** Keys that are of no use any more leave this machine. */
export function removeAuthority(directory: string, name: string): void {
  const folder = authorityFolder(directory, name)
  if (name !== '.') rmSync(folder, { recursive: true, force: true })
  // the folder `ca` holds more than the first authority
  else for (const file of Object.values(FILES)) rmSync(`${folder}/${file}`, { force: true })
}

/** Throws if it cannot be written. */
export function writeRotation(directory: string, rotation: StoredRotation): void {
  replaceFile(`${directory}/ca/rotation.json`, `${JSON.stringify(rotation)}\n`)
}

export function writeWish(
  directory: string,
  wanted: Wish,
  prepared?: string,
): WrittenWish | Diagnostic {
  const id = randomBytes(8).toString('hex')
  const wish: WrittenWish = { id, wanted, ...(prepared !== undefined && { prepared }) }
  try {
    replaceFile(`${directory}/ca/wish.json`, `${JSON.stringify(wish)}\n`)
    return wish
  } catch (error) {
    return problem('L0410', `Cannot write to ${directory}/ca: ${reasonOf(error)}.`)
  }
}

/** The wish that is there, if it makes sense. */
export function readWish(directory: string): WrittenWish | undefined {
  const wish = readJson<WrittenWish>(`${directory}/ca/wish.json`)
  if (wish === undefined || isProblem(wish)) return undefined
  const sound = ['finish', 'next', 'abort'].includes(wish.wanted)
  return sound && (wish.prepared === undefined || NAME.test(wish.prepared)) ? wish : undefined
}

/** The state has been written before: a wish that is carried out twice would go a phase too far. */
export function answerWish(directory: string, answer: Answer): void {
  rmSync(`${directory}/ca/wish.json`, { force: true })
  replaceFile(`${directory}/ca/answer.json`, `${JSON.stringify(answer)}\n`)
}

/** Nobody has carried it out, and nobody is to do so later. */
export function takeBackWish(directory: string): void {
  rmSync(`${directory}/ca/wish.json`, { force: true })
}

export function readAnswer(directory: string): Answer | undefined {
  const answer = readJson<Answer>(`${directory}/ca/answer.json`)
  return answer === undefined || isProblem(answer) ? undefined : answer
}

export function writeProgress(directory: string, progress: Progress): void {
  replaceFile(`${directory}/ca/progress.json`, `${JSON.stringify(progress)}\n`)
}

export function readProgress(directory: string): Progress | undefined {
  const progress = readJson<Progress>(`${directory}/ca/progress.json`)
  return progress === undefined || isProblem(progress) ? undefined : progress
}

function readJson<T>(path: string): T | Diagnostic | undefined {
  if (!existsSync(path)) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch {
    return problem('L0412', `${path} is damaged. Restore it from a backup.`)
  }
}
