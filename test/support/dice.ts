// Random choices that are the same for the same seed: where thousands of objects are made and none needs to be shrunk.

export interface Dice {
  /** 0 to below 1. */
  next(): number
  /** True in this share of the throws. */
  chance(share: number): boolean
  /** Zero to below `limit`. */
  below(limit: number): number
  pick<T>(list: readonly T[]): T
  /** So many of them, in their order. */
  some<T>(list: readonly T[], share: number): T[]
}

/** By the generator mulberry32. */
export function dice(seed: number): Dice {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  const chance = (share: number) => next() < share
  return {
    ...{ next, below, chance },
    pick: (list) => {
      if (list.length === 0) throw new Error('nothing to pick from')
      return list[below(list.length)]!
    },
    some: (list, share) => list.filter(() => chance(share)),
  }
}

/** The same in every run, unless the environment's SEED says otherwise: a number, or `random`. */
export function seedOfRun(): number {
  const { SEED: given = '1' } = process.env
  return given === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(given)
}
