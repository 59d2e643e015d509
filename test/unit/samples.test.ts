// Meshes as Istio's documentation and samples show them, in words of our own: taken without an error, and what they become
// is taken by Envoy. What has no effect yet is named.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { apiRows } from '../../docs/istio-api.ts'
import { fieldsOf } from '../../docs/istio-fields.ts'
import { readMesh } from '../../src/cli/offline.ts'
import { printDiagnostic } from '../../src/model/diagnostic.ts'
import type { Mesh } from '../../src/model/mesh.ts'
import type { ResourceType } from '../../src/model/resource.ts'
import { nodeOf } from '../../src/translate/node.ts'
import { translate } from '../../src/translate/translate.ts'
import { testCa } from '../support/certificates.ts'
import { skip } from '../support/envoy.ts'
import { asStatic } from '../support/static.ts'
import { validate } from '../support/validate.ts'

const FOLDER = fileURLToPath(new URL('../samples/', import.meta.url))
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'))

/** Notes on what a sample leaves out on purpose; anything else that is said would be a surprise. */
const EXPECTED = new Set(['L0107', 'L0238', 'L0240', 'L0245', 'L0246', 'L0260', 'L0291'])

/** Fields that have no effect yet. */
const LATER = [...apiRows({}).values()]
  .flat()
  .flatMap(({ field }) => (field.later ? [field.path] : []))

async function read(name: string) {
  const pair = await (await testCa()).issue({ dns: 'sample.test' })
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const text = readFileSync(FOLDER + name, 'utf8')
    .replaceAll('$CERT', base64(pair.chainPem))
    .replaceAll('$KEY', base64(pair.keyPem))
    .replaceAll('$ROOT', base64(pair.rootPem))
    .replaceAll('"$AUTHORITY"', JSON.stringify(pair.rootPem))
  const folder = mkdtempSync(join(tmpdir(), 'lotse-sample-'))
  try {
    writeFileSync(join(folder, name), text)
    const proxies = /^# proxies: (.+)$/m.exec(text)?.[1]?.split(/\s+/) ?? []
    return { ...(await readMesh([join(folder, name)])), proxies, fields: fieldsOf(text) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function configFor(mesh: Mesh, proxy: string) {
  const [namespace = '', workload = ''] = proxy.split('/')
  const node = nodeOf(
    mesh,
    { namespace, workload, certified: true },
    { id: proxy, certificateFolder: '/certs' },
  )
  const set = translate(mesh, node)
  const bodies = (type: ResourceType) =>
    set[type]
      .flat()
      .map(({ body, virtualHosts }) =>
        virtualHosts ? { ...body, virtual_hosts: virtualHosts.map((host) => host.body) } : body,
      )
  return asStatic({
    ...{ listeners: bodies('listener'), routes: bodies('route'), clusters: bodies('cluster') },
    ...{
      endpoints: bodies('endpoint'),
      secrets: bodies('secret'),
      extensions: bodies('extensionConfig'),
    },
  })
}

for (const name of NAMES) {
  test(`sample ${name}`, { skip }, async () => {
    const { mesh, diagnostics, proxies, fields } = await read(name)
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity === 'error').map(printDiagnostic),
      [],
    )
    const surprises = diagnostics.filter(({ code }) => !EXPECTED.has(code))
    assert.deepEqual(surprises.map(printDiagnostic), [])
    const unsupported = fields.some((field) =>
      LATER.some((one) => `${field}.`.startsWith(`${one}.`)),
    )
    assert.equal(
      diagnostics.some(({ code }) => code === 'L0107'),
      unsupported,
      'what has no effect is named',
    )
    const reasons = await validate(
      await Promise.all(proxies.map((proxy) => configFor(mesh, proxy))),
    )
    assert.deepEqual(
      reasons,
      proxies.map(() => undefined),
    )
  })
}
