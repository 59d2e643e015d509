// Loaded into a measured process: SIGUSR2 collects its garbage, so that memory figures mean what is in use.
import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

process.on('SIGUSR2', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  // What is only found to be gone by the first is let go of after it, and collected by the next.
  for (let round = 0; round < 3; round++) {
    collect()
    await wait(30)
  }
})
