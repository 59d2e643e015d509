// The objects of the sources: in force or refused, what is to be said about them, where they stand, what they apply to.
import type { Diagnostic } from '../model/diagnostic.ts'
import { type Document, KINDS, nameOf } from '../model/document.ts'
import type { Mesh } from '../model/mesh.ts'
import { type Origin, printOrigin } from '../model/origin.ts'
import type { ObjectDetail, ObjectList, ObjectRow, ObjectState, Problem } from './answers.ts'
import { type Asked, type Refusal, type Route, refuse } from './route.ts'
import { count, list, oneOf, place, record, shape, text } from './schema.ts'
import { rootNamespaceOf, scopeText, targetsOf } from './scope.ts'
import type { ShownApp } from './shown.ts'

const STATES = ['refused', 'outdated', 'warned', 'valid'] as const satisfies readonly ObjectState[]

const MOST = 500
const MOST_PROBLEMS = 20

export function problemOf({ severity, code, text, origin }: Diagnostic): Problem {
  return { severity, code, text, ...(origin ? { place: printOrigin(origin) } : {}) }
}

interface Inventory {
  readonly rows: readonly ObjectRow[]
  readonly others: readonly Problem[]
}

const origins = new WeakMap<Document, Origin>()

function originOf(document: Document): Origin {
  const known = origins.get(document) ?? document.at([])
  origins.set(document, known)
  return known
}

/** Every object once: those in force, and those that only diagnostics tell of. */
export function inventory(mesh: Mesh, diagnostics: readonly Diagnostic[]): Inventory {
  const documents = KINDS.flatMap((kind): Document[] => [...mesh.tables[kind].rows.values()])
  const about = new Map<string, Diagnostic[]>()
  const others: Problem[] = []
  const find = finder(documents)
  for (const diagnostic of diagnostics) {
    const name = diagnostic.about ?? (diagnostic.origin && find(diagnostic.origin))
    if (name?.split('/').length !== 3) others.push(problemOf(diagnostic))
    else about.set(name, [...(about.get(name) ?? []), diagnostic])
  }
  const root = rootNamespaceOf(mesh)
  const rows = documents.map((document): ObjectRow => {
    const name = nameOf(document)
    const said = about.get(name) ?? []
    about.delete(name)
    const { namespace, name: own } = document.metadata
    return {
      ...{ kind: document.kind, namespace, name: own },
      state: stateOf(said, true),
      place: printOrigin(originOf(document)),
      scope: scopeText(document, root),
      problems: said.slice(0, MOST_PROBLEMS).map(problemOf),
    }
  })
  const refused = [...about].map(([full, said]): ObjectRow => {
    const [kind = '', namespace = '', name = ''] = full.split('/')
    const problems = said.slice(0, MOST_PROBLEMS).map(problemOf)
    const at = problems[0]?.place
    const state = stateOf(said, false)
    return {
      ...{ kind, namespace, name, state, scope: '', problems },
      ...(at ? { place: at } : {}),
    }
  })
  return { rows: [...rows, ...refused], others }
}

/** The object that a place lies in: the last one of its source that begins at or before it. */
function finder(documents: readonly Document[]): (origin: Origin) => string | undefined {
  let bySource: Map<string, { line: number; name: string }[]> | undefined
  const index = () => {
    const found = new Map<string, { line: number; name: string }[]>()
    for (const document of documents) {
      const { source, line } = originOf(document)
      const entry = { line, name: nameOf(document) }
      const known = found.get(source)
      if (known) known.push(entry)
      else found.set(source, [entry])
    }
    for (const entries of found.values()) entries.sort((a, b) => b.line - a.line)
    return found
  }
  return ({ source, line }) => {
    bySource ??= index()
    return bySource.get(source)?.find((entry) => entry.line <= line)?.name
  }
}

