import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs'
import { meshFiles, serviceFile, clientWorkload } from './mesh.ts'
import { readMesh } from '../src/cli/offline.ts'
import { translate } from '../src/translate/translate.ts'
import { Cache } from '../src/model/cache.ts'
import { nodeOf } from '../src/translate/node.ts'
import { nextMesh } from '../src/model/mesh.ts'
const n=+process.argv[2]!
const f=mkdtempSync('/tmp/lotse-bench-'); mkdirSync(f+'/mesh')
for (const [name,text] of meshFiles({services:n})) writeFileSync(f+'/mesh/'+name,text)
let t=performance.now(); const lap=(w:string)=>{const x=performance.now();console.log(w,(x-t).toFixed(1));t=performance.now()}
let {mesh}=await readMesh([f+'/mesh']); lap('read')
const cache=new Cache()
const node=(m: typeof mesh,i:number)=>{const {namespace,name,address}=clientWorkload(n,i);return nodeOf(m,{namespace,workload:name,certified:false},{id:name,address})}
for(const i of [0,10,20,1,11,2,12,3]) {translate(mesh,node(mesh,i),cache); lap('client '+i); console.log('entries',cache.size)}
const facets=new Map<string,number>()
for(const [,m] of (cache as any)['_'+''] ?? []) void m
const all=(cache as unknown as {entriesForTest?:()=>Iterable<any>})
void all; void facets
for(let k=0;k<4;k++){
writeFileSync(f+'/mesh/service-10.yaml', serviceFile({services:n},10,{mark:'m'+k}))
const r=await readMesh([f+'/mesh']); 
// keep the identity of what did not change
const old=new Map(Object.values(mesh.tables).flatMap(x=>[...x.rows.values()] as any[]).filter(d=>d.spec).map(d=>[d.kind+d.metadata.namespace+'/'+d.metadata.name,d]))
const docs=Object.values(r.mesh.tables).flatMap(x=>[...x.rows.values()] as any[]).filter(d=>d.spec).map(d=>{const o=old.get(d.kind+d.metadata.namespace+'/'+d.metadata.name);return o&&JSON.stringify(o.spec)===JSON.stringify(d.spec)?o:d})
const trust=mesh.tables.trust.rows.get('trust')!
t=performance.now()
mesh=nextMesh(mesh,{documents:docs,enrolments:[...mesh.tables.enrolment.rows.values()],trust}); lap('nextMesh')
for(const i of [0,10,20,1,11,2,12,3]) {translate(mesh,node(mesh,i),cache); lap('change, client '+i)}
}
