// YAML text to plain values, one document at a time, each with the places of its parts.
import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  Parser,
  type YAMLError,
} from 'yaml'
import type { Parsed, Place, Problem } from './parsed.ts'
import { parsePlain } from './plain.ts'

/** The text of one document with its mark (`---`) and directives, and the line of the file it begins in, from 0. */
export interface Chunk {
  readonly text: string
  readonly line: number
}

const OPTIONS = {
  merge: true,
  stringKeys: true,
  logLevel: 'silent',
} as const

/**
 * Cuts a file at its document marks. A mark at the start of a line ends a document whatever it is in the middle of (YAML 1.2
 * §9.1.2), so a broken document never reaches into the next one.
 */
export function split(file: string): Chunk[] {
  const text = file.startsWith('\ufeff') ? file.slice(1) : file
  const chunks: Chunk[] = []
  let start = 0
  let line = 0
  const cut = (end: number) => {
    const part = text.slice(start, end)
    if (part.trim() !== '') chunks.push({ text: part, line })
    line += countLines(part)
    start = end
  }
  let at = 0
  while (at < text.length) {
    if (isMark(text, at, '---') && !onlyDirectives(text, start, at)) cut(at)
    const next = text.indexOf('\n', at)
    const end = next < 0 ? text.length : next + 1
    if (isMark(text, at, '...')) cut(end)
    at = end
  }
  cut(text.length)
  return chunks
}

function isMark(text: string, at: number, mark: string): boolean {
  if (!text.startsWith(mark, at)) return false
  const after = text[at + 3]
  return after === undefined || after === '\n' || after === '\r' || after === ' ' || after === '\t'
}

/** Whether what stands before a mark is `%YAML` and the like, which belong to the document after it. */
function onlyDirectives(text: string, start: number, end: number): boolean {
  if (start === end || !text.slice(start, end).includes('%')) return false
  const lines = text.slice(start, end).split('\n')
  return (
    lines.some((line) => line.startsWith('%')) && lines.every((line) => /^\s*$|^\s*#|^%/.test(line))
  )
}

function countLines(text: string): number {
  let lines = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++
  return lines
}

/** Parses one chunk. Never throws: a bomb of aliases and a nesting too deep are problems like any other. */
export function parse(text: string): Parsed {
  return parsePlain(text) ?? parseAny(text)
}

/** Parses one chunk with the library: everything YAML has, and the words for what is wrong. */
export function parseAny(text: string): Parsed {
  const lines = new LineCounter()
  try {
    const tokens = [...new Parser(lines.addNewLine).parse(text)]
    if (isDeep(tokens)) return problem('the document is nested more than 100 levels deep')
    const [document] = new Composer(OPTIONS).compose(tokens, true, text.length)
    if (!document) return { type: 'nothing' }
    const error = document.errors[0] ?? document.warnings[0]
    if (error) return { type: 'problem', problem: explain(error, text, lines) }
    if (document.contents === null || isEmpty(document)) return { type: 'nothing' }
    const value: unknown = document.toJS({ maxAliasCount: 100 })
    return { type: 'value', value, place: placesOf(document, lines) }
  } catch (error) {
    const reason = (error as Error).message
    const bomb = /alias count/.test(reason) ? 'its aliases expand too far' : reason
    return problem(`the document cannot be read: ${bomb}`)
  }
}

function problem(text: string): Parsed {
  return { type: 'problem', problem: { text, line: 0, column: 0 } }
}

/** Found without recursion: in the library's own recursion V8 may abort the process when the stack ends inside a regular expression. */
function isDeep(tokens: readonly CST.Token[]): boolean {
  let level: unknown[] = [...tokens]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > 100) return true
    const below: unknown[] = []
    for (const token of level as { value?: unknown; key?: unknown; items?: readonly object[] }[]) {
      for (const part of token.items ?? [token]) {
        const { key, value } = part as { readonly key?: unknown; readonly value?: unknown }
        if (typeof key === 'object' && key !== null) below.push(key)
        if (typeof value === 'object' && value !== null) below.push(value)
      }
    }
    level = below
  }
  return false
}

function isEmpty(document: Document): boolean {
  return isScalar(document.contents) && document.contents.value === null
}

function explain(error: YAMLError, text: string, lines: LineCounter): Problem {
  const offset = Math.min(error.pos[0], text.length)
  const { line, col } = lines.linePos(offset)
  const place = { line: Math.max(0, line - 1), column: Math.max(0, col - 1) }
  if (/\{\{.*\}\}/.test(text)) {
    return {
      ...place,
      text: 'this looks like a template ({{ … }}); render it first, as with `helm template`',
    }
  }
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^[^\s:,{}[\]]*/.exec(text.slice(offset))?.[0] ?? ''
    return { ...place, text: `the key ${key} is given twice in the same object; keep one` }
  }
  if (error.code === 'TAB_AS_INDENT' || /^\s*\t/.test(lineAt(text, offset))) {
    return { ...place, text: 'a tab is used to indent; YAML allows spaces only' }
  }
  const reason = error.message.replace(/\s+/g, ' ').trim()
  return { ...place, text: `not valid YAML: ${reason}` }
}

function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  return text.slice(start, offset + 1)
}

function placesOf(document: Document, lines: LineCounter): Place {
  const known = new Map<unknown, ReadonlyMap<string | number, Place>>()
  const at = (offset: number | undefined) => {
    const { line, col } = lines.linePos(offset ?? 0)
    return { line: Math.max(0, line - 1), column: Math.max(0, col - 1) }
  }
  const place = (node: unknown, offset: number | undefined): Place => {
    const target = isAlias(node) ? node.resolve(document) : node
    if (!isMap(target) && !isSeq(target)) return at(offset)
    let parts = known.get(target)
    if (!parts) {
      const filling = new Map<string | number, Place>()
      known.set(target, filling)
      parts = filling
      if (isMap(target)) {
        for (const { key, value } of target.items) {
          if (!isScalar(key)) continue
          filling.set(String(key.value), place(value, key.range?.[0]))
        }
      } else {
        target.items.forEach((item, index) => {
          filling.set(index, place(item, startOf(item)))
        })
      }
    }
    return { ...at(offset), parts }
  }
  return place(document.contents, document.contents?.range?.[0])
}

function startOf(node: unknown): number | undefined {
  return (node as { readonly range?: readonly number[] | null } | null)?.range?.[0]
}

/** The place of a path, or of its nearest existing parent. */
export function find(place: Place, path: readonly (string | number)[]): Place {
  let current = place
  for (const part of path) {
    const next = current.parts?.get(part) ?? current.parts?.get(String(part))
    if (!next) break
    current = next
  }
  return current
}
