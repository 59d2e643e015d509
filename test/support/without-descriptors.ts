// A process of its own for test/unit/preflight.test.ts: asks a judge when it can open nothing more, and prints the answer.
import { openSync } from 'node:fs'
import { openJudge } from '../../envoy/judge.ts'

const judge = openJudge({ binary: '/bin/true', warm: 0 })
try {
  for (;;) openSync('/dev/null', 'r')
} catch {
  // Now there are none left.
}
console.log((await judge.ask({})).kind)
process.exit(0)
