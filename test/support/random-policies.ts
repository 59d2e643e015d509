// Random sets of policies over one small mesh, as users could write them: of all kinds and all fields, with names that meet.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { Document, Kind } from '../../src/model/document.ts'
import { EMPTY_MESH, type Mesh, nextMesh } from '../../src/model/mesh.ts'
import { SCHEMAS } from '../../src/model/schema/index.ts'
import { check } from '../../src/registry/check.ts'
import { admit, NOTHING_ADMITTED } from '../../src/translate/validate/admit.ts'
import type { Dice } from './dice.ts'
import { randomContent, type Words } from './random-object.ts'

const FILE = fileURLToPath(new URL('random-words.yaml', import.meta.url))

/** Kinds of the sets, the common ones more often, with the names that others refer to. */
const KINDS: readonly (readonly [Kind, ...names: string[]])[] = [
  ...Array.from({ length: 6 }, () => ['VirtualService', 'r1', 'r2', 'r3', 'child'] as const),
  ...Array.from({ length: 5 }, () => ['DestinationRule', 'd1', 'd2', 'd3'] as const),
  ...Array.from({ length: 3 }, () => ['Gateway', 'edge', 'edge-2'] as const),
  ...Array.from({ length: 3 }, () => ['ServiceEntry', 'e1', 'e2'] as const),
  ...Array.from({ length: 2 }, () => ['AuthorizationPolicy', 'a1', 'a2'] as const),
  ['WorkloadEntry', 'w1', 'w2'],
  ['WorkloadGroup', 'g1'],
  ['Sidecar', 's1', 's2'],
  ['PeerAuthentication', 'p1', 'p2'],
  ['RequestAuthentication', 'j1', 'j2'],
  ['Telemetry', 't1'],
  ['WasmPlugin', 'x1', 'x2'],
  ['TrafficExtension', 'x1', 'x2'],
  ['EnvoyFilter', 'f1'],
  ['ProxyConfig', 'c1'],
  ['MeshConfig', 'mesh'],
]

export const POLICY_KINDS: ReadonlySet<Kind> = new Set(KINDS.map(([kind]) => kind))

const NAMESPACES = ['shop', 'shop', 'shop', 'else', 'istio-system']

export interface PolicySet {
  readonly mesh: Mesh
  /** Policies that were valid, and how many were not. */
  readonly valid: readonly Document[]
  readonly refused: number
}

export interface PolicyOptions {
  /** Documents of the mesh that the policies are about. */
  readonly base: readonly object[]
  /** Put in the place of the word FOLDER in file names. */
  readonly folder: string
  readonly policies: number
}

/** A function that makes a set from dice. An object that is not valid is left out, as Lotse leaves it out. */
export function policySets({ base, folder, policies }: PolicyOptions): (dice: Dice) => PolicySet {
  const words = parse(readFileSync(FILE, 'utf8').replaceAll('FOLDER', folder)) as Words
  const fixed = base.flatMap((object) => documentOf(object) ?? [])
  if (fixed.length < base.length) throw new Error('the mesh itself is not valid')
  return (dice) => {
    const made = new Map<string, object>()
    for (let count = 0; count < policies; count++) {
      const [kind, ...names] = dice.pick(KINDS)
      const metadata = { name: dice.pick(names), namespace: dice.pick(NAMESPACES) }
      made.set(`${kind}/${metadata.namespace}/${metadata.name}`, {
        ...{ apiVersion: SCHEMAS[kind].apiVersions[0], kind },
        metadata: kind === 'MeshConfig' ? { name: 'mesh' } : metadata,
        ...content(kind, fitting(kind, randomContent(kind, dice, words))),
      })
    }
    const documents = [...made.values()].flatMap((object) => documentOf(object) ?? [])
    const admitted = admit(NOTHING_ADMITTED, [...fixed, ...documents]).documents
    const valid = admitted.filter((document) => !fixed.includes(document))
    const entries = admitted.filter(({ kind }) => kind === 'WorkloadEntry')
    const enrolments = entries.map(({ metadata }) => ({
      workload: `${metadata.namespace}/${metadata.name}`,
    }))
    const mesh = nextMesh(EMPTY_MESH, { documents: admitted, enrolments })
    return { mesh, valid, refused: made.size - valid.length }
  }
}

interface Fitted {
  readonly hosts?: readonly string[]
  readonly http?: Record<string, unknown>[]
  readonly tls?: readonly { readonly match: readonly { sniHosts: readonly string[] }[] }[]
  readonly servers?: readonly { readonly port: { readonly protocol: string }; tls?: object }[]
}

/** What one field says of another, so that most objects are valid. */
function fitting(kind: Kind, spec: object): object {
  const { hosts = [], http = [], tls = [], servers = [] } = spec as Fitted
  if (kind === 'VirtualService') {
    for (const match of tls.flatMap((rule) => rule.match)) match.sniHosts = hosts
    for (const rule of http) {
      if (rule.route || rule.redirect || rule.directResponse) delete rule.delegate
      if (rule.redirect || rule.directResponse) for (const name of OF_ROUTES) delete rule[name]
    }
  }
  if (kind === 'Gateway') {
    for (const server of servers) {
      const { protocol } = server.port
      if (protocol === 'HTTP' && server.tls) server.tls = { httpsRedirect: true }
      else if (protocol !== 'HTTPS' && protocol !== 'TLS') delete server.tls
    }
  }
  return spec
}

const OF_ROUTES = ['fault', 'rewrite', 'mirror', 'mirrors', 'timeout', 'retries', 'delegate']

function content(kind: Kind, spec: object): object {
  return SCHEMAS[kind].content === 'spec' ? { spec } : spec
}

/** Undefined if its shape is refused. Its places are paths, as `VirtualService/shop/r1 spec.http.0`. */
function documentOf(object: object): Document | undefined {
  const { content: checked, about } = check(object)
  if (!checked) return undefined
  return Object.freeze({
    ...checked,
    at: (path) => ({ source: `${about} ${path.join('.')}`, line: 1, column: 1 }),
  } satisfies Document)
}
