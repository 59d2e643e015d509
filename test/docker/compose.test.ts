// The demo's compose file with Lotse's own image and real Envoys; the shop's public images are replaced by its stand-ins.
import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { WORKLOADS } from '../../examples/hipstershop/topology.ts'
import { testFolder } from '../support/envoy.ts'
import { waitFor } from '../support/wait.ts'
import { composeFor } from './support/compose.ts'
import { docker, skip } from './support/docker.ts'
import { envoyImage, nodeImage, ownImage } from './support/images.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FILE = join(ROOT, 'examples', 'hipstershop', 'docker-compose.yaml')
const STAND_INS = `import { startServices } from '${ROOT}examples/hipstershop/services.ts'; await startServices('mesh')`

test('the demo in Docker Compose', { skip }, async (t) => {
  const probe = composeFor([FILE])
  if ('why' in probe) return t.skip(probe.why)
  const images = { node: (await nodeImage()).name, envoy: (await envoyImage()).name }
  const lotse = await ownImage('lotse')
  const proxies = probe('config', '--services')
    .split('\n')
    .filter((name) => name.startsWith('envoy-'))
    .sort()
  const proxied = WORKLOADS.filter((row) => row.proxied).map((row) => `envoy-${row.name}`)
  assert.deepEqual(proxies, proxied.sort())
  const project = `lotse-test-${process.pid}`
  // As text: !reset is a tag of Compose's own.
  const lines = [
    `name: ${project}`,
    'services:',
    `  lotse: { build: !reset null, image: ${lotse}, network_mode: none, ports: !reset [] }`,
    `  enrol: { image: ${lotse} }`,
    ...[...proxies, 'door'].map((name) => `  ${name}: { image: ${images.envoy} }`),
  ]
  const shop = {
    image: images.node,
    working_dir: ROOT,
    volumes: [`${ROOT}:${ROOT}:ro`],
    entrypoint: ['node', '--import', 'tsx', '--input-type=module', '-e', STAND_INS],
  }
  lines.push(`  frontend-v1: ${JSON.stringify(shop)}`)
  const folder = testFolder(t)
  chmodSync(folder, 0o755)
  const override = join(folder, 'override.yaml')
  writeFileSync(override, lines.join('\n'))
  const compose = composeFor([FILE, override])
  assert.ok(!('why' in compose))
  // Without the override, whose folder may be gone by then.
  t.after(() => void probe('--project-name', project, 'down', '--volumes', '--timeout', '1'))

  compose('up', '--detach', '--pull', 'never', 'frontend-v1', 'door', ...proxies)
  const app = compose('ps', '--quiet', 'frontend-v1')
  const call = (url: string) =>
    docker(
      ...['exec', app, 'node', '-e'],
      `fetch('${url}').then(async (a) => console.log(a.status, await a.text()), (e) => console.log(e.cause?.code))`,
    )
  for (const url of ['http://127.10.0.10:8080/', 'http://127.0.0.1:9080/']) {
    const said = await waitFor(
      `${url} shows the shop`,
      () => call(url),
      (text) => text.startsWith('200'),
      { timeout: 60_000, every: 300, context: () => compose('logs', '--tail', '5') },
    )
    // Products and their prices came by other services' Envoys.
    assert.match(said, /<li><a href="\/product\/[^"]+">[^<]+<\/a>, [^<]*\d/)
  }
  assert.match(call('http://127.0.0.1:9081/readyz'), /^200/)
  const names = docker(
    'exec',
    app,
    'node',
    '-e',
    'console.log(require("node:fs").readFileSync("/etc/hosts", "utf8"))',
  )
  assert.match(names, /^127\.20\.0\.11 .*productcatalogservice/m)
})
