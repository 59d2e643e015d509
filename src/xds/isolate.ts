// How a refused response is taken apart to find the guilty resource.

/** So many responses at most take a refused one apart; larger groups are split again if they are refused. */
const MAX_GROUPS = 100

/**
 * Groups to send again, one response each; every group is smaller than `names`. Envoy names the guilty clusters and
 * listeners, so the others go first, together. Where it names none (routes, endpoints) each goes alone.
 */
export function isolate(names: readonly string[], text: string): readonly (readonly string[])[] {
  if (names.length < 2) return []
  const named = names.filter((name) => mentions(text, name))
  if (named.length > 0 && named.length < names.length) {
    const accused = new Set(named)
    return [names.filter((name) => !accused.has(name)), ...named.map((name) => [name])]
  }
  const size = Math.ceil(names.length / MAX_GROUPS)
  const groups: string[][] = []
  for (let at = 0; at < names.length; at += size) groups.push(names.slice(at, at + size))
  return groups
}

const PART_OF_NAME = /[\w|-]/

function mentions(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const before = text[at - 1] ?? ' '
    const after = text[at + name.length] ?? ' '
    if (!PART_OF_NAME.test(before) && !PART_OF_NAME.test(after)) return true
  }
  return false
}
