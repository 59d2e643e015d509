// Loaded into each test file's process: one that does not end when its tests have ended fails, and says what it waits for.
// What is thrown and caught by nobody is told with its stack: where it came from a test that is over, the runner only warns.
import { after } from 'node:test'
import { inspect } from 'node:util'

const GRACE_MS = 30_000

const tell = (what, error) => {
  console.error(`${what} in ${process.argv[1]}: ${inspect(error)}`)
}

/** Sockets with their ends, and children: no public function names them. */
function handles() {
  return process._getActiveHandles().flatMap((one) => {
    if (one.spawnfile) return [`child ${one.pid} ${one.spawnfile}`]
    const { localPort, remoteAddress, remotePort } = one
    return remotePort ? [`socket ${localPort} to ${remoteAddress}:${remotePort}`] : []
  })
}

// Not in the runner, whose children these are.
if (process.env.NODE_TEST_CONTEXT === 'child-v8') {
  process.on('uncaughtExceptionMonitor', (error) => tell('uncaught exception', error))
  // The runner has a listener of its own, which makes it fail; with one the monitor hears nothing.
  process.on('unhandledRejection', (reason) => tell('unhandled rejection', reason))
  after(() => {
    setTimeout(() => {
      const open = [...process.getActiveResourcesInfo(), ...handles()].join(', ')
      console.error(`the tests have ended and the process has not: ${open} (${process.argv[1]})`)
      process.exit(1)
    }, GRACE_MS).unref()
  })
}
