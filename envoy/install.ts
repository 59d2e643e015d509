// Makes sure that there is an Envoy binary before tests or the demo start; prints where it is.

import { printDiagnostic } from '../src/model/diagnostic.ts'
import { findEnvoy } from './binary.ts'
import { isProblem } from './problem.ts'

const found = await findEnvoy({ say: (line) => console.log(`envoy: ${line}`) })
if (isProblem(found)) {
  console.error(printDiagnostic(found))
  process.exitCode = 3
} else {
  console.log(`envoy: ${found.version} (${found.from}) ${found.path}`)
}
