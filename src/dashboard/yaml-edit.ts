// Changes the weights of a VirtualService in the text of its file: every other byte stays, comments and form included.
import { isMap, isScalar, parseAllDocuments, type YAMLMap } from 'yaml'

/** The lists of rules that a VirtualService has. */
export const RULE_PROTOCOLS = ['http', 'tls', 'tcp'] as const
export type RuleProtocol = (typeof RULE_PROTOCOLS)[number]

export interface Wanted {
  readonly namespace: string
  readonly name: string
  readonly protocol: RuleProtocol
  /** Index of the rule in `spec.http`, `spec.tls` or `spec.tcp`. */
  readonly rule: number
  /** One for each destination of the rule. */
  readonly weights: readonly number[]
}

interface Replacement {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** The text with the weights in it, or why that cannot be. */
export function withWeights(text: string, wanted: Wanted): { text: string } | { problem: string } {
  const found = findDocument(text, wanted)
  if (!found) return { problem: 'The object does not stand in this file any more' }
  const replacements: Replacement[] = []
  for (const [index, weight] of wanted.weights.entries()) {
    const route = found.getIn(['spec', wanted.protocol, wanted.rule, 'route', index], true)
    const replacement = isMap(route) ? replacementIn(route, text, weight) : undefined
    if (!replacement) {
      return { problem: 'The destinations are not written out (an alias?): change them by hand' }
    }
    replacements.push(replacement)
  }
  const changed = replaced(text, replacements)
  const after = findDocument(changed, wanted)?.toJS() as Written | undefined
  const route = after?.spec?.[wanted.protocol]?.[wanted.rule]?.route ?? []
  const agrees = wanted.weights.every((weight, index) => route[index]?.weight === weight)
  if (route.length !== wanted.weights.length || !agrees) {
    return { problem: 'The file is written in a way that this page cannot change: do it by hand' }
  }
  return { text: changed }
}

interface Written {
  readonly spec?: Readonly<
    Partial<Record<RuleProtocol, readonly { readonly route?: readonly { weight?: number }[] }[]>>
  >
}

function findDocument(text: string, { namespace, name }: Wanted) {
  return parseAllDocuments(text).find(
    (document) =>
      document.errors.length === 0 &&
      isMap(document.contents) &&
      document.get('kind') === 'VirtualService' &&
      document.getIn(['metadata', 'name']) === name &&
      (document.getIn(['metadata', 'namespace']) ?? 'default') === namespace,
  )
}

function replacementIn(route: YAMLMap, text: string, weight: number): Replacement | undefined {
  const written = route.get('weight', true)
  if (written) {
    if (!isScalar(written) || !written.range) return undefined
    return { from: written.range[0], to: written.range[1], text: String(weight) }
  }
  if (!route.range) return undefined
  const [start, end] = route.range
  if (text[start] === '{') {
    const empty = route.items.length === 0
    const close = text.lastIndexOf('}', end - 1)
    const at = text.slice(0, close).trimEnd().length
    return { from: at, to: at, text: `${empty ? ' ' : ', '}weight: ${weight}` }
  }
  const column = start - (text.lastIndexOf('\n', start - 1) + 1)
  const line = text.includes('\r\n') ? '\r\n' : '\n'
  return { from: start, to: start, text: `weight: ${weight}${line}${' '.repeat(column)}` }
}

function replaced(text: string, replacements: readonly Replacement[]): string {
  return [...replacements]
    .sort((a, b) => b.from - a.from)
    .reduce((before, { from, to, text }) => before.slice(0, from) + text + before.slice(to), text)
}

export interface DiffLine {
  readonly sign: ' ' | '-' | '+'
  /** In the file before; for added lines that of the line after which they come. */
  readonly number: number
  readonly text: string
}

const CONTEXT = 3

/** Line by line, with some lines around. Changed lines stand in pairs, since only numbers change, or lines are added. */
export function difference(before: string, after: string): DiffLine[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  const lines: DiffLine[] = []
  let at = 0
  for (const [index, text] of old.entries()) {
    while (at < now.length && now[at] !== text && isAdded(old, now, index, at)) {
      lines.push({ sign: '+', number: index, text: now[at]! })
      at += 1
    }
    const line = now[at] ?? ''
    at += 1
    if (line === text) lines.push({ sign: ' ', number: index + 1, text })
    else {
      lines.push({ sign: '-', number: index + 1, text })
      lines.push({ sign: '+', number: index + 1, text: line })
    }
  }
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ sign }) => sign !== ' '),
  )
  return lines.filter((_, index) => near[index])
}

/** `now` has a line more here: what stands in `old` comes right after it, with other dashes. */
function isAdded(old: readonly string[], now: readonly string[], index: number, at: number) {
  const bare = (line = '') => line.replace(/^[\s-]*/, '')
  return now.length - at > old.length - index && bare(now[at + 1]) === bare(old[index])
}
