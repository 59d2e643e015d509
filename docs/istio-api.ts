// Writes docs/istio-api.md: every field of Istio's API that the schemas have, and what proves that it works; `npm run api`.
// `npm run api -- record [WORD…]` runs the data plane tests (or those whose path has a word) and notes which fields they use.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { KINDS, type Kind } from '../src/model/document.ts'
import type { Schema } from '../src/model/shape.ts'
import type { Recorded } from '../test/support/fields.ts'
import { codesByField } from './istio-codes.ts'
import { allFields, type Field, fieldsOf } from './istio-fields.ts'

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))
export const API_FILE = path('docs/istio-api.md')
/** What the last recording saw: by field the tests that use it, with how many fields each of them uses. */
const RECORD_FILE = path('test/fields.json')

type Evidence = readonly (readonly [test: string, fields: number])[]
export type Recording = Readonly<Record<string, Evidence>>

/** Tests that use few fields say more about each. */
const KEPT = 2

export const STATES = [
  'Envoy',
  'golden',
  'outside',
  'refused',
  'no effect',
  'not yet',
  'no test',
] as const

/** Kubernetes' own: a unit test sets them all and sees no difference for any proxy. */
export const OUTSIDE: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  Service: [
    'ports.nodePort',
    'externalIPs',
    'sessionAffinity',
    'sessionAffinityConfig',
    'loadBalancerIP',
    'loadBalancerSourceRanges',
    'loadBalancerClass',
    'externalTrafficPolicy',
    'internalTrafficPolicy',
    'healthCheckNodePort',
    'publishNotReadyAddresses',
    'ipFamilies',
    'ipFamilyPolicy',
    'allocateLoadBalancerNodePorts',
  ],
  EndpointSlice: [
    'endpoints.hostname',
    'endpoints.nodeName',
    ...['uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
      (name) => `endpoints.targetRef.${name}`,
    ),
    'endpoints.deprecatedTopology',
    'endpoints.hints',
    'ports.protocol',
    'ports.appProtocol',
  ],
  Namespace: ['finalizers'],
  Secret: ['type', 'immutable'],
  ConfigMap: ['data', 'binaryData', 'immutable'],
}

/** For the Gateway API and for waypoints, neither of which Lotse has: by field the code of the warning; a unit test asks for each. */
export const REFUSED: Readonly<Record<string, string>> = {
  'EnvoyFilter.targetRefs': 'L0291',
  'EnvoyFilter.configPatches.match.waypoint': 'L0291',
  'AuthorizationPolicy.targetRef': 'L0251',
  'AuthorizationPolicy.targetRefs': 'L0251',
  'RequestAuthentication.targetRef': 'L0251',
  'RequestAuthentication.targetRefs': 'L0251',
  'Telemetry.targetRef': 'L0251',
  'Telemetry.targetRefs': 'L0251',
  'WasmPlugin.targetRef': 'L0251',
  'WasmPlugin.targetRefs': 'L0251',
  'TrafficExtension.targetRefs': 'L0251',
}

export interface Row {
  readonly field: Field
  readonly state: (typeof STATES)[number]
  readonly why: string
}

export function readRecording(): Recording {
  return JSON.parse(readFileSync(RECORD_FILE, 'utf8')) as Recording
}

/** The rows of every kind. */
export function apiRows(recording: Recording): ReadonlyMap<Kind, readonly Row[]> {
  const goldens = goldenFields()
  const seen = new Map<Schema, string>()
  return new Map(
    KINDS.map((kind) => [kind, allFields(kind, seen).map((one) => rowOf(one, recording, goldens))]),
  )
}

