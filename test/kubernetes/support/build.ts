// Builds the API server and helm while there is a network to fetch modules from; tests then run where there is none.
import { apiServerMissing } from './api-server.ts'
import { helmMissing } from './helm.ts'

const missing = apiServerMissing() || helmMissing
if (missing) console.error(missing)
process.exitCode = missing ? 3 : 0
