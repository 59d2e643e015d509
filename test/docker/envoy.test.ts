// An Envoy in a container behaves as the program itself does: it starts, drains and ends by signals, and leaves no container.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isProblem } from '../../envoy/problem.ts'
import { type RunningEnvoy, startEnvoy, validateConfig } from '../../envoy/run.ts'
import { writeFolder } from '../../envoy/write.ts'
import { testFolder } from '../support/envoy.ts'
import { waitFor } from '../support/wait.ts'
import { docker, skip } from './support/docker.ts'
import { envoyImage } from './support/images.ts'

const ENVOY = fileURLToPath(new URL('envoy', import.meta.url))

before(async () => {
  if (!skip) process.env.LOTSE_ENVOY_IMAGE = (await envoyImage()).name
})

const containers = (envoy: RunningEnvoy): string =>
  docker('ps', '--all', '--quiet', '--filter', `name=^lotse-envoy-${envoy.pid}-`)

async function started(t: Parameters<typeof testFolder>[0]): Promise<RunningEnvoy> {
  const admin = { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } }
  const config = writeFolder(testFolder(t), { 'envoy.yaml': { admin } })
  assert.ok(!isProblem(config))
  const envoy = await startEnvoy({ binary: ENVOY, config, concurrency: 1 })
  assert.ok(!isProblem(envoy), JSON.stringify(envoy))
  t.after(() => envoy.stop().then(() => undefined))
  assert.equal(await envoy.ready(), undefined)
  assert.notEqual(containers(envoy), '')
  return envoy
}

test('it ends with code 0 when it is told to, and its container with it', { skip }, async (t) => {
  const envoy = await started(t)
  assert.deepEqual(await envoy.stop({ kill: 30_000 }), { code: 0, signal: null })
  await waitFor(
    'the container to be gone',
    () => containers(envoy),
    (left) => left === '',
  )
})

test('killed, it leaves nothing behind', { skip }, async (t) => {
  const envoy = await started(t)
  process.kill(envoy.pid, 'SIGKILL')
  assert.equal((await envoy.ended).signal, 'SIGKILL')
  await waitFor(
    'the container to be gone',
    () => containers(envoy),
    (left) => left === '',
    { timeout: 60_000 },
  )
  assert.equal(
    await fetch(`${envoy.adminUrl}/ready`).then(
      () => 'answers',
      () => 'gone',
    ),
    'gone',
  )
})

test('what it refuses is told with its own words', { skip }, async (t) => {
  const config = writeFolder(testFolder(t), { 'envoy.yaml': { static_resources: { nothing: 1 } } })
  assert.ok(!isProblem(config))
  assert.match((await validateConfig(ENVOY, config))?.text ?? '', /nothing/)
})
