// Writes docs/istio-semantics.md: what Istio's objects mean, rule by rule, and the tests that show it; `npm run semantics`.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))
export const PAGE = path('docs/istio-semantics.md')
const FOLDER = path('test/semantics')

export interface Rule {
  readonly rule: string
  /** It needs a test on a real Envoy; for others a golden will do. */
  readonly core?: boolean
  /** `FILE › NAME` of tests, or `golden/CASE`. */
  readonly by?: readonly string[]
  /** What is missing. */
  readonly open?: string
}

interface Part {
  readonly part: string
  readonly rows: readonly Rule[]
}

/** The parts in the order of a mesh: rules of traffic, its edges, security. */
export function semantics(): readonly Part[] {
  const files = ['traffic', 'edge', 'security'].map((name) => `${name}.yaml`)
  const unknown = readdirSync(FOLDER).filter((name) => !files.includes(name))
  if (unknown.length > 0) throw new Error(`nobody reads ${unknown.join()}`)
  return files.flatMap((name) => parse(readFileSync(`${FOLDER}/${name}`, 'utf8')) as Part[])
}

/** Why a reference names no test that exists; undefined if it does. */
export function missing(reference: string): string | undefined {
  if (reference.startsWith('golden/')) {
    return existsSync(path(`test/${reference}/in.yaml`)) ? undefined : `no case ${reference}`
  }
  const [file = '', name = ''] = reference.split(' › ')
  const source = path(`test/${file}.test.ts`)
  if (!existsSync(source)) return `no file ${file}`
  return namesIn(readFileSync(source, 'utf8')).has(name) ? undefined : `no test ${reference}`
}

/** The names that a file's calls of `test` begin with, as they are written. */
function namesIn(source: string): ReadonlySet<string> {
  const calls = source.matchAll(
    /\b(?:test|describe|it)\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`([^`]*)`)/g,
  )
  return new Set([...calls].map(([, a, b, c]) => (a ?? b ?? c ?? '').replace(/\\(.)/g, '$1')))
}

export function isOnEnvoy(reference: string): boolean {
  return reference.startsWith('dataplane/') || reference.startsWith('namespaces/')
}

const HEAD = `# What Istio's objects mean, rule by rule

Where readers of Istio's API go wrong, in our own words, and the tests that show that a mesh of Lotse's does it so. Rules in **bold** are the core of
the API: each has a test that sends requests through a real Envoy (\`dataplane/\`; \`namespaces/\` with captured traffic). The others have one, too, or a golden
case, which \`envoy --mode validate\` accepts. \`test/unit/semantics.test.ts\` sees to it that every named test exists. Single fields: [istio-api.md](istio-api.md).

This file is generated from \`test/semantics\` by \`npm run semantics\`.
`

export function semanticsPage(): string {
  const parts = semantics().map(({ part, rows }) => {
    const items = rows.map(({ rule, core, by = [], open }) => {
      const shown = open ? [`open: ${open}`] : by.map((one) => one.replace(' › ', ': '))
      return [`- ${core ? `**${rule}**` : rule}`, ...shown.map((text) => `  - ${text}`)].join('\n')
    })
    return `## ${part}\n\n${items.join('\n')}\n`
  })
  return [HEAD, ...parts].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, semanticsPage())
