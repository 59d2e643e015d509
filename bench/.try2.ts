import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs'
import { meshFiles } from './mesh.ts'
import { startServer } from './server.ts'
const n=+process.argv[2]!, files=process.argv[3] as 'one'
const f=mkdtempSync('/tmp/lotse-bench-'); mkdirSync(f+'/mesh')
for (const [name,text] of meshFiles({services:n,files})) writeFileSync(f+'/mesh/'+name,text)
const s=await startServer({config:f+'/mesh',data:f+'/data',node:process.argv.slice(4)})
console.log(s.ready, s.cpu(), s.memory()); await s.settledCpu(); console.log(s.cpu(), s.memory()); await s.stop()
