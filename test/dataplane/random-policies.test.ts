// Thousands of random sets of valid policies: a real Envoy of each kind accepts what each of them becomes.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join as path } from 'node:path'
import { type TestContext, test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { printDiagnostic } from '../../src/model/diagnostic.ts'
import type { Document } from '../../src/model/document.ts'
import type { Mesh } from '../../src/model/mesh.ts'
import {
  MESSAGE_NAMES,
  RESOURCE_TYPES,
  type Resource,
  type ResourceSet,
} from '../../src/model/resource.ts'
import { nodeOf } from '../../src/translate/node.ts'
import { translate } from '../../src/translate/translate.ts'
import { encodeMessage } from '../../src/xds/encode/index.ts'
import { writeCertificateFolder } from '../support/certificate-folder.ts'
import { testCa } from '../support/certificates.ts'
import { dice, seedOfRun } from '../support/dice.ts'
import { skip, testEnvoy, testFolder } from '../support/envoy.ts'
import { POLICY_KINDS, policySets } from '../support/random-policies.ts'
import { waitFor } from '../support/wait.ts'
import { wasmModule } from '../support/wasm-module.ts'
import { join, pairSecret, policy, service, workload } from '../support/workload.ts'
import { type TestXds, testXds } from '../support/xds-server.ts'

/** Sets for each of the proxies below. */
const SETS = Number(process.env.SETS ?? 670)
const POLICIES = 8
const PROXIES = ['shop/client', 'shop/web-1', 'shop/edge'] as const

/** A client with listeners of its own, a captured workload, a gateway, and services of each protocol. */
function base(pair: {
  readonly chainPem: string
  readonly keyPem: string
  readonly rootPem: string
}) {
  const calls = [
    { port: 8000, protocol: 'HTTP' },
    { port: 9000, protocol: 'TCP' },
    { port: 8443, protocol: 'TLS' },
    { port: 8002, protocol: 'auto' },
  ]
  const more = { 'ca.crt': pair.rootPem }
  return join(
    workload({ workload: 'shop/client', address: '127.0.0.2', calls, locality: 'eu/berlin/1' }),
    ...[1, 2].map((version) =>
      workload({
        ...{ workload: `shop/web-${version}`, address: `127.0.1.${version}`, account: 'web' },
        labels: { app: 'web', version: String(version) },
        locality: version === 1 ? 'eu/bonn' : 'us/nyc',
      }),
    ),
    workload({ workload: 'shop/edge', address: '127.0.0.3', labels: { istio: 'edge' } }),
    workload({ workload: 'else/web-1', address: '127.0.2.1', labels: { app: 'web' } }),
    policy(
      'Gateway',
      'shop/first',
      '{selector: {istio: edge}, servers: [{port: {number: 8080, name: http, protocol: HTTP}, hosts: ["*"]}]}',
    ),
    service('shop/web', { app: 'web' }, 'http:8000:8080', 'grpc:8001:8080'),
    service('else/web', { app: 'web' }, 'http:8000:8080'),
    service('shop/cart', { app: 'web' }, 'http:8000:8081', 'tcp:9000'),
    service('shop/auto', { app: 'web' }, 'auto:8002'),
    service('shop/lines', { app: 'web' }, 'tcp:9000'),
    service('shop/secure', { app: 'web' }, 'tls:8443'),
    `{apiVersion: v1, kind: Service, metadata: {name: pods, namespace: shop},
      spec: {clusterIP: None, selector: {app: web}, ports: [{name: http, port: 8000}, {name: tcp, port: 9000}]}}`,
    ...['bank', 'second'].map((name) => pairSecret(`shop/${name}`, pair, more)),
    pairSecret('shop/bank-cacert', pair, more),
  )
}

test('Envoy accepts what random valid policies become', { skip }, async (t) => {
  const seed = seedOfRun()
  const ca = await testCa()
  const pair = await ca.issue({ uri: 'spiffe://cluster.local/ns/shop/sa/client', dns: 'a.test' })
  const folder = testFolder(t)
  writeCertificateFolder(folder, pair)
  writeFileSync(path(folder, 'crl.pem'), await ca.crl())
  wasmModule(folder)
  const make = policySets({
    base: parseAllDocuments(base(pair)).map((document) => document.toJS() as object),
    ...{ folder, policies: POLICIES },
  })
  const proxies = await Promise.all(PROXIES.map((name) => startProxy(t, name, folder)))
  const counts = { sets: 0, valid: 0, refused: 0, resources: 0 }
  const kinds = new Map<string, number>()
  const problems = new Map<string, string>()
  for (let round = 0; round < SETS; round++) {
    await Promise.all(
      proxies.map(async ({ name, show }, index) => {
        const own = seed + round * PROXIES.length + index
        const set = make(dice(own))
        counts.sets += 1
        counts.valid += set.valid.length
        counts.refused += set.refused
        for (const { kind } of set.valid) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
        const { resources, refusals } = await show(set.mesh)
        counts.resources += resources
        for (const text of refusals)
          problems.set(
            text.replace(/\d+/g, 'N').replace(/^.*?: error/, ''),
            `${text} ${name} SEED=${own} ${print(set.valid)}`,
          )
      }),
    )
  }
  assert.deepEqual([...problems], [], `SEED=${seed}`)
  // Otherwise the test would prove little.
  assert.ok(counts.sets >= 2_000 && counts.valid > 5 * counts.sets, JSON.stringify(counts))
  assert.ok(counts.resources > 10 * counts.sets, JSON.stringify(counts))
  for (const kind of POLICY_KINDS) assert.ok((kinds.get(kind) ?? 0) > 100, `few of ${kind}`)
})

interface Shown {
  readonly resources: number
  /** What Envoy said of what it refused. */
  readonly refusals: readonly string[]
}

/** An Envoy that stays, and what shows it the configuration that its workload gets in a mesh. */
async function startProxy(t: TestContext, name: string, folder: string) {
  const [namespace = '', workload = ''] = name.split('/')
  const xds = await testXds(t)
  await testEnvoy(t, {
    bootstrap: {
      proxy: { namespace, workload, address: '127.0.0.1' },
      xds: [{ host: '127.0.0.1', port: xds.port }],
    },
    drainSeconds: 1,
  })
  const show = async (mesh: Mesh): Promise<Shown> => {
    const claims = { id: name, certificateFolder: folder }
    const node = nodeOf(mesh, { namespace, workload, certified: true }, claims)
    const set = unbound(translate(mesh, node))
    const unsendable = problemsOf(set)
    if (unsendable.length > 0) return { resources: 0, refusals: unsendable }
    const before = xds.log.length
    xds.push(set)
    await settled(xds, set, before)
    const refusals = xds.log.slice(before).filter(({ severity }) => severity === 'error')
    return { resources: sizeOf(set), refusals: refusals.map(printDiagnostic) }
  }
  return { name, show }
}

/** What Lotse itself would withhold, and names that two resources have. */
function problemsOf(set: ResourceSet): string[] {
  const all = RESOURCE_TYPES.flatMap((type) => set[type].flat())
  const names = all.map(({ type, name }) => `${type} ${name}`)
  const twice = names.filter((name, index) => names.indexOf(name) < index)
  if (twice.length > 0) return twice.map((name) => `${name} is there twice`)
  return all
    .flatMap((one) => [one, ...(one.virtualHosts ?? [])])
    .flatMap(({ type, name, body }) => {
      const result = encodeMessage(MESSAGE_NAMES[type], body)
      return 'errors' in result ? [`${type} ${name}: ${JSON.stringify(result.errors)}`] : []
    })
}

/** Listeners take no port of this machine: Envoy checks and warms them all the same. */
function unbound(set: ResourceSet): ResourceSet {
  const listener = set.listener.map((chunk) =>
    chunk.map((one) => ({ ...one, body: { ...one.body, bind_to_port: false } })),
  )
  return { ...set, listener }
}

/** Envoy has answered for all of it, also for what the listeners and clusters name. */
async function settled(xds: TestXds, set: ResourceSet, before: number): Promise<void> {
  const text = JSON.stringify([set.listener, set.cluster])
  const routes = new Set(text.match(/"route_config_name":"[^"]+"/g))
  const wanted = { route: routes.size, cluster: count(set.cluster), listener: count(set.listener) }
  const look = () => {
    if (xds.log.slice(before).some(({ severity }) => severity === 'error')) return 'refused'
    const [stream] = xds.service.streams()
    const types = stream?.types ?? {}
    const open = Object.entries(types).filter(([, { stale }]) => stale)
    const short = Object.entries(wanted).filter(
      ([type, size]) => (types[type as keyof typeof wanted]?.held ?? 0) < size,
    )
    return open.length + short.length === 0 ? 'accepted' : { open, short, wanted }
  }
  const passes = (state: unknown) => typeof state === 'string'
  await waitFor('Envoy to answer', look, passes, { every: 1, timeout: 60_000 })
}

function count(chunks: readonly (readonly Resource[])[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0)
}

function sizeOf(set: ResourceSet): number {
  return RESOURCE_TYPES.reduce((sum, type) => sum + count(set[type]), 0)
}

function print(documents: readonly Document[]): string {
  return documents
    .map(({ kind, metadata: { namespace, name }, spec }) =>
      JSON.stringify({ kind, namespace, name, spec }),
    )
    .join('\n')
}
