// Builds the API server and helm, and fetches definitions, while there is a network; tests then run where there is none.
import { apiServerMissing } from './api-server.ts'
import { foreignDefinitionsMissing } from './foreign-definitions.ts'
import { helmMissing } from './helm.ts'

const missing = apiServerMissing() || helmMissing || foreignDefinitionsMissing()
if (missing) console.error(missing)
process.exitCode = missing ? 3 : 0
