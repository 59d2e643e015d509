// Reads a regular expression as RE2 does, which Envoy uses: it has no lookaround and no backreferences.

/** Istio's limit. */
export const LONGEST_REGEX = 1024
/** What RE2 allows for `{n}`, nested ones multiplied. */
const MOST_REPEATS = 1000
/** Limit of the compiled size that Lotse's bootstrap sets (Envoy's own is 100). */
const LARGEST_PROGRAM = 32_768

/** Why Envoy would refuse the expression; undefined if it is fine. */
export function regexProblem(regex: string): string | undefined {
  if (regex.length > LONGEST_REGEX) return `it is longer than ${LONGEST_REGEX} characters`
  const scan: Scan = { text: regex, at: 0 }
  try {
    const { size } = alternatives(scan)
    if (scan.at < regex.length) return 'a ) has no (, write \\) for the character'
    return size > LARGEST_PROGRAM ? 'it repeats too much to be compiled' : undefined
  } catch (error) {
    if (error instanceof Refused) return error.message
    throw error
  }
}

interface Scan {
  readonly text: string
  at: number
}

/** Estimated size of the compiled program, and how often the innermost part is repeated. */
interface Part {
  readonly size: number
  readonly repeats: number
}

class Refused extends Error {}

const ONE: Part = { size: 1, repeats: 1 }
const NOTHING: Part = { size: 0, repeats: 1 }
const FLAGS = /^[imsU]*(-[imsU]+)?$/
const NAMED = /P?<(\w+)>/y
const QUANTIFIER = /[*+?]|\{(\d+)(?:(,)(\d*))?\}/y
const POSIX_CLASSES = new Set(
  'alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit'.split(' '),
)

function alternatives(scan: Scan): Part {
  let size = 1
  let repeats = 1
  for (;;) {
    const part = sequence(scan)
    size += part.size + 1
    repeats = Math.max(repeats, part.repeats)
    if (scan.text[scan.at] !== '|') return { size, repeats }
    scan.at += 1
  }
}

function sequence(scan: Scan): Part {
  let size = 0
  let repeats = 1
  while (scan.at < scan.text.length && !'|)'.includes(scan.text[scan.at]!)) {
    if (quantifier(scan)) throw new Refused('a repetition (*, +, ? or {n}) has nothing to repeat')
    const part = atom(scan)
    // Flags like (?i) are nothing that could be repeated.
    const whole = part === NOTHING ? part : repeated(scan, part)
    size += whole.size
    repeats = Math.max(repeats, whole.repeats)
  }
  return { size, repeats }
}

function repeated(scan: Scan, part: Part): Part {
  const found = quantifier(scan)
  if (!found) return part
  if (scan.text[scan.at] === '?') scan.at += 1
  if (quantifier(scan)) throw new Refused('two repetitions follow each other, as in a** or a++')
  const times = part.repeats * Math.max(found.most, 1)
  if (found.most > 1 && times > MOST_REPEATS) {
    throw new Refused(`it repeats something more than ${MOST_REPEATS} times`)
  }
  return { size: part.size * Math.max(found.most, 1) + 1, repeats: times }
}

/** Moves past a quantifier if there is one. */
function quantifier(scan: Scan): { most: number } | undefined {
  QUANTIFIER.lastIndex = scan.at
  const match = QUANTIFIER.exec(scan.text)
  if (!match) return undefined
  scan.at = QUANTIFIER.lastIndex
  const [, least, comma, most] = match
  if (least === undefined) return { most: 1 }
  const end = most ? Number(most) : Number(least)
  if (end < Number(least) || end > MOST_REPEATS) {
    throw new Refused(`the repetition ${match[0]} is out of order or above ${MOST_REPEATS}`)
  }
  return { most: comma && !most ? Math.max(end, 1) : end }
}

function atom(scan: Scan): Part {
  const char = scan.text[scan.at]
  if (char === '(') return group(scan)
  if (char === '[') return characters(scan)
  if (char === '\\') return escaped(scan)
  scan.at += char !== undefined && /[\uD800-\uDBFF]/.test(char) ? 2 : 1
  return ONE
}

function group(scan: Scan): Part {
  scan.at += 1
  if (scan.text[scan.at] === '?') {
    scan.at += 1
    if (flagsOrName(scan)) return NOTHING
  }
  const { size, repeats } = alternatives(scan)
  if (scan.text[scan.at] !== ')')
    throw new Refused('a ( is not closed, write \\( for the character')
  scan.at += 1
  return { size: size + 2, repeats }
}