function stateOf(said: readonly Diagnostic[], inForce: boolean): ObjectState {
  const worst = (severity: string) => said.some((one) => one.severity === severity)
  if (worst('error')) return inForce ? 'outdated' : 'refused'
  return worst('warning') ? 'warned' : inForce ? 'valid' : 'refused'
}

function listed(app: ShownApp, { query }: Asked): ObjectList {
  const { rows, others } = inventory(app.mesh(), app.diagnostics())
  const search = (query.search ?? '').toLowerCase()
  const fits = (row: ObjectRow) =>
    (!query.namespace || row.namespace === query.namespace) &&
    (!search ||
      `${row.kind}/${row.namespace}/${row.name} ${row.scope}`.toLowerCase().includes(search))
  const inScope = rows.filter(fits)
  const found = inScope
    .filter((row) => !query.kind || row.kind === query.kind)
    .filter((row) => !query.state || row.state === query.state)
    .sort(byState)
  const from = Math.max(0, Number(query.offset) || 0)
  const wanted = Math.min(MOST, Math.max(1, Number(query.limit) || MOST))
  return {
    total: found.length,
    kinds: tally(inScope.map(({ kind }) => kind)),
    namespaces: [...new Set(rows.map(({ namespace }) => namespace))].sort(),
    states: tally(inScope.map(({ state }) => state)),
    items: found.slice(from, from + wanted),
    others: others.slice(0, MOST),
  }
}

function byState(a: ObjectRow, b: ObjectRow): number {
  const [one, other] = [a, b].map((row) => `${row.kind}/${row.namespace}/${row.name}`)
  return STATES.indexOf(a.state) - STATES.indexOf(b.state) || (one! < other! ? -1 : 1)
}

function tally(values: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return Object.fromEntries([...counts].sort())
}

function detail(app: ShownApp, { params }: Asked): ObjectDetail | Refusal {
  const { kind = '', namespace = '', name = '' } = params
  const mesh = app.mesh()
  const { rows } = inventory(mesh, app.diagnostics())
  const row = rows.find(
    (row) => row.kind === kind && row.namespace === namespace && row.name === name,
  )
  if (!row) return refuse(404, `No source holds a ${kind} ${namespace}/${name}`)
  const table = mesh.tables[kind as (typeof KINDS)[number]]
  const document = table?.rows.get(`${namespace}/${name}`) as Document | undefined
  const targets = document ? targetsOf(mesh, document) : { workloads: [], services: [] }
  return {
    ...row,
    apiVersion: document?.apiVersion ?? '',
    spec: document && kind !== 'Secret' ? document.spec : null,
    ...targets,
  }
}

export const PROBLEM = shape(
  { severity: oneOf('error', 'warning', 'info'), code: text, text },
  { place },
)

const ROW = {
  ...{ kind: text, namespace: text, name: text, scope: text },
  state: oneOf(...STATES),
  problems: list(PROBLEM),
}

export const OBJECT_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/objects',
    summary: 'The objects of the sources: valid, with warnings, or refused; the worst first',
    role: 'read',
    scope: 'namespace',
    query: {
      kind: 'Only this kind',
      namespace: 'Only this namespace',
      state: `Only this state: ${STATES.join(', ')}`,
      search: 'Words in kind, namespace, name or scope',
      offset: 'How many to leave out; default 0',
      limit: `At most so many; default and most ${MOST}`,
    },
    answer: shape({
      total: count,
      kinds: record(count),
      namespaces: list(text),
      states: record(count),
      items: list(shape(ROW, { place })),
      others: list(PROBLEM),
    }),
    handle: listed,
  },
  {
    method: 'GET',
    path: '/api/v1/objects/:kind/:namespace/:name',
    summary: 'One object as it is in force, and the workloads and services that it applies to',
    role: 'read',
    scope: 'namespace',
    answer: shape(
      { ...ROW, apiVersion: text, spec: {}, workloads: list(text), services: list(text) },
      { place },
    ),
    handle: detail,
  },
]
