// A fast way through plain YAML: block maps and lists, one-line flow collections, simple scalars. Whatever is not certainly plain is left to the library.
import type { Parsed, Place } from './parsed.ts'

interface Line {
  indent: number
  text: string
  readonly line: number
}

interface Node {
  readonly value: unknown
  readonly place: Place
}

/** Thrown (as a value, without a stack) where text is not plain. */
const NOT_PLAIN = Symbol('not plain')

const ALPHABET = /^[\x20-\x7e\n\u00c0-\u024f]*$/
const KEY = /^([A-Za-z0-9_][\w./-]{0,200}):(?: +|$)/
const FLOW_KEY = /([A-Za-z0-9_][\w./-]{0,200}): +/y
const FLOW_PLAIN = /[A-Za-z0-9_./-](?:[\w./ ()=+$^~<>;-]|:(?=[\w/]))*/y
const QUOTED = /"([^"\\\n]*)"|'([^'\n]*)'/y
const REST = /^ *(?:$| #)/
const INTEGER = /^(?:0|-?[1-9]\d{0,14})$/
const DECIMAL = /^(?:0|-?[1-9]\d{0,8})\.\d{1,6}$/
const NUMBER =
  /^(?:[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...['null', 'Null', 'NULL', '~'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
])

/** The same as the library gives for the text, or undefined if the library must be asked. */
export function parsePlain(text: string): Parsed | undefined {
  if (!ALPHABET.test(text)) return undefined
  const lines = linesOf(text)
  if (lines === undefined || lines.length === 0) return undefined
  try {
    return { type: 'value', ...new PlainParser(lines).document() }
  } catch (reason) {
    if (reason === NOT_PLAIN) return undefined
    throw reason
  }
}

/** The lines that say something; undefined if there is a mark other than the first. */
function linesOf(text: string): Line[] | undefined {
  const lines: Line[] = []
  const all = text.split('\n')
  for (const [line, whole] of all.entries()) {
    const content = whole.trimStart()
    if (content === '' || content.startsWith('#')) continue
    if (whole.startsWith('---') || whole.startsWith('...') || whole.startsWith('%')) {
      if (lines.length > 0 || !/^--- *(?: #.*)?$/.test(whole)) return undefined
      continue
    }
    lines.push({ indent: whole.length - content.length, text: content, line })
  }
  return lines
}

class PlainParser {
  readonly #lines: readonly Line[]
  #at = 0

  constructor(lines: readonly Line[]) {
    this.#lines = lines
  }

  document(): Node {
    const first = this.#lines[0]!
    const node = this.#map(first.indent, 0)
    if (this.#at < this.#lines.length) throw NOT_PLAIN
    return node
  }

  #map(indent: number, depth: number): Node {
    if (depth > 50) throw NOT_PLAIN
    const { line } = this.#lines[this.#at]!
    const value: Record<string, unknown> = {}
    const parts = new Map<string, Place>()
    for (let next = this.#lines[this.#at]; next?.indent === indent; next = this.#lines[this.#at]) {
      const [head, key = ''] = KEY.exec(next.text) ?? []
      if (head === undefined || Object.hasOwn(value, key) || key === '__proto__') throw NOT_PLAIN
      const node = this.#entry(next, head.length, indent, depth)
      value[key] = node.value
      const place = { line: next.line, column: indent }
      parts.set(key, node.place.parts ? { ...place, parts: node.place.parts } : place)
    }
    this.#mustEnd(indent)
    return { value, place: { line, column: indent, parts } }
  }

  /** What stands behind a key: on its line, or below it. */
  #entry(line: Line, start: number, indent: number, depth: number): Node {
    this.#at++
    if (!REST.test(line.text.slice(start)) && !line.text.startsWith('#', start)) {
      const node = inline(line, start)
      this.#mustEnd(indent)
      return node
    }
    const below = this.#lines[this.#at]
    const isList = below && /^-(?: |$)/.test(below.text)
    if (isList && below.indent >= indent) return this.#list(below.indent, depth + 1)
    if (below && below.indent > indent) return this.#map(below.indent, depth + 1)
    return { value: null, place: { line: line.line, column: line.indent } }
  }

  #list(indent: number, depth: number): Node {
    if (depth > 50) throw NOT_PLAIN
    const { line } = this.#lines[this.#at]!
    const value: unknown[] = []
    const parts = new Map<number, Place>()
    for (let next = this.#lines[this.#at]; next?.indent === indent; next = this.#lines[this.#at]) {
      const dash = /^- +(?=[^ #-]|-[^ ])/.exec(next.text)
      if (!dash) {
        if (next.text.startsWith('-')) throw NOT_PLAIN
        break
      }
      const node = this.#item(next, dash[0].length, indent, depth)
      parts.set(value.length, node.place)
      value.push(node.value)
    }
    this.#mustEnd(indent)
    return { value, place: { line, column: indent, parts } }
  }

  #item(line: Line, start: number, indent: number, depth: number): Node {
    const text = line.text.slice(start)
    if (KEY.test(text)) {
      line.indent += start
      line.text = text
      return this.#map(line.indent, depth + 1)
    }
    this.#at++
    const node = inline(line, start)
    this.#mustEnd(indent)
    return node
  }

  /** The next line does not stand deeper: that would go on with what has just ended. */
  #mustEnd(indent: number): void {
    const next = this.#lines[this.#at]
    if (next && next.indent > indent) throw NOT_PLAIN
  }
}

/** A value that ends on its line. */
function inline(line: Line, start: number): Node {
  const reader = new FlowReader(line, start)
  const first = line.text[start]
  if (first === '{' || first === '[' || first === '"' || first === "'") {
    const node = reader.node(0)
    if (!REST.test(line.text.slice(reader.at))) throw NOT_PLAIN
    return node
  }
  const comment = line.text.indexOf(' #', start)
  const text = line.text.slice(start, comment < 0 ? undefined : comment).trimEnd()
  if (!/^(?:[A-Za-z0-9_./]|-[A-Za-z0-9])/.test(text) || /:(?: |$)/.test(text)) throw NOT_PLAIN
  return { value: resolve(text), place: { line: line.line, column: line.indent + start } }
}

/** Reads a flow collection of one line. */
class FlowReader {
  at: number
  readonly #line: Line

  constructor(line: Line, at: number) {
    this.#line = line
    this.at = at
  }

  node(depth: number): Node {
    if (depth > 50) throw NOT_PLAIN
    const place = { line: this.#line.line, column: this.#line.indent + this.at }
    const first = this.#line.text[this.at]
    if (first === '{' || first === '[') return this.#collection(first, place, depth)
    const quoted = this.#match(QUOTED)
    if (quoted) return { value: quoted[1] ?? quoted[2], place }
    const plain = this.#match(FLOW_PLAIN)
    if (!plain || / -|^-(?![A-Za-z0-9])/.test(plain[0])) throw NOT_PLAIN
    return { value: resolve(plain[0].trimEnd()), place }
  }

  #collection(open: '{' | '[', place: Place, depth: number): Node {
    const map: Record<string, unknown> = {}
    const list: unknown[] = []
    const parts = new Map<string | number, Place>()
    const close = open === '{' ? '}' : ']'
    this.at++
    this.#spaces()
    while (this.#line.text[this.at] !== close) {
      if (open === '{') this.#pair(map, parts, depth)
      else {
        const node = this.node(depth + 1)
        parts.set(list.length, node.place)
        list.push(node.value)
      }
      this.#spaces()
      const after = this.#line.text[this.at]
      if (after === close) break
      if (after !== ',') throw NOT_PLAIN
      this.at++
      this.#spaces()
      if (this.#line.text[this.at] === close) throw NOT_PLAIN
    }
    this.at++
    return { value: open === '{' ? map : list, place: { ...place, parts } }
  }

  #pair(map: Record<string, unknown>, parts: Map<string | number, Place>, depth: number): void {
    const column = this.#line.indent + this.at
    const key = this.#match(FLOW_KEY)?.[1]
    if (key === undefined || Object.hasOwn(map, key) || key === '__proto__') throw NOT_PLAIN
    const node = this.node(depth + 1)
    map[key] = node.value
    const place = { line: this.#line.line, column }
    parts.set(key, node.place.parts ? { ...place, parts: node.place.parts } : place)
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.#line.text)
    if (found) this.at = pattern.lastIndex
    return found
  }

  #spaces(): void {
    while (this.#line.text[this.at] === ' ') this.at++
  }
}

/** What a plain scalar means in YAML's core schema. */
function resolve(text: string): unknown {
  if (INTEGER.test(text) || DECIMAL.test(text)) return Number(text)
  if (WORDS.has(text)) return WORDS.get(text)
  if (NUMBER.test(text)) throw NOT_PLAIN
  return text
}
