// `npm run conformance:docker`: the tests of the data plane with each Envoy in a container of its own.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { envoyImage } from './support/images.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const image = await envoyImage()
console.log(`conformance: image ${image.name} (from ${image.from})`)
const words = process.argv.slice(2)
const { status } = spawnSync(
  'npm',
  ['test', '--', ...(words.length > 0 ? words : ['test/dataplane/'])],
  {
    cwd: ROOT,
    stdio: 'inherit',
    env: {
      ...process.env,
      ENVOY_BIN: fileURLToPath(new URL('envoy', import.meta.url)),
      LOTSE_ENVOY_IMAGE: image.name,
      // A container takes ten times as long to start as a process.
      LOTSE_SECONDS_PER_FILE: process.env.LOTSE_SECONDS_PER_FILE ?? '900',
    },
  },
)
process.exitCode = status ?? 1
