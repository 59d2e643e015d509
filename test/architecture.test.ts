// The rules of the house that a machine can check: who may import whom, what the pure parts may use, how large things get.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const MAX_LINES = 300
/** Tests are tables more than code; long ones are to be cut where they change subject. */
const MAX_TEST_LINES = 1200

/** The star: each part imports `model` (and generated types), never another part. */
const PARTS = ['registry', 'translate', 'xds', 'ca', 'telemetry']
const PURE = ['src/model/', 'src/translate/']
const FORBIDDEN_IN_PURE = [
  /\bDate\.now\b/,
  /\bnew Date\b/,
  /\bMath\.random\b/,
  /\bperformance\./,
  /\bprocess\./,
  /\bconsole\./,
  /\basync\b/,
  /\bawait\b/,
  /\bsetTimeout\b/,
  /\bfetch\(/,
  /^(export )?let /m,
]
const VAGUE_FILES = /(^|\/)(utils?|helpers?|common|manager|misc)(\.|\/|-)/
// A connection manager is Envoy's own word.
const VAGUE_NAMES =
  /\b(class|interface|type|function|const) (?!\w*ConnectionManager\b)\w*(Impl|Base|Helper|Manager|Util)s?\b/

interface Source {
  readonly path: string
  readonly text: string
  readonly code: string
  readonly imports: readonly string[]
}

function sources(folder: string): Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'))
    .filter((path) => !path.includes('node_modules'))
    .map((path) => {
      const name = `${folder}/${path.replaceAll('\\', '/')}`
      const text = readFileSync(join(ROOT, name), 'utf8')
      const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
      return { path: name, text, code, imports: importsOf(name, code) }
    })
}

/** Relative imports as paths from the root; packages by name. */
function importsOf(path: string, code: string): string[] {
  const found = code.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)
  return [...found].map(([, name = '']) =>
    name.startsWith('.') ? relative('.', normalize(join(dirname(path), name))) : name,
  )
}

const all = sources('src')
const everything = [...all, ...['envoy', 'proto', 'test', 'bench', 'examples'].flatMap(sources)]

test('model imports nothing outside itself', () => {
  for (const { path, imports } of all.filter(({ path }) => path.startsWith('src/model/'))) {
    for (const name of imports) assert.ok(name.startsWith('src/model/'), `${path} imports ${name}`)
  }
})

test('the parts of the star do not know each other', () => {
  for (const part of PARTS) {
    for (const { path, imports } of all.filter(({ path }) => path.startsWith(`src/${part}/`))) {
      for (const name of imports.filter((name) => name.startsWith('src/'))) {
        const inside = name.startsWith(`src/${part}/`) || name.startsWith('src/model/')
        assert.ok(inside, `${path} imports ${name}`)
      }
    }
  }
})

test('no file imports itself by a detour', () => {
  const graph = new Map(all.map(({ path, imports }) => [path, imports]))
  const done = new Set<string>()
  const walk = (path: string, way: readonly string[]): void => {
    assert.ok(!way.includes(path), `a cycle: ${[...way, path].join(' -> ')}`)
    if (done.has(path)) return
    for (const next of graph.get(path) ?? []) if (graph.has(next)) walk(next, [...way, path])
    done.add(path)
  }
  for (const path of graph.keys()) walk(path, [])
})

test('model and translate are pure', () => {
  const pure = all.filter(({ path }) => PURE.some((folder) => path.startsWith(folder)))
  for (const { path, code, imports } of pure) {
    for (const pattern of FORBIDDEN_IN_PURE) assert.doesNotMatch(code, pattern, path)
    for (const name of imports) assert.ok(!name.startsWith('node:'), `${path} imports ${name}`)
  }
})

test('files stay small and have a name that says something', () => {
  for (const { path, text } of everything) {
    const lines = text.split('\n').length - 1
    const allowed = path.endsWith('.test.ts') ? MAX_TEST_LINES : MAX_LINES
    assert.ok(lines <= allowed, `${path} has ${lines} lines, ${allowed} are allowed`)
    assert.doesNotMatch(path, VAGUE_FILES)
  }
  for (const { path, code } of all) assert.doesNotMatch(code, VAGUE_NAMES, path)
})

test('every file says first what it is for', () => {
  for (const { path, text } of everything) {
    assert.match(text.replace(/^#!.*\n/, ''), /^(\/\/ |\/\*\*)/, `${path} has no header sentence`)
  }
})
