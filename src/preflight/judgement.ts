// Which of some resources Envoy refuses: all are shown at once, and only a refused group is taken apart.
import type { Resource } from '../model/resource.ts'
import { trialOf } from './trial.ts'

/** As `envoy/judge.ts` answers. */
export type Answer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly text: string }
  | { readonly kind: 'unable'; readonly text: string }

export type Ask = (config: object) => Promise<Answer>

export interface Judgement {
  /** With Envoy's words. */
  readonly refused: ReadonlyMap<Resource, string>
  /** Those of which nothing can be said, and why. */
  readonly unable: ReadonlyMap<Resource, string>
}

/** So many groups of one judgement are shown; of what is still suspected then all is refused. */
const MAX_ASKED = 200
/** So many resources are shown at once. */
const GROUP = 400

export async function judge(resources: readonly Resource[], ask: Ask): Promise<Judgement> {
  const refused = new Map<Resource, string>()
  const unable = new Map<Resource, string>()
  let asked = 0
  const look = async (group: readonly Resource[], suspected?: string): Promise<void> => {
    if (group.length === 0) return
    if (suspected !== undefined && asked >= MAX_ASKED) {
      for (const one of group) refused.set(one, suspected)
      return
    }
    asked++
    const answer = await ask(trialOf(group))
    if (answer.kind === 'accepted') return
    if (answer.kind === 'unable' || group.length === 1) {
      const told = answer.kind === 'unable' ? unable : refused
      for (const one of group) told.set(one, answer.text)
      return
    }
    for (const part of halves(group, answer.text)) await look(part, answer.text)
  }
  const groups: (readonly Resource[])[] = []
  for (let at = 0; at < resources.length; at += GROUP) groups.push(resources.slice(at, at + GROUP))
  await Promise.all(groups.map((group) => look(group)))
  return { refused, unable }
}

/** Those that Envoy names first, else two halves. */
function halves(group: readonly Resource[], text: string): readonly (readonly Resource[])[] {
  const named = group.filter(({ name }) => name.length > 3 && text.includes(name))
  if (named.length > 0 && named.length < group.length) {
    return [named, group.filter((one) => !named.includes(one))]
  }
  const middle = group.length >> 1
  return [group.slice(0, middle), group.slice(middle)]
}
