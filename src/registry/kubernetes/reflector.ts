// Keeps a copy of one kind's objects: lists them page by page, then watches, and starts over when the server has forgotten where we were.
import { setTimeout as pause } from 'node:timers/promises'
import { type Connection, messageOf, Refused } from './connection.ts'

/** An object as the API server has it. */
export interface KubernetesObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid?: string
    readonly resourceVersion?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly [field: string]: unknown
}

export interface Reflected {
  /** Candidates, as `/apis/networking.istio.io/v1/virtualservices`: the first that the server has. */
  readonly paths: readonly string[]
  /** As `fieldSelector=type!=helm.sh/release.v1`. */
  readonly query?: string
  /** What is kept of an object, page by page, so that a list of large ones never stands whole in memory. */
  readonly keep: (object: KubernetesObject) => KubernetesObject
  /** All there are, after a list. */
  readonly onList: (objects: readonly KubernetesObject[]) => void
  readonly onChange: (object: KubernetesObject) => void
  readonly onDelete: (object: KubernetesObject) => void
  /** Why the copy may be old now; undefined when it is up to date again. */
  readonly onTrouble: (why: string | undefined) => void
}

const PAGE = 500
/** Seconds after which the server ends a watch, so that replicas of it share the load. */
const WATCH = 300
const FIRST_PAUSE = 200
const LONGEST_PAUSE = 30_000

/** Resolves `synced` after the first list; runs until `stop`, whatever happens to the server. */
export function reflect(
  connection: Connection,
  reflected: Reflected,
  stop: AbortSignal,
): { readonly synced: Promise<void>; readonly ended: Promise<void> } {
  let report: () => void = () => undefined
  const synced = new Promise<void>((resolve) => {
    report = resolve
  })
  return { synced, ended: run(connection, reflected, stop, report) }
}

async function run(
  connection: Connection,
  reflected: Reflected,
  stop: AbortSignal,
  synced: () => void,
): Promise<void> {
  let position: Position | undefined
  let failures = 0
  let unknown = 0
  let opened = Number.POSITIVE_INFINITY
  while (!stop.aborted) {
    try {
      position ??= await list(connection, reflected)
      synced()
      if (position.path === undefined) {
        reflected.onTrouble(undefined)
        // The server does not know the kind: a definition may be installed at any time.
        await rest(++unknown, stop)
        failures = 0
        position = undefined
        continue
      }
      const began = position.version
      opened = performance.now()
      await watch(connection, reflected, position, stop)
      failures = position.version === began ? since(opened, failures) + 1 : 0
      if (failures > 0) await rest(failures, stop)
    } catch (error) {
      if (stop.aborted) return
      if (error instanceof Refused && error.status === GONE) {
        position = undefined
        if (++failures > 1) await rest(failures, stop)
        continue
      }
      // Another version of the kind may be there.
      if (error instanceof Refused && error.status === NOT_FOUND) position = undefined
      failures = since(opened, failures) + 1
      opened = Number.POSITIVE_INFINITY
      if (failures > 1) reflected.onTrouble((error as Error).message)
      await rest(failures, stop)
    }
  }
}

/** Milliseconds after which a watch counts as one that worked, however it ended. */
const SOUND = 10_000

function since(opened: number, failures: number): number {
  return performance.now() - opened > SOUND ? 0 : failures
}

const GONE = 410
const NOT_FOUND = 404

interface Position {
  /** Undefined where the server has none of the paths. */
  readonly path: string | undefined
  version: string
}

/** Exponential, with jitter so that replicas do not come back together. */
async function rest(failures: number, stop: AbortSignal): Promise<void> {
  const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failures - 1, 16))
  const time = longest / 2 + (Math.random() * longest) / 2
  await pause(time, undefined, { signal: stop }).catch(() => undefined)
}

async function list(connection: Connection, reflected: Reflected): Promise<Position> {
  for (const path of reflected.paths) {
    const found = await pages(connection, path, reflected)
    if (!found) continue
    reflected.onList(found.objects)
    return { path, version: found.version }
  }
  const other = await otherVersions(connection, reflected.paths[0] ?? '')
  if (other) throw new Error(other)
  // One that is just starting does not know all of its kinds.
  const { status } = await connection.request('GET', '/readyz')
  if (status >= 500) throw new Refused(status, 'the server is not ready')
  reflected.onList([])
  return { path: undefined, version: '' }
}

/** What the server says of a kind that it has, but in none of the versions that are read: it must not count as gone. */
async function otherVersions(connection: Connection, path: string): Promise<string | undefined> {
  const [, group, plural] = /^\/apis\/([^/]+)\/[^/]+\/([^/]+)$/.exec(path) ?? []
  if (!group) return undefined
  const { status, body } = await connection.request('GET', `/apis/${group}`)
  if (status === NOT_FOUND) return undefined
  if (status !== 200) throw new Refused(status, messageOf(body))
  const { versions = [] } = body as { versions?: readonly { readonly groupVersion: string }[] }
  for (const { groupVersion } of versions) {
    const reply = await connection.request('GET', `/apis/${groupVersion}`)
    const { resources = [] } = reply.body as { resources?: readonly { readonly name: string }[] }
    if (reply.status === 200 && resources.some(({ name }) => name === plural)) {
      return `the server has ${plural} as ${groupVersion}, which this version of Lotse does not read`
    }
  }
  return undefined
}

interface ListBody {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
  readonly items?: readonly KubernetesObject[] | null
}

/** Undefined if the server does not know the path. */
async function pages(
  connection: Connection,
  path: string,
  { query, keep }: Reflected,
): Promise<{ objects: KubernetesObject[]; version: string } | undefined> {
  const objects: KubernetesObject[] = []
  let token = ''
  for (;;) {
    const more = token ? `&continue=${encodeURIComponent(token)}` : ''
    const url = `${path}?limit=${PAGE}${query ? `&${query}` : ''}${more}`
    const { status, body } = await connection.request('GET', url)
    if (status === NOT_FOUND) return undefined
    if (status !== 200) throw new Refused(status, messageOf(body))
    const { apiVersion, kind, metadata, items } = body as ListBody
    // The items of a list say neither kind nor version.
    const common = { apiVersion, kind: kind?.replace(/List$/, '') }
    for (const item of items ?? []) objects.push(keep({ ...common, ...item } as KubernetesObject))
    token = metadata?.continue ?? ''
    if (!token) return { objects, version: metadata?.resourceVersion ?? '' }
  }
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: KubernetesObject & { readonly code?: number; readonly message?: string }
}

/** Until the server ends it; moves `position` along. */
async function watch(
  connection: Connection,
  reflected: Reflected,
  position: Position,
  stop: AbortSignal,
): Promise<void> {
  const seconds = Math.round(WATCH * (1 + Math.random()))
  const query = reflected.query ? `&${reflected.query}` : ''
  const url = `${position.path}?watch=1&allowWatchBookmarks=true&timeoutSeconds=${seconds}&resourceVersion=${position.version}${query}`
  let failed: Refused | undefined
  const onLine = (line: string) => {
    if (line === '' || failed || stop.aborted) return
    const { type, object } = JSON.parse(line) as WatchEvent
    if (type === 'ERROR') {
      failed = new Refused(object.code ?? 0, messageOf(object))
      return
    }
    position.version = object.metadata.resourceVersion ?? position.version
    if (type === 'ADDED' || type === 'MODIFIED') reflected.onChange(reflected.keep(object))
    else if (type === 'DELETED') reflected.onDelete(reflected.keep(object))
  }
  await connection.lines(url, { onOpen: () => reflected.onTrouble(undefined), onLine }, stop)
  if (failed) throw failed
}
