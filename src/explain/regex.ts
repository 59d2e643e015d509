// RE2's regular expressions, as Envoy reads them, in JavaScript's: only what means the same in both.

/** Escapes that JavaScript's strict form knows; RE2 also lets any other punctuation be escaped. */
const KEPT = /[\^$\\.*+?()[\]{}|/dDwWsSbBnrtfv]/

const POSIX: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  digit: '0-9',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
}

/** A test for whole texts; undefined for an expression that JavaScript cannot read alike. */
export function fullMatch(re2: string): ((text: string) => boolean) | undefined {
  const flags = /^\(\?([ims]+)\)/.exec(re2)
  const source = toJavaScript(flags ? re2.slice(flags[0].length) : re2)
  if (source === undefined) return undefined
  try {
    const regex = new RegExp(
      `^(?:${source})$(?!\\n)`,
      `u${[...new Set(flags?.[1] ?? '')].join('')}`,
    )
    // With the flag m, `$` would also stand before a line's end.
    return flags?.[1]?.includes('m')
      ? (text) => regex.exec(text)?.[0].length === text.length
      : (text) => regex.test(text)
  } catch {
    return undefined
  }
}

function toJavaScript(re2: string): string | undefined {
  let result = ''
  let inClass = false
  for (let i = 0; i < re2.length; i++) {
    const char = re2[i]!
    if (char === '\\') {
      const escaped = escapeOf(re2, i, inClass)
      if (!escaped) return undefined
      result += escaped.text
      i += escaped.length - 1
    } else if (inClass && re2.startsWith('[:', i)) {
      const name = /^\[:(\w+):\]/.exec(re2.slice(i))
      if (!name || !POSIX[name[1]!]) return undefined
      result += POSIX[name[1]!]
      i += name[0].length - 1
    } else if (inClass) {
      inClass = char !== ']'
      result += char === '[' ? '\\[' : char
    } else if (char === '[') {
      inClass = true
      const negated = re2[i + 1] === '^' ? '^' : ''
      i += negated.length
      // A bracket that stands first is one of the characters.
      const first = re2[i + 1] === ']' ? '\\]' : ''
      if (first) i += 1
      result += `[${negated}${first}`
    } else if (re2.startsWith('(?', i)) {
      const group = /^\(\?(?::|P?<(\w+)>)/.exec(re2.slice(i))
      if (!group) return undefined
      result += group[1] ? `(?<${group[1]}>` : '(?:'
      i += group[0].length - 1
    } else result += isLiteralBrace(re2, i) ? `\\${char}` : char
  }
  return inClass ? undefined : result
}

function escapeOf(
  re2: string,
  at: number,
  inClass: boolean,
): { text: string; length: number } | undefined {
  const rest = re2.slice(at)
  const unicode = /^\\([pP])(\w|\{\^?\w+\})/.exec(rest)
  if (unicode)
    return {
      text: `\\${unicode[1]}{${unicode[2]!.replace(/[{}]/g, '')}}`,
      length: unicode[0].length,
    }
  const hex = /^\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})/.exec(rest)
  if (hex) return { text: `\\u{${hex[1] ?? hex[2]}}`, length: hex[0].length }
  const quoted = /^\\Q([\s\S]*?)(?:\\E|$)/.exec(rest)
  if (quoted)
    return { text: quoted[1]!.replace(/[\^$\\.*+?()[\]{}|/-]/g, plain), length: quoted[0].length }
  const char = rest[1]
  if (char === undefined || (inClass && /[bB]/.test(char))) return undefined
  if (char === 'A' || char === 'z')
    return inClass ? undefined : { text: char === 'A' ? '^' : '$', length: 2 }
  if (char === 'a') return { text: '\\x07', length: 2 }
  if (KEPT.test(char)) return { text: `\\${char}`, length: 2 }
  if (/[A-Za-z0-9]/.test(char)) return undefined
  return { text: char === '-' && inClass ? '\\-' : char, length: 2 }
}

function plain(char: string): string {
  return char === '-' ? char : `\\${char}`
}

/** RE2 takes a brace that is no repetition for itself. */
function isLiteralBrace(re2: string, at: number): boolean {
  if (re2[at] === '{') return !/^\{\d+(,\d*)?\}/.test(re2.slice(at))
  return re2[at] === '}' && !/\{\d+(,\d*)?$/.test(re2.slice(0, at))
}
