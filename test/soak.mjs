// `npm run soak [-- --rounds 50 --runs 50000 --streams 2000]`: what `npm test` does in short about delivery, for long. Every
// change under load is done that many times, the model of the protocol runs that often in each of its two forms, so many
// streams come back at once, and the other laws are tried on cases that are new each time.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    runs: { type: 'string', default: '50000' },
    streams: { type: 'string', default: '2000' },
  },
})
const env = {
  ...process.env,
  LOTSE_ROUNDS: values.rounds,
  LOTSE_RUNS: values.runs,
  LOTSE_STREAMS: values.streams,
  SEED: process.env.SEED ?? 'random',
  LOTSE_SECONDS_PER_FILE: '14400',
}
const run = fileURLToPath(new URL('run.mjs', import.meta.url))
const child = spawn(
  process.execPath,
  [run, 'dataplane/zero-failed', 'dataplane/rotation', 'property/', 'unit/xds-return'],
  {
    env,
    stdio: 'inherit',
  },
)
child.once('close', (code) => {
  process.exitCode = code ?? 1
})
