// "Did you mean …?": the known word nearest to a misspelt one.

/** The nearest of `known`, if near enough to be meant: the same letters in another case or with underscores, or a few letters off. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const plain = flatten(word)
  const same = known.find((name) => flatten(name) === plain)
  if (same !== undefined) return same
  const limit = Math.min(3, Math.floor(word.length / 3))
  let best: string | undefined
  let least = limit + 1
  for (const name of known) {
    if (Math.abs(name.length - word.length) >= least) continue
    const steps = distance(plain, flatten(name))
    if (steps < least) {
      least = steps
      best = name
    }
  }
  return best
}

function flatten(word: string): string {
  return word.replace(/[_-]/g, '').toLowerCase()
}

/** Letters to insert, delete, replace or swap with their neighbour to get from `a` to `b`. */
function distance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let steps = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        steps = Math.min(steps, before[j - 2]! + 1)
      }
      row.push(steps)
    }
    before = last
    last = row
  }
  return last[b.length]!
}
