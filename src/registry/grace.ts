// A moment of grace for what has just disappeared or become blank, as files do while an editor saves them. Pure.
import type { Entry, Scan } from './scan.ts'
import { within } from './state.ts'

/** How long something must be gone before that counts, in ms. */
export const GRACE = 60

/** What is gone for now, with the time it was first missed. */
export type Fading = ReadonlyMap<string, number>

/** The scan `now` with everything of `before` that has been gone for less than the grace. */
export function withGrace(
  before: Scan,
  now: Scan,
  fading: Fading,
  time: number,
): { readonly scan: Scan; readonly fading: Fading } {
  const still = new Map<string, number>()
  const fresh = (path: string) => {
    const since = fading.get(path) ?? time
    if (time - since >= GRACE) return false
    still.set(path, since)
    return true
  }
  const troubles = now.troubles.filter(
    ({ path }) => before.troubles.some((old) => old.path === path) || !fresh(path),
  )
  const held = now.troubles.filter((trouble) => !troubles.includes(trouble))
  const entries = new Map(now.entries)
  for (const [path, old] of before.entries) {
    const entry = entries.get(path)
    if (entry && (!isBlank(entry) || isBlank(old))) continue
    if (held.some((trouble) => within(trouble.path, path)) || fresh(path)) entries.set(path, old)
  }
  return { scan: { ...now, entries, troubles }, fading: still }
}

export function isBlank(entry: Entry): boolean {
  return 'text' in entry.content && entry.content.text.trim() === ''
}
