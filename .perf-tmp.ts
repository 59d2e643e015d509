import { EMPTY_MESH, nextMesh } from './src/model/mesh.ts'
import { Cache } from './src/model/cache.ts'
import { View } from './src/model/view.ts'
import { references } from './src/translate/validate/references.ts'
import { validate } from './src/translate/validate/index.ts'
import { knownOf } from './src/translate/validate/references/known.ts'
import { selectorReferences } from './src/translate/validate/references/selector.ts'
import { virtualServiceReferences } from './src/translate/validate/references/virtual-service.ts'
import { destinationRuleReferences } from './src/translate/validate/references/destination-rule.ts'
const at = () => ({ source: 'x', line: 1, column: 1 })
const docs: any[] = []
const N = 5000
const meta = (name: string) => ({ name, namespace: 'ns', labels: {}, annotations: {} })
for (let i = 0; i < N; i++) {
  docs.push({ kind: 'Service', apiVersion: 'v1', metadata: meta('web' + i), spec: { selector: { app: 'web' + i }, ports: [{ port: 80, name: 'http' }] }, at })
  for (let k = 0; k < 3; k++) docs.push({ kind: 'WorkloadEntry', apiVersion: 'v1', metadata: meta('web' + i + '-' + k), spec: { address: '10.0.0.1', labels: { app: 'web' + i } }, at })
  if (i % 2) docs.push({ kind: 'VirtualService', apiVersion: 'v1', metadata: meta('web' + i), spec: { hosts: ['web' + i], http: [{ match: [{uri: {regex: '/a(b|c)+'}}], route: [{ destination: { host: 'web' + i, subset: 'v1' } }] }] }, at })
  if (i % 2) docs.push({ kind: 'DestinationRule', apiVersion: 'v1', metadata: meta('web' + i), spec: { host: 'web' + i, subsets: [{ name: 'v1', labels: { app: 'a' } }] }, at })
}
let t = performance.now(); let n = 0
const say = (s: string) => { console.log(s, (performance.now() - t).toFixed(0)); t = performance.now() }
for (const d of docs) n += validate(d).length
say('validate')
const mesh = nextMesh(EMPTY_MESH, { documents: docs, enrolments: [] })
const cache = new Cache()
for (let i = 0; i < 3; i++) {
  const view = new View(mesh, { type: 'sidecar', namespace: '', labels: {} } as any, cache)
  t = performance.now()
  const known = knownOf(view); say('known')
  virtualServiceReferences(known, ['*']); say(' vs')
  destinationRuleReferences(known); say(' dr')
  selectorReferences(view, known); say(' sel')
}
const m2 = nextMesh(mesh, { documents: docs.map((d, i) => i === 7 ? { ...d, spec: { ...d.spec } } : d), enrolments: [] })
t = performance.now(); references(m2, cache); say('after one change')
