// Reads an expression of CEL (github.com/google/cel-spec) as Envoy 1.40 does: grammar and the functions it has there, not types.
import { type CelToken, celTokens, Refused } from './cel-token.ts'
import { regexProblem } from './regex.ts'

/** Deeper ones are refused, whatever Envoy's own limit. */
const DEEPEST = 32
const LONGEST = 4096

/** Number of arguments, of functions that are called by themselves. */
const FUNCTIONS: Readonly<Record<string, readonly number[]>> = {
  size: [1],
  int: [1],
  uint: [1],
  double: [1],
  bool: [1],
  bytes: [1],
  dyn: [1],
  type: [1],
  duration: [1],
  timestamp: [1],
  matches: [2],
  contains: [2],
  startsWith: [2],
  endsWith: [2],
}
/** Likewise of methods. */
const METHODS: Readonly<Record<string, readonly number[]>> = {
  size: [0],
  matches: [1],
  contains: [1],
  startsWith: [1],
  endsWith: [1],
  ...Object.fromEntries(
    'FullYear Month DayOfYear DayOfMonth Date DayOfWeek Hours Minutes Seconds Milliseconds'
      .split(' ')
      .map((part) => [`get${part}`, [0, 1]]),
  ),
}
const COMPREHENSIONS: ReadonlySet<string> = new Set([
  'all',
  'exists',
  'exists_one',
  'map',
  'filter',
])
const RELATIONS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=', '==', '!=', 'in'])

/** Why Envoy would refuse the expression; undefined if it is fine. */
export function celProblem(expression: string): string | undefined {
  if (expression.length > LONGEST) return `it is longer than ${LONGEST} characters`
  try {
    const scan: Scan = { tokens: celTokens(expression), at: 0, depth: 0 }
    conditional(scan)
    const rest = scan.tokens[scan.at]
    return rest ? `nothing is expected where ${quoted(rest)} stands` : undefined
  } catch (error) {
    if (error instanceof Refused) return error.message
    throw error
  }
}

interface Scan {
  readonly tokens: readonly CelToken[]
  at: number
  depth: number
}

/** What `has` and `matches` want to know of an expression. */
interface Part {
  readonly isSelection: boolean
  /** Value of a text literal. */
  readonly text?: string | undefined
}

const OTHER: Part = { isSelection: false }

function conditional(scan: Scan): Part {
  scan.depth += 1
  if (scan.depth > DEEPEST) throw new Refused('it is nested too deeply')
  let part = chain(scan, ['||'], () => chain(scan, ['&&'], () => relation(scan)))
  if (take(scan, '?')) {
    chain(scan, ['||'], () => chain(scan, ['&&'], () => relation(scan)))
    demand(scan, ':')
    conditional(scan)
    part = OTHER
  }
  scan.depth -= 1
  return part
}

function relation(scan: Scan): Part {
  return chain(scan, [...RELATIONS], () =>
    chain(scan, ['+', '-'], () => chain(scan, ['*', '/', '%'], () => unary(scan))),
  )
}

function chain(scan: Scan, operators: readonly string[], operand: () => Part): Part {
  let part = operand()
  while (operators.some((operator) => take(scan, operator))) {
    operand()
    part = OTHER
  }
  return part
}

function unary(scan: Scan): Part {
  const sign = ['!', '-'].find((one) => take(scan, one))
  if (sign === undefined) return member(scan)
  while (take(scan, sign));
  member(scan)
  return OTHER
}

function member(scan: Scan): Part {
  let part = primary(scan)
  for (;;) {
    if (take(scan, '.')) {
      const name = identifier(scan)
      if (take(scan, '(')) {
        call(name, METHODS, parameters(scan))
        part = OTHER
      } else part = { isSelection: true }
    } else if (take(scan, '[')) {
      conditional(scan)
      demand(scan, ']')
      part = OTHER
    } else if (take(scan, '{')) {
      entries(scan)
      part = OTHER
    } else return part
  }
}

function primary(scan: Scan): Part {
  const token = scan.tokens[scan.at]
  if (!token) throw new Refused('it ends too early')
  if (token.kind === 'number' || token.kind === 'text') {
    scan.at += 1
    return { isSelection: false, text: token.kind === 'text' ? token.text : undefined }
  }
  if (take(scan, '(')) {
    const inner = conditional(scan)
    demand(scan, ')')
    return inner
  }
  if (take(scan, '[')) {
    parameters(scan, ']')
    return OTHER
  }
  if (take(scan, '{')) {
    entries(scan)
    return OTHER
  }
  take(scan, '.')
  const name = identifier(scan)
  if (take(scan, '(')) {
    const given = parameters(scan)
    if (name === 'has') has(given)
    else call(name, FUNCTIONS, given)
  }
  return OTHER
}

function has(given: readonly Part[]): void {
  if (given.length !== 1 || !given[0]!.isSelection) {
    throw new Refused(
      "has() takes a field, as has(request.id); for headers write 'x-name' in request.headers",
    )
  }
}

function call(
  name: string,
  known: Readonly<Record<string, readonly number[]>>,
  given: readonly Part[],
): void {
  if (COMPREHENSIONS.has(name)) throw new Refused(`Envoy does not allow ${name}()`)
  const counts = Object.hasOwn(known, name) ? known[name] : undefined
  if (!counts) throw new Refused(`Envoy has no function ${name}() here`)
  if (!counts.includes(given.length)) {
    throw new Refused(`${name}() takes ${counts.join(' or ')} arguments here, not ${given.length}`)
  }
  const regex = name === 'matches' ? given.at(-1)?.text : undefined
  const problem = regex === undefined ? undefined : regexProblem(regex)
  if (problem) throw new Refused(`the regular expression "${regex}" is wrong: ${problem}`)
}

function parameters(scan: Scan, end = ')'): Part[] {
  const found: Part[] = []
  while (!take(scan, end)) {
    if (found.length > 0) {
      demand(scan, ',')
      if (end === ']' && take(scan, end)) break
    }
    found.push(conditional(scan))
  }
  return found
}

/** Of a map or message, after the brace. */
function entries(scan: Scan): void {
  let first = true
  while (!take(scan, '}')) {
    if (!first) {
      demand(scan, ',')
      if (take(scan, '}')) return
    }
    first = false
    conditional(scan)
    demand(scan, ':')
    conditional(scan)
  }
}

function identifier(scan: Scan): string {
  const token = scan.tokens[scan.at]
  if (token?.kind !== 'name') {
    throw new Refused(
      token ? `a value is expected where ${quoted(token)} stands` : 'it ends too early',
    )
  }
  scan.at += 1
  return token.text
}

function take(scan: Scan, text: string): boolean {
  const token = scan.tokens[scan.at]
  if (token?.kind !== 'sign' || token.text !== text) return false
  scan.at += 1
  return true
}

function demand(scan: Scan, text: string): void {
  if (take(scan, text)) return
  const token = scan.tokens[scan.at]
  throw new Refused(
    token ? `${text} is expected where ${quoted(token)} stands` : `${text} is missing at its end`,
  )
}

function quoted({ text }: CelToken): string {
  return `"${text}"`
}