function rowOf(field: Field, recording: Recording, goldens: ReadonlyMap<string, string>): Row {
  const uses = (path: string) =>
    field.same ? path === field.path || path.startsWith(`${field.path}.`) : path === field.path
  if (field.later) return { field, state: 'not yet', why: 'using it gives the warning L0107' }
  if (field.unused) return { field, state: 'no effect', why: `warning L0238: ${field.unused}` }
  const refusal = Object.entries(REFUSED).find(([path]) => `${field.path}.`.startsWith(`${path}.`))
  if (refusal) return { field, state: 'refused', why: `applies to nothing: warning ${refusal[1]}` }
  if (isOutside(field.path)) return { field, state: 'outside', why: '' }
  const tests = Object.entries(recording).filter(([path]) => uses(path))
  const [best] = tests.flatMap(([, evidence]) => evidence).sort(byWorth)
  if (best) return { field, state: 'Envoy', why: nameOf(best[0]) }
  const [golden] = [...goldens].filter(([path]) => uses(path))
  return golden ? { field, state: 'golden', why: golden[1] } : { field, state: 'no test', why: '' }
}

function isOutside(path: string): boolean {
  const [kind = '', ...names] = path.split('.')
  return OUTSIDE[kind as Kind]?.includes(names.join('.')) ?? false
}

function nameOf(test: string): string {
  const [file = '', ...names] = test.split(' › ')
  const last = names.at(-1) || 'what its tests have in common'
  return `${file.replace('test/', '')}: ${last}`.replaceAll('|', '\\|')
}

/** By field the golden case or sample with the fewest others; `envoy --mode validate` accepts what each becomes. */
function goldenFields(): ReadonlyMap<string, string> {
  const samples = readdirSync(path('test/samples')).map((name) => `test/samples/${name}`)
  const folders = readdirSync(path('test/golden'), { withFileTypes: true })
  const goldens = folders
    .filter((one) => one.isDirectory())
    .map(({ name }) => `test/golden/${name}/in.yaml`)
  const cases = [...samples, ...goldens].map((file) => {
    const fields = fieldsOf(readFileSync(path(file), 'utf8'))
    return { name: file.replace(/^test\/|\/in.yaml$|\.yaml$/g, ''), fields }
  })
  cases.sort((a, b) => b.fields.length - a.fields.length || (a.name < b.name ? -1 : 1))
  return new Map(cases.flatMap(({ name, fields }) => fields.map((field) => [field, name])))
}

const HEAD = `# Istio's API, field by field

Every field that Lotse's schemas have (\`src/model/schema\`), those of the [Kubernetes Gateway API](gateway-api.md) at the end, and how
it is known to work (KubernetesGateway is the kind that is written \`Gateway\` there):

- **Envoy**: a test sets it in a mesh of real Envoys; the one named is the narrowest that does.
- **golden**: a golden case or a sample uses it; \`envoy --mode validate\` accepts what it becomes.
- **outside**: Kubernetes' own; nothing that a proxy gets depends on it, and a unit test sees to that.
- **refused**: it is for things that Lotse does not have; the object applies to nothing, and a warning says so.
- **no effect**: it does nothing in Istio either, or is about what is not there outside Istio; the warning L0238 at its line says why,
  and a unit test uses each of them.
- **not yet**: it is read and checked, and using it gives the warning L0107 at its line.
- **no test**: nothing of the above.

The last column has the codes by which unit tests see values refused or warned about at that field ([codes.md](codes.md)). Besides, at any
field, a value of another type or out of its bounds is L0105, and a field that has to be there L0106; one that stands nowhere here is L0104.
Map keys of the user's own are written \`*\`. A block that stands in several places is listed where it is first.

This file is generated: \`npm run api\` writes it from the schemas, the golden cases, the samples and \`test/fields.json\`;
\`npm run api -- record dataplane/routing\` runs those tests and notes anew which fields they use (all of them without a word).
`

/** The whole file. */
export function apiPage(recording: Recording): string {
  const rows = apiRows(recording)
  const summary = [...rows].map(([kind, list]) => [
    kind,
    ...[undefined, ...STATES].map((state) =>
      String(list.filter((row) => state === undefined || row.state === state).length),
    ),
  ])
  const codes = codesByField([...rows.values()].flat().map(({ field }) => field))
  const chapters = [...rows].map(
    ([kind, list]) => `\n## ${kind}\n\n${chapter(kind, list, codes)}\n`,
  )
  return `${HEAD}\n${table(['kind', 'fields', ...STATES], summary)}\n${chapters.join('')}`
}

