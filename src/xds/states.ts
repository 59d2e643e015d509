// What happens to a subscription is computed once for all streams in the same state: they then hold one object, not many equal ones.
import type { Answer, Subscription } from './holdings.ts'
import type { Sets } from './sets.ts'
import { numbering, Pool, remember } from './sharing.ts'

interface States {
  /** In which nothing is under way, by all that they are: for as long as a stream is in them. */
  readonly pool: Pool<Subscription>
  readonly numberOf: (thing: object) => number
  /** To each of these the first that is equal. */
  readonly firsts: WeakMap<Subscription, Subscription>
  /** By what may be sent. */
  readonly answers: WeakMap<Subscription, Answer[]>
}

const all = new WeakMap<Sets, States>()

function statesOf(sets: Sets): States {
  return remember(all, sets, () => ({
    ...{ pool: new Pool(), numberOf: numbering() },
    ...{ firsts: new WeakMap(), answers: new WeakMap() },
  }))
}

/** The state that follows when something of this kind happens: all that it depends on besides the state is `about`. */
export function follow(
  state: Subscription,
  kind: object,
  about: object,
  sets: Sets,
  compute: () => Subscription,
): Subscription {
  return sets.made('state', [settled(state, sets), kind, about], () => settled(compute(), sets))
}

/** The response to a state. What is kept back by name depends on other types of the stream, and so is no part of this. */
export function answered(
  state: Subscription,
  { additions, removals }: { readonly additions: boolean; readonly removals: boolean },
  sets: Sets,
  compute: () => Answer,
): Answer {
  const known = remember(statesOf(sets).answers, state, () => [])
  const place = (additions ? 1 : 0) + (removals ? 2 : 0)
  let answer = known[place]
  if (!answer) {
    const { state: next, ...send } = compute()
    answer = { state: settled(next, sets), ...send }
    known[place] = answer
  }
  return answer
}

/** One for all states in which nothing is under way and that agree in the rest, whatever came before. */
function settled(state: Subscription, sets: Sets): Subscription {
  const { differs, rejected, groups, outstanding, owesAnswer } = state
  if (differs.size + rejected.size + groups.length > 0 || outstanding || owesAnswer) return state
  const { pool, numberOf, firsts } = statesOf(sets)
  let first = firsts.get(state)
  if (!first) {
    const { type, mode, wildcard, listed, count, names, base, target } = state
    const objects = [names, base, target].map(numberOf)
    first = pool.first([type, mode, wildcard, listed, count, ...objects].join(), state)
    firsts.set(state, first)
  }
  return first
}
