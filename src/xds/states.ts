// What happens to a subscription is computed once for all streams in the same state: they then hold one object, not many equal ones.
import type { Answer, Subscription } from './holdings.ts'
import type { Sets } from './sets.ts'
import { numbering, Pool } from './sharing.ts'

interface States {
  /** For as long as a stream is in them. */
  readonly pool: Pool<Subscription>
  readonly numberOf: (thing: object) => number
  /** By what may be sent. */
  readonly answers: WeakMap<Subscription, Map<string, Answer>>
}

const all = new WeakMap<Sets, States>()

function statesOf(sets: Sets): States {
  let states = all.get(sets)
  if (!states) {
    states = { pool: new Pool(), numberOf: numbering(), answers: new WeakMap() }
    all.set(sets, states)
  }
  return states
}

/** The state that follows when `event` happens: all that the next state depends on besides this one. */
export function follow(
  state: Subscription,
  event: readonly (string | boolean | object)[],
  sets: Sets,
  compute: () => Subscription,
): Subscription {
  const { pool, numberOf } = statesOf(sets)
  const what = event.map((part) => (typeof part === 'object' ? numberOf(part) : part))
  const key = `${numberOf(settled(state, sets))} ${what.join()}`
  return pool.find(key) ?? pool.first(key, settled(compute(), sets))
}

/** The response to a state. What is kept back by name depends on other types of the stream, and so is no part of this. */
export function answered(
  state: Subscription,
  { additions, removals }: { readonly additions: boolean; readonly removals: boolean },
  sets: Sets,
  compute: () => Answer,
): Answer {
  const { answers } = statesOf(sets)
  const known = answers.get(state) ?? new Map<string, Answer>()
  answers.set(state, known)
  const key = `${additions} ${removals}`
  let answer = known.get(key)
  if (!answer) {
    const { state: next, ...send } = compute()
    answer = { state: settled(next, sets), ...send }
    known.set(key, answer)
  }
  return answer
}

/** One for all states in which nothing is under way and that agree in the rest, whatever came before. */
function settled(state: Subscription, sets: Sets): Subscription {
  const { differs, rejected, groups, outstanding, owesAnswer } = state
  if (differs.size + rejected.size + groups.length > 0 || outstanding || owesAnswer) return state
  const { type, mode, wildcard, listed, count, names, base, target } = state
  const { pool, numberOf } = statesOf(sets)
  const objects = [names, base, target].map(numberOf)
  return pool.first([type, mode, wildcard, listed, count, ...objects].join(), state)
}