function chapter(
  kind: Kind,
  rows: readonly Row[],
  codes: ReadonlyMap<string, readonly string[]>,
): string {
  const nameIn = (path: string) => `\`${path.slice(kind.length + 1) || kind}\``
  const cells = rows.map(({ field, state, why }) => {
    const name = nameIn(field.path)
    const wrong = codes.get(field.path)?.join(', ') ?? ''
    return [field.same ? `${name}, as \`${field.same}\`` : name, state, why, wrong]
  })
  const fields = new Set(rows.map(({ field }) => field.path))
  const blocks = [...codes]
    .filter(([path]) => path.split('.')[0] === kind && !fields.has(path))
    .map(([path, list]) => `${nameIn(path)} ${list.join(', ')}`)
  const whole = blocks.length > 0 ? `\n\nOf whole blocks: ${blocks.join('; ')}.` : ''
  return `${table(['field', 'state', 'by', 'codes'], cells)}${whole}`
}

/** As the formatter lays tables out. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [
    line(head),
    `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`,
    ...rows.map(line),
  ].join('\n')
}

/** Runs tests and puts what they use in the place of what was noted of their files. */
function record(words: readonly string[]): void {
  const files = ['dataplane', 'namespaces']
    .flatMap((folder) =>
      readdirSync(path(`test/${folder}`)).map((name) => `test/${folder}/${name}`),
    )
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => !/random|explain/.test(file))
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  const folder = mkdtempSync(join(tmpdir(), 'lotse-fields-'))
  const seen = join(folder, 'fields')
  const args = [
    '--import',
    'tsx',
    '--test',
    '--test-concurrency=2',
    '--test-reporter=dot',
    ...files,
  ]
  const env = { ...process.env, LOTSE_FIELDS: seen }
  const { status } = spawnSync(process.execPath, args, { cwd: path('.'), env, stdio: 'inherit' })
  const lines = existsSync(seen) ? readFileSync(seen, 'utf8').trim().split('\n') : []
  rmSync(folder, { recursive: true })
  if (status !== 0) throw new Error('a test failed: nothing was recorded')
  writeFileSync(RECORD_FILE, printed(merged(readRecording(), lines)))
}

function merged(before: Recording, lines: readonly string[]): Recording {
  const of = (test: string) => test.split(' › ')[0] ?? ''
  const ran = new Set(lines.map((line) => of((JSON.parse(line) as Recorded).test)))
  const fields = new Map<string, Set<string>>()
  for (const line of lines) {
    const { test, fields: used } = JSON.parse(line) as Recorded
    fields.set(test, new Set([...(fields.get(test) ?? []), ...used]))
  }
  const all = new Map<string, (readonly [string, number])[]>()
  for (const [field, evidence] of Object.entries(before)) {
    all.set(
      field,
      evidence.filter(([test]) => !ran.has(of(test))),
    )
  }
  for (const [test, used] of fields) {
    for (const field of used) all.set(field, [...(all.get(field) ?? []), [test, used.size]])
  }
  const kept = [...all].map(([field, list]) => [field, list.sort(byWorth).slice(0, KEPT)] as const)
  return Object.fromEntries(kept.filter(([, list]) => list.length > 0).sort())
}

function byWorth(a: readonly [string, number], b: readonly [string, number]): number {
  return a[1] - b[1] || (a[0] < b[0] ? -1 : 1)
}

/** A field a line. */
function printed(recording: Recording): string {
  const lines = Object.entries(recording).map(
    ([field, evidence]) => `  ${JSON.stringify(field)}: ${JSON.stringify(evidence)}`,
  )
  return `{\n${lines.join(',\n')}\n}\n`
}

if (process.argv[1] && pathToFileURL(process.argv[1]).href === import.meta.url) {
  const [command, ...words] = process.argv.slice(2)
  if (command === 'record') record(words)
  writeFileSync(API_FILE, apiPage(readRecording()))
}
