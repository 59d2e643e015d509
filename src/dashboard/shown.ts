// The part of the control plane that a caller may see: all of it, or what is of one namespace and nothing of another's.
import type { App } from '../app.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Graph, GraphEdge, GraphNode } from '../model/graph.ts'
import type { Mesh, Table } from '../model/mesh.ts'
import type { MeshProxy } from '../proxies.ts'
import type { XdsService } from '../xds/server.ts'

export type ShownService = Pick<XdsService<MeshProxy>, 'streams' | 'proxies' | 'chosen'>

export interface ShownApp
  extends Pick<
    App,
    'mesh' | 'diagnostics' | 'resources' | 'graph' | 'meshGraph' | 'history' | 'onChange'
  > {
  /** Absent: the whole mesh. */
  readonly namespace?: string
  readonly authority?: App['authority']
  readonly services: readonly ShownService[]
}

export function shownTo(app: App, namespace: string | undefined): ShownApp {
  if (namespace === undefined) return app
  const isOwn = ({ name }: MeshProxy) => name.namespace === namespace
  return {
    namespace,
    mesh: () => meshOf(app.mesh(), namespace),
    diagnostics: () => diagnosticsOf(app, namespace),
    services: app.services.map((service) => ({
      streams: () => service.streams(isOwn),
      proxies: () => service.proxies().filter(isOwn),
      chosen: (id) =>
        service.proxies().some((proxy) => proxy.id === id && isOwn(proxy))
          ? service.chosen(id)
          : undefined,
    })),
    resources(proxy) {
      if (!isOwn(proxy)) throw new Error('The proxy is of another namespace')
      return app.resources(proxy)
    },
    graph: async (options) => graphOf(await app.graph(options), namespace),
    meshGraph: async (options) => graphOf(await app.meshGraph(options), namespace),
    history: async (options) => {
      const { by, window, node } = options
      const { nodes: all } = await app.graph({ by, window })
      const nodes = all.filter(({ id }) => id === node)
      const own = nodes.some((one) => one.namespace === namespace)
      // Of another namespace it is told as one of which nothing was ever seen.
      return app.history(own ? options : { ...options, node: '' })
    },
    onChange: app.onChange,
  }
}

/** Its objects. Settings of the mesh, keys and trust belong to no namespace. */
function meshOf(mesh: Mesh, namespace: string): Mesh {
  const tables = Object.entries(mesh.tables).map(([name, table]) => [
    name,
    tableOf(table, namespace),
  ])
  return { generation: mesh.generation, tables: Object.fromEntries(tables) as Mesh['tables'] }
}

function tableOf(table: Table<unknown>, namespace: string): Table<unknown> {
  const keys = table.keysByNamespace.get(namespace) ?? []
  const rows = new Map(keys.map((key) => [key, table.rows.get(key)]))
  return { rows, keys, keysByNamespace: new Map([[namespace, keys]]), changedAt: table.changedAt }
}

/** What is to be said of its objects; where the text names another namespace, only that there is something. */
function diagnosticsOf(app: App, namespace: string): readonly Diagnostic[] {
  const foreign = new RegExp(
    [...namespacesOf(app.mesh())]
      .filter((name) => name !== namespace)
      .map((name) => `(?<![\\w-])${name}/|\\.${name}(?![\\w-])|namespace ${name}(?![\\w-])`)
      .join('|') || '(?!)',
  )
  return app
    .diagnostics()
    .filter(({ about }) => about?.split('/')[1] === namespace)
    .map((diagnostic) =>
      foreign.test(diagnostic.text) ? { ...diagnostic, text: WITHHELD } : diagnostic,
    )
}

const WITHHELD =
  'It has to do with another namespace, of which this token is told nothing; ask an operator of the mesh'

function namespacesOf(mesh: Mesh): ReadonlySet<string> {
  const names = Object.values(mesh.tables).flatMap(({ keysByNamespace }) => [
    ...keysByNamespace.keys(),
  ])
  // Keys of tables without namespaces are no names.
  return new Set(names.filter((name) => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)))
}

const ELSEWHERE: GraphNode = {
  id: 'elsewhere',
  kind: 'outside',
  ...{ service: '', namespace: '', workload: '', version: '' },
}

/** Calls that begin or end in the namespace; whoever is at their other end, in another one, is `elsewhere`. */
function graphOf(graph: Graph, namespace: string): Graph {
  const own = new Set(
    graph.nodes.filter((node) => node.namespace === namespace).map(({ id }) => id),
  )
  const outside = new Set(
    graph.nodes
      .filter(({ kind, namespace }) => kind === 'outside' && !namespace)
      .map(({ id }) => id),
  )
  const named = (id: string) => (own.has(id) || outside.has(id) ? id : ELSEWHERE.id)
  const merged = new Map<string, GraphEdge>()
  for (const edge of graph.edges) {
    if (!own.has(edge.source) && !own.has(edge.target)) continue
    const renamed = { ...edge, source: named(edge.source), target: named(edge.target) }
    const key = JSON.stringify([renamed.source, renamed.target, edge.protocol])
    const before = merged.get(key)
    merged.set(key, before ? together(before, renamed) : renamed)
  }
  const edges = [...merged.values()]
  const used = new Set(edges.flatMap(({ source, target }) => [source, target]))
  const nodes = [...graph.nodes, ELSEWHERE].filter(({ id }) => used.has(id) || own.has(id))
  return { ...graph, nodes, edges }
}

/** Without percentiles, which cannot be added. */
function together(a: GraphEdge, b: GraphEdge): GraphEdge {
  const statuses = { ...a.statuses }
  for (const [name, count] of Object.entries(b.statuses)) {
    statuses[name] = (statuses[name] ?? 0) + count
  }
  const requests = a.requests + b.requests
  const errors = a.errors + b.errors
  return {
    ...{ source: a.source, target: a.target, protocol: a.protocol, statuses, requests, errors },
    reporter: a.reporter,
    mutualTls: a.mutualTls === b.mutualTls ? a.mutualTls : 'some',
    rate: a.rate + b.rate,
    errorShare: requests > 0 ? errors / requests : 0,
    flags: [...new Set([...a.flags, ...b.flags])],
    bytesSent: a.bytesSent + b.bytesSent,
    bytesReceived: a.bytesReceived + b.bytesReceived,
  }
}
