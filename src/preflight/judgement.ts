// Which of some resources Envoy refuses: all are shown at once, and only a refused group is taken apart.
import type { Resource } from '../model/resource.ts'
import { trialOf } from './trial.ts'

/** As `envoy/judge.ts` answers; `unable`: nothing can be said, and why. */
export type Answer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly text: string }
  | { readonly kind: 'unable'; readonly text: string }

export type Ask = (config: object) => Promise<Answer>

/** So many groups of one judgement are shown; of what is still suspected then all is refused. */
const MAX_ASKED = 200
/** So many resources are shown at once. */
const GROUP = 200

/** Tells of each resource once, of those that are good as soon as that is known. */
export async function judge(
  resources: readonly Resource[],
  ask: Ask,
  tell: (group: readonly Resource[], answer: Answer) => void,
): Promise<void> {
  let asked = 0
  const look = async (group: readonly Resource[]): Promise<void> => {
    if (group.length === 0) return
    asked++
    const answer = await ask(trialOf(group))
    if (answer.kind !== 'refused' || group.length === 1 || asked >= MAX_ASKED) {
      tell(group, answer)
      return
    }
    for (const part of parted(group, answer.text)) await look(part)
  }
  const groups: (readonly Resource[])[] = []
  for (let at = 0; at < resources.length; at += GROUP) groups.push(resources.slice(at, at + GROUP))
  await Promise.all(groups.map(look))
}

/** Those that Envoy names and the others, else two halves. */
function parted(group: readonly Resource[], text: string): readonly (readonly Resource[])[] {
  const named = group.filter(({ name }) => name.length > 3 && text.includes(name))
  if (named.length > 0 && named.length < group.length) {
    return [group.filter((one) => !named.includes(one)), named]
  }
  const middle = group.length >> 1
  return [group.slice(0, middle), group.slice(middle)]
}
