// How large requests and answers were, by class: the classes are those of `src/translate/listener/signals.ts`.

/** Upper bounds in bytes; the last class has none. */
export const SIZE_BOUNDS: readonly number[] = [1024, 4096, 16_384, 65_536, 1_048_576]

/** Counts by class, of requests and of answers. */
export interface Sizes {
  readonly requests: number[]
  readonly answers: number[]
}

export function noSizes(): Sizes {
  const none = () => new Array<number>(SIZE_BOUNDS.length + 1).fill(0)
  return { requests: none(), answers: none() }
}

/** A digit each, of the request and of the answer; an older proxy tells none, and nothing is counted. */
export function addSizes(sizes: Sizes, classes: string, count: number): void {
  if (!/^[0-5]{2}$/.test(classes)) return
  sizes.requests[Number(classes[0])]! += count
  sizes.answers[Number(classes[1])]! += count
}
