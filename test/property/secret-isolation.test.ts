// Secrets go to the identity they are for, and to nobody else: random identities over mutual TLS at the real server, with caches that are hot.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { credentials } from '@grpc/grpc-js'
import fc from 'fast-check'
import { type App, openApp } from '../../src/app.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { enrolWorkload } from '../../src/cli/bootstrap.ts'
import { testCa } from '../support/certificates.ts'
import { testFolder } from '../support/envoy.ts'
import { join as documents, pairSecret, policy, workload } from '../support/workload.ts'
import { XdsClient } from '../support/xds-client.ts'
import '../support/laws.ts'

const NAMESPACES = ['a', 'b', 'c'] as const
const KINDS = ['gateway', 'web', 'other'] as const
/** What anybody may ask for, whosever it is. */
const NAMES = [
  'default',
  'ROOTCA',
  'kubernetes://cred',
  'kubernetes://cred-cacert',
  'kubernetes://a/cred',
  '*',
]

interface Identity {
  readonly namespace: string
  readonly name: string
  readonly key: string
  readonly chain: string
  readonly root: string
}

interface World {
  readonly app: App
  readonly identities: readonly Identity[]
  /** Certificate and key of each namespace's credential, as PEM without its frame: what must not leave it. */
  readonly marks: Readonly<Record<string, readonly string[]>>
  /** Another edit of the mesh, so that some of the caches are stale and some are not. */
  touch(): void
}

const body = (pem: string): string => pem.split('\n').slice(1, 4).join('\n')

async function world(t: TestContext): Promise<World> {
  const folder = testFolder(t)
  const config = join(folder, 'config')
  const data = join(folder, 'data')
  mkdirSync(config, { recursive: true })
  const ca = await testCa('public')
  const marks: Record<string, string[]> = {}
  const yaml: string[] = []
  for (const namespace of NAMESPACES) {
    // One name in all of them.
    const pair = await ca.issue({ dns: `${namespace}.test` })
    marks[namespace] = [body(pair.keyPem), body(pair.chainPem)]
    yaml.push(pairSecret(`${namespace}/cred`, pair))
    for (const name of KINDS) {
      const labels = { istio: name === 'gateway' ? 'edge' : name }
      yaml.push(workload({ workload: `${namespace}/${name}`, address: '127.9.2.1', labels }))
    }
    const server = `{port: {number: 8443, name: https, protocol: HTTPS}, hosts: ["*"], tls: {mode: SIMPLE, credentialName: cred}}`
    yaml.push(
      policy('Gateway', `${namespace}/edge`, `{selector: {istio: edge}, servers: [${server}]}`),
    )
  }
  writeFileSync(join(config, 'mesh.yaml'), documents(...yaml))
  const app = await openApp({ config: [config], data, xds: '127.0.0.1:0', log: () => undefined })
  if (isProblem(app)) throw new Error(app.text)
  t.after(() => app.close())
  const identities: Identity[] = []
  for (const namespace of NAMESPACES) {
    for (const name of KINDS) {
      const out = testFolder(t)
      const enrolled = await enrolWorkload({
        ...{ workload: `${namespace}/${name}`, xds: app.xds, out, admin: '127.0.0.1:0' },
        tokenFile: join(data, 'join-token'),
      })
      if (isProblem(enrolled)) throw new Error(enrolled.text)
      const read = (file: string) => readFileSync(join(out, 'certs', file), 'utf8')
      const root = app.authority.trust.rootsPem.join('')
      identities.push({ namespace, name, key: read('key.pem'), chain: read('chain.pem'), root })
    }
  }
  let edits = 0
  const touch = () => {
    edits += 1
    const object = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: touch}\ndata: {n: "${edits}"}\n`
    writeFileSync(join(config, 'touch.yaml'), object)
  }
  return { app, identities, marks, touch }
}

const step = fc.record({
  who: fc.nat(NAMESPACES.length * KINDS.length - 1),
  /** Whom the node says it is, and what it says of itself. */
  claims: fc.nat(NAMESPACES.length * KINDS.length - 1),
  type: fc.constantFrom('sidecar', 'router'),
  labels: fc.constantFrom({}, { istio: 'edge' }, { app: 'web' }),
  mode: fc.constantFrom('delta' as const, 'sotw' as const),
  names: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: NAMES.length }),
  edit: fc.boolean(),
  again: fc.boolean(),
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

test('no secret reaches a stream of another identity', async (t) => {
  const w = await world(t)
  let delivered = 0
  let strangers = 0
  const ask = async ({ who, claims, type, labels, mode, names, edit, again }: Step) => {
    const own = w.identities[who]!
    const claimed = w.identities[claims]!
    if (edit) w.touch()
    const received: Buffer[] = []
    const connect = async () => {
      const client = new XdsClient({
        ...{ address: w.app.xds, mode },
        credentials: credentials.createSsl(
          Buffer.from(own.root),
          Buffer.from(own.key),
          Buffer.from(own.chain),
        ),
        node: {
          id: `${type}~127.9.2.1~${claimed.name}.${claimed.namespace}~x`,
          metadata: {
            ...{ LABELS: labels, NAMESPACE: claimed.namespace },
            LOTSE_CERT_DIR: `/${own.namespace}-${own.name}`,
          },
        },
        onResponse: ({ resources }) => {
          for (const { bytes } of resources) if (bytes) received.push(bytes)
        },
      }).connect()
      try {
        client.subscribe('listener').subscribe('secret', ['ROOTCA', ...names])
        const told = () => client.responses.some((one) => one.type === 'secret')
        await client.until(() => client.ended !== undefined || told(), 'secrets')
      } finally {
        client.close()
      }
    }
    await connect()
    if (again) await connect()
    const text = Buffer.concat(received).toString('latin1')
    for (const [namespace, marks] of Object.entries(w.marks)) {
      const has = marks.some((mark) => text.includes(mark))
      if (has) {
        const whose = `${namespace}'s credential at ${own.namespace}/${own.name}`
        assert.equal(own.namespace, namespace, whose)
        assert.equal(own.name, 'gateway', whose)
        delivered += 1
      } else strangers += 1
    }
    for (const { namespace, name } of w.identities) {
      if (namespace === own.namespace && name === own.name) continue
      assert.ok(!text.includes(`/${namespace}-${name}/`), 'the key files of another')
    }
  }
  const law = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 6 }), async (steps) => {
    // All at once: they meet in the same caches.
    await Promise.all(steps.map(ask))
  })
  await fc.assert(law, { numRuns: 25, endOnFailure: true })
  // Every gateway gets its own, so the law was not kept by serving nothing.
  const all = w.identities.map(
    (_, who): Step => ({
      ...{
        who,
        claims: (who + 1) % w.identities.length,
        type: 'sidecar',
        labels: {},
        mode: 'delta',
      },
      ...{ names: [...NAMES], edit: false, again: false },
    }),
  )
  const before = delivered
  await Promise.all(all.map(ask))
  assert.equal(delivered - before, NAMESPACES.length)
  assert.ok(strangers > 100, `${strangers} chances to fail`)
})
