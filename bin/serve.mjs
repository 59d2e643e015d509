// `lotse serve` as lotse.mjs of the bundle loads it.
import { fileURLToPath } from 'node:url'
import { loadKept } from './kept.mjs'

export const { serve } = loadKept(fileURLToPath(new URL('../dist/serve.cjs', import.meta.url)))
