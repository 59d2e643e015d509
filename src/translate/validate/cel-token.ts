// The words of a CEL expression.

export interface CelToken {
  readonly kind: 'number' | 'text' | 'name' | 'sign'
  /** Of a text its value, as far as a check needs it. */
  readonly text: string
}

/** What Envoy would say against an expression. */
export class Refused extends Error {}

const BLANK = /(?:[\s]|\/\/[^\n]*)+/y
const NUMBER = /(?:0x[0-9a-fA-F]+u?|(?:\d+\.\d+|\.\d+|\d+(?=[eE]))(?:[eE][+-]?\d+)?|\d+u?)/y
const TEXT = /([rRbB]{0,2})("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/y
const RAW = /([bB]?[rR][bB]?)("[^"\n]*"|'[^'\n]*')/y
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y
const SIGN = /<=|>=|==|!=|&&|\|\||[-+*/%!<>?:.,()[\]{}]/y
const ESCAPE =
  /\\(?:[abfnrtv\\?"'`]|x[0-9a-fA-F]{2}|X[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})|(\\)/g
const RESERVED: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)
const LARGEST = 2n ** 63n
const LARGEST_UNSIGNED = 2n ** 64n

/** Throws `Refused`. */
export function celTokens(expression: string): CelToken[] {
  const tokens: CelToken[] = []
  let at = 0
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at
    const found = pattern.exec(expression)
    if (found) at = pattern.lastIndex
    return found
  }
  for (;;) {
    match(BLANK)
    if (at >= expression.length) return tokens
    const text = match(RAW) ?? match(TEXT)
    const number = text ? null : match(NUMBER)
    const name = text || number ? null : match(NAME)
    const sign = text || number || name ? null : match(SIGN)
    if (text) tokens.push({ kind: 'text', text: valueIn(text[1]!, text[2]!) })
    else if (number) tokens.push({ kind: 'number', text: inRange(number[0]) })
    else if (name) tokens.push(word(name[0]))
    else if (sign) tokens.push({ kind: 'sign', text: sign[0] })
    else throw new Refused(`"${expression[at]}" at character ${at + 1} does not belong to CEL`)
  }
}

function word(text: string): CelToken {
  if (RESERVED.has(text)) throw new Refused(`"${text}" is a reserved word`)
  return text === 'in' ? { kind: 'sign', text } : { kind: 'name', text }
}

function inRange(text: string): string {
  const unsigned = text.endsWith('u')
  const digits = unsigned ? text.slice(0, -1) : text
  if (/^(0x[0-9a-fA-F]+|\d+)$/.test(digits)) {
    if (BigInt(digits) >= (unsigned ? LARGEST_UNSIGNED : LARGEST)) {
      throw new Refused(`the number ${text} is too large`)
    }
  }
  return text
}

function valueIn(prefix: string, quoted: string): string {
  const width = /^("""|''')/.test(quoted) ? 3 : 1
  const inner = quoted.slice(width, -width)
  if (/r/i.test(prefix)) return inner
  return inner.replace(ESCAPE, (written, wrong?: string) => {
    if (wrong)
      throw new Refused(
        `a backslash in "${inner}" begins nothing that CEL knows; write \\\\ for the character`,
      )
    const simple = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\x07', b: '\b' }[written[1]!]
    if (simple) return simple
    const code = /^\\[xXuU]([0-9a-fA-F]+)$/.exec(written)?.[1]
    if (code) return String.fromCodePoint(Math.min(Number.parseInt(code, 16), 0x10ffff))
    return /^\\[0-3]/.test(written)
      ? String.fromCharCode(Number.parseInt(written.slice(1), 8))
      : written[1]!
  })
}
