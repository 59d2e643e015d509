import { delivery } from '/work/main/bench/delivery.ts'
const [mode='delta', clients='50', services='100', repeats='5', ports='one', ...node] = process.argv.slice(2)
const r = await delivery({ mode: mode as 'delta', clients: +clients, mesh: { services: +services, ports: ports as 'one' }, repeats: +repeats, node })
console.log(JSON.stringify(r, (k,v)=>k==='samples'?v.join(' '):v, 1))