/** After `(?`. True if only flags were set: nothing stands in the group. */
function flagsOrName(scan: Scan): boolean {
  const rest = scan.text.slice(scan.at)
  if (/^(<?[=!])/.test(rest))
    throw new Refused('RE2 has no lookahead or lookbehind, (?=, (?!, (?<= or (?<!')
  NAMED.lastIndex = scan.at
  const name = NAMED.exec(scan.text)
  if (name) {
    scan.at = NAMED.lastIndex
    return false
  }
  const end = rest.search(/[:)]/)
  if (end < 0 || !FLAGS.test(rest.slice(0, end))) {
    throw new Refused(
      'RE2 does not know this kind of group: only (?:…), (?P<name>…) and the flags i, m, s, U',
    )
  }
  scan.at += end + 1
  return rest[end] === ')'
}

function escaped(scan: Scan): Part {
  const next = scan.text[scan.at + 1]
  if (next === 'Q') {
    const end = scan.text.indexOf('\\E', scan.at)
    const size = (end < 0 ? scan.text.length : end) - scan.at
    scan.at = end < 0 ? scan.text.length : end + 2
    return { size, repeats: 1 }
  }
  if (next !== undefined && 'AzbBC'.includes(next)) scan.at += 2
  else escapedCharacter(scan)
  return ONE
}

const ESCAPES =
  /\\(?:[dDsSwWafnrtv]|0[0-7]{0,2}|[1-3][0-7]{1,2}|[4-7][0-7](?![0-7])|x[0-9a-fA-F]{2}|x\{([0-9a-fA-F]+)\}|([pP])(?:\{\^?(\w+)\}|(\w))|[!-/:-@[-`{-~ ])/y

/** Moves past an escape that stands for a character or a class of them, and tells whether it is a class. */
function escapedCharacter(scan: Scan): boolean {
  ESCAPES.lastIndex = scan.at
  const match = ESCAPES.exec(scan.text)
  if (!match) {
    const sign = scan.text.slice(scan.at, scan.at + 2)
    if (/^\\[1-9]$/.test(sign)) throw new Refused(`RE2 has no backreferences like ${sign}`)
    throw new Refused(
      sign === '\\' ? 'it ends with a single \\' : `RE2 does not know the escape ${sign}`,
    )
  }
  const [whole, code, unicode, long, short] = match
  if (code && Number.parseInt(code, 16) > 0x10ffff) throw new Refused(`${whole} is no character`)
  if (unicode && !isUnicodeClass(long ?? short ?? '')) {
    throw new Refused(`RE2 knows no class of characters ${whole}`)
  }
  scan.at = ESCAPES.lastIndex
  return unicode !== undefined || /^\\[dDsSwW]$/.test(whole)
}

/** RE2 knows general categories by their one or two letters, and scripts by their names. */
function isUnicodeClass(name: string): boolean {
  if (name === 'Any') return true
  const property = name.length < 3 ? 'General_Category' : 'Script'
  try {
    return new RegExp(`\\p{${property}=${name}}`, 'u').source.length > 0
  } catch {
    return false
  }
}

function characters(scan: Scan): Part {
  scan.at += scan.text[scan.at + 1] === '^' ? 2 : 1
  for (let first = true; first || scan.text[scan.at] !== ']'; first = false) {
    if (scan.at >= scan.text.length)
      throw new Refused('a [ is not closed, write \\[ for the character')
    const posix = /^\[:\^?(.*?):\]/.exec(scan.text.slice(scan.at))
    if (posix) {
      if (!POSIX_CLASSES.has(posix[1]!))
        throw new Refused(`RE2 knows no class of characters ${posix[0]}`)
      scan.at += posix[0].length
    } else range(scan)
  }
  scan.at += 1
  return { size: 2, repeats: 1 }
}

function range(scan: Scan): void {
  const from = scan.at
  if (isClass(scan)) return
  const low = scan.text.slice(from, scan.at)
  const next = scan.text[scan.at + 1]
  if (scan.text[scan.at] !== '-' || next === undefined || next === ']') return
  scan.at += 1
  const to = scan.at
  const ordered = !isClass(scan) && codeOf(low) <= codeOf(scan.text.slice(to, scan.at))
  if (!ordered) throw new Refused(`the range ${scan.text.slice(from, scan.at)} is out of order`)
}

/** Moves past one character of a class; true if it stands for several, as `\d`. */
function isClass(scan: Scan): boolean {
  if (scan.text[scan.at] === '\\') return escapedCharacter(scan)
  scan.at += String.fromCodePoint(scan.text.codePointAt(scan.at) ?? 0).length
  return false
}

const CONTROL: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 }

function codeOf(character: string): number {
  if (!character.startsWith('\\') || character.length === 1) return character.codePointAt(0) ?? 0
  const rest = character.slice(1)
  if (/^x/.test(rest)) return Number.parseInt(rest.replace(/[x{}]/g, ''), 16)
  if (/^[0-7]/.test(rest)) return Number.parseInt(rest, 8)
  return CONTROL[rest] ?? rest.codePointAt(0) ?? 0
}
