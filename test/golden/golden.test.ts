// Compares every golden case with what translation yields, and shows the result to the real Envoy.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { RESOURCE_TYPES, type Resource, type ResourceSet } from '../../src/model/resource.ts'
import { skip, testFolder } from '../support/envoy.ts'
import { asStatic } from '../support/static.ts'
import { validate } from '../support/validate.ts'
import { wasmModule } from '../support/wasm-module.ts'
import { caseNames, FOLDER, type Golden, golden } from './cases.ts'

const cases: Golden[] = []
for (const name of caseNames()) cases.push(await golden(name))

for (const { name, files } of cases) {
  test(`golden ${name}`, () => {
    const there = readdirSync(`${FOLDER}${name}`).filter((file) => file !== 'in.yaml')
    assert.deepEqual(there.sort(), [...files.keys()].sort(), 'run `npm run golden`')
    for (const [file, text] of files) {
      assert.equal(readFileSync(`${FOLDER}${name}/${file}`, 'utf8'), text, `${name}/${file}`)
    }
  })
}

test('Envoy accepts every golden', { skip }, async (t) => {
  const module = wasmModule(testFolder(t))
  const proxies = cases.flatMap(({ name, sets }) =>
    [...sets].map(([proxy, set]) => ({ what: `${name} ${proxy}`, set })),
  )
  const configs = await Promise.all(proxies.map(({ set }) => asStatic(resourcesOf(set, module))))
  const reasons = await validate(configs)
  for (const [index, { what }] of proxies.entries()) assert.equal(reasons[index], undefined, what)
})

function resourcesOf(set: ResourceSet, module: string) {
  const bodies = Object.fromEntries(
    RESOURCE_TYPES.map((type) => [type, set[type].flat().map(whole)]),
  ) as Record<(typeof RESOURCE_TYPES)[number], object[]>
  return {
    listeners: bodies.listener,
    routes: bodies.route,
    clusters: bodies.cluster,
    endpoints: bodies.endpoint,
    secrets: bodies.secret,
    extensions: bodies.extensionConfig.map((body) => withModule(body, module)),
  }
}

function whole({ body, virtualHosts }: Resource): object {
  return virtualHosts ? { ...body, virtual_hosts: virtualHosts.map((host) => host.body) } : body
}

/** Envoy opens the file. */
function withModule(body: object, module: string): object {
  return JSON.parse(JSON.stringify(body).replaceAll('/opt/filters/openid.wasm', module)) as object
}
