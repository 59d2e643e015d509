// The expression of a metric's tag as Envoy takes it.

/** Envoy has no `string(…)` and needs none: every value of a tag is text in the end. */
export function tagExpression(value: string): string {
  const inner = /^\s*string\((.*)\)\s*$/s.exec(value)?.[1]
  return inner !== undefined && isBalanced(inner) ? inner : value
}

/** No parenthesis closes what was opened before it. */
function isBalanced(text: string): boolean {
  let depth = 0
  for (const char of text) {
    if (char === '(') depth += 1
    if (char === ')') depth -= 1
    if (depth < 0) return false
  }
  return depth === 0
}
