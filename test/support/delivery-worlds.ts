// Random meshes as far as delivery is concerned: names, contents, and who names whom.
import fc from 'fast-check'
import type { Chunk, Resource, ResourceSet, ResourceType } from '../../src/model/resource.ts'
import { resourceSet } from './xds-resources.ts'

/** Content of a name: a number, of which some are refused by the proxy and one cannot be encoded. */
export type Content = 0 | 1 | 2 | 3 | 4
export const REFUSED: readonly Content[] = [2, 3]
export const UNENCODABLE: Content = 4
/** Of an extension: before Envoy keeps it. */
export const REFUSED_EARLY: Content = 3

export interface Body {
  readonly name: string
  readonly content: Content
  readonly type?: 'EDS'
  /** Clusters it names. */
  readonly uses: readonly string[]
  /** Extensions it names. */
  readonly filters: readonly string[]
}

/** Names by which the server finds what names a cluster. */
export const cluster = (number: number) => `outbound|80||c${number}`
const CLUSTERS = Array.from({ length: 12 }, (_, at) => cluster(at))
export const ROUTES = ['r0', 'r1', 'r2']
const LISTENERS = ['l0', 'l1']
export const USERS = ['listener', 'route', 'extensionConfig'] as const
export const EXTENSIONS = ['x0', 'x1', 'x2']

/** What a mesh is at one time: contents by name, and which clusters the routes name. */
export interface World {
  readonly clusters: Readonly<Record<string, Content>>
  readonly endpoints: Readonly<Record<string, Content>>
  readonly routes: Readonly<Record<string, { content: Content; uses: readonly number[] }>>
  readonly listeners: Readonly<Record<string, { content: Content; uses: readonly number[] }>>
  readonly extensions?: Readonly<Record<string, Content>>
}

const resources = new Map<string, Resource>()
const chunks = new Map<string, Chunk>()

/** Equal content is the identical object, as translation promises, unless `fresh` asks for an equal copy. */
function once<V>(memory: Map<string, V>, key: string, fresh: boolean, make: () => V): V {
  const found = memory.get(key)
  if (found && !fresh) return found
  const made = make()
  memory.set(key, made)
  return made
}

export function toSet(world: World, fresh: boolean): ResourceSet {
  const present = Object.keys(world.clusters).sort()
  const extensions = world.extensions ?? {}
  const filters = Object.keys(extensions).sort()
  const chunk = (type: ResourceType, bodies: readonly Body[]): Chunk[] =>
    [0, 1].map((half) => {
      const mine = bodies.filter(({ name }) => Number(name.at(-1)) % 2 === half)
      return once(chunks, type + JSON.stringify(mine), fresh, () =>
        mine.map((body) =>
          once(resources, type + JSON.stringify(body), fresh, () => ({
            type,
            name: body.name,
            body,
          })),
        ),
      )
    })
  const users = (of: World['routes']): Body[] =>
    Object.entries(of).map(([name, { content, uses }]) => ({
      name,
      content,
      uses: present.length === 0 ? [] : uses.map((use) => present[use % present.length]!),
      filters: [],
    }))
  const filtered = (bodies: readonly Body[]) => bodies.map((body) => ({ ...body, filters }))
  const plain = (of: World['clusters'], type?: 'EDS'): Body[] =>
    Object.entries(of).map(([name, content]) => ({
      name,
      content,
      uses: [],
      filters: [],
      ...(type ? { type } : {}),
    }))
  const reachable = Object.fromEntries(
    Object.entries(world.endpoints).filter(([name]) => name in world.clusters),
  )
  return resourceSet({
    cluster: chunk('cluster', plain(world.clusters, 'EDS')),
    endpoint: chunk('endpoint', plain(reachable)),
    route: chunk('route', users(world.routes)),
    listener: chunk('listener', filtered(users(world.listeners))),
    extensionConfig: chunk('extensionConfig', plain(extensions)),
  })
}

const content = fc.constantFrom<Content>(0, 0, 0, 1, 1, 1, 2, 3, 4)
const contents = (names: readonly string[]) =>
  fc.dictionary(fc.constantFrom(...names), content, { maxKeys: names.length })
const users = (names: readonly string[]) =>
  fc.dictionary(
    fc.constantFrom(...names),
    fc.record({ content, uses: fc.array(fc.nat(5), { maxLength: 3 }) }),
    { maxKeys: names.length },
  )
export const world: fc.Arbitrary<World> = fc.record({
  clusters: contents(CLUSTERS),
  endpoints: contents(CLUSTERS),
  routes: users(ROUTES),
  listeners: users(LISTENERS),
  extensions: contents(EXTENSIONS),
})
