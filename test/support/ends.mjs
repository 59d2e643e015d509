// Loaded into each test file's process: one that does not end when its tests have ended fails, and says what it waits for.
import { after } from 'node:test'

const GRACE_MS = 10_000

// Not in the runner, whose children these are.
if (process.env.NODE_TEST_CONTEXT === 'child-v8') {
  after(() => {
    setTimeout(() => {
      const open = process.getActiveResourcesInfo().join(', ')
      console.error(`the tests have ended and the process has not: ${open} (${process.argv[1]})`)
      process.exit(1)
    }, GRACE_MS).unref()
  })
}
