// Builds the API server while there is a network to fetch modules from; tests then run where there is none.
import { apiServerMissing } from './api-server.ts'

const missing = apiServerMissing()
if (missing) console.error(missing)
process.exitCode = missing ? 3 : 0
