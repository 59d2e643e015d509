// docs/istio-api.md: it is what the schemas, the goldens and the recording say, and what was recorded is still there.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  API_FILE,
  apiPage,
  apiRows,
  OUTSIDE,
  REFUSED,
  readRecording,
} from '../../docs/istio-api.ts'
import { codesByField } from '../../docs/istio-codes.ts'
import { fieldsOf } from '../../docs/istio-fields.ts'
import { CODES, type Code } from '../../src/model/codes.ts'
import { KINDS, type Kind, writtenKind } from '../../src/model/document.ts'
import { SCHEMAS } from '../../src/model/schema/index.ts'
import type { Schema } from '../../src/model/shape.ts'
import { check } from '../../src/registry/check.ts'
import { translate } from '../../src/translate/translate.ts'
import { validate } from '../../src/translate/validate/index.ts'
import { references } from '../../src/translate/validate/references.ts'
import { viewOf } from '../support/views.ts'
import { policy } from '../support/workload.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

test('the page is what the schemas, the goldens and the recording say', () => {
  assert.equal(readFileSync(API_FILE, 'utf8'), apiPage(readRecording()), 'run `npm run api`')
})

test('every recorded test exists', () => {
  const sources = new Map<string, string>()
  for (const [field, evidence] of Object.entries(readRecording())) {
    for (const [name] of evidence) {
      const [file = '', ...names] = name.split(' › ')
      if (!sources.has(file)) {
        assert.ok(existsSync(ROOT + file), `${file} is gone: npm run api -- record`)
        sources.set(file, readFileSync(ROOT + file, 'utf8').replaceAll("\\'", "'"))
      }
      // Names may be put together: a piece of them stands there.
      const last = names.at(-1)!
      // What a file's tests have in common.
      if (last === '') continue
      const pieces = [...last]
        .map((_, at) => last.slice(at, at + 12))
        .slice(0, Math.max(1, last.length - 11))
      const isThere = pieces.some((piece) => sources.get(file)!.includes(piece))
      assert.ok(isThere, `${field}: ${name} is gone: npm run api -- record ${file}`)
    }
  }
})

test('fields are those of valid objects, below lists and the user’s own keys', () => {
  const rule =
    'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec: '
  const route = 'route: [{destination: {host: b}}]'
  assert.deepEqual(
    fieldsOf(
      `${rule}{hosts: [b], nonsense: 1, http: [{match: [{headers: {x: {exact: y}}}], ${route}}]}`,
    ),
    ['hosts', 'http.match.headers.*.exact', 'http.route.destination.host'].map(
      (name) => `VirtualService.${name}`,
    ),
  )
  assert.deepEqual(fieldsOf(`${rule}{hosts: [b], http: [{timeout: -1s, ${route}}]}`), [], 'refused')
  assert.deepEqual(fieldsOf(`${rule}{hosts: ["b c"], http: [{${route}}]}`), [], 'refused')
})

/** One object of each core kind, and the same with everything that is called outside. */
const PLAIN = `
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: web}, ports: [{name: http, port: 80}]}}
---
{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: web, namespace: shop, labels: {kubernetes.io/service-name: web}},
  addressType: IPv4, endpoints: [{addresses: [10.1.1.1], targetRef: {kind: Pod, namespace: shop, name: web-1}}], ports: [{name: http, port: 80}]}
---
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: shop}}
`
const WHOLE = `
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: web}, ports: [{name: http, port: 80, nodePort: 30080}],
  externalIPs: [192.0.2.1], sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 9}}, loadBalancerIP: 192.0.2.2,
  loadBalancerSourceRanges: [10.0.0.0/8], loadBalancerClass: a, externalTrafficPolicy: Local, internalTrafficPolicy: Local, healthCheckNodePort: 9,
  publishNotReadyAddresses: true, ipFamilies: [IPv4], ipFamilyPolicy: SingleStack, allocateLoadBalancerNodePorts: true}}
---
{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: web, namespace: shop, labels: {kubernetes.io/service-name: web}},
  addressType: IPv4, endpoints: [{addresses: [10.1.1.1], hostname: h, nodeName: n, deprecatedTopology: {a: b}, hints: {forZones: [{name: z}]},
    targetRef: {kind: Pod, namespace: shop, name: web-1, uid: u, apiVersion: v1, resourceVersion: "1", fieldPath: f}}],
  ports: [{name: http, port: 80, protocol: TCP, appProtocol: tcp}]}
---
{apiVersion: v1, kind: Namespace, metadata: {name: shop}, spec: {finalizers: [kubernetes]}}
---
{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: shop}, type: Opaque, immutable: true}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}, data: {a: b}, binaryData: {c: ZA==}, immutable: true}
`

test('what is called outside makes no difference to a proxy', () => {
  const claimed = Object.entries(OUTSIDE).flatMap(([kind, names]) =>
    names.map((name) => `${kind}.${name}`),
  )
  assert.deepEqual(
    claimed.filter((field) => !fieldsOf(WHOLE).includes(field)),
    [],
  )
  const print = (yaml: string) => {
    const { mesh, node } = viewOf(yaml)
    return JSON.stringify(translate(mesh, node))
  }
  assert.ok(print(PLAIN).includes('10.1.1.1'))
  assert.equal(print(WHOLE), print(PLAIN))
})

test('what is called refused gives its warning', () => {
  const target = '{kind: Service, group: "", name: web}'
  const specs: Readonly<Record<string, string>> = {
    targetRef: `{targetRef: ${target}}`,
    targetRefs: `{targetRefs: [${target}]}`,
    waypoint:
      '{configPatches: [{applyTo: CLUSTER, match: {waypoint: {}}, patch: {operation: REMOVE}}]}',
  }
  for (const [path, code] of Object.entries(REFUSED)) {
    const [kind = '', ...names] = path.split('.')
    const { mesh } = viewOf(policy(kind, 'shop/p', specs[names.at(-1)!]!))
    const [document] = mesh.tables[kind as 'EnvoyFilter'].rows.values()
    const said = [...validate(document!), ...references(mesh)].map((one) => one.code)
    assert.ok(said.includes(code as Code), `${path}: ${said}`)
  }
})

/** An object with the field, and nothing else. */
function objectWith(path: string): object {
  const [kind = '', ...names] = path.split('.')
  const { apiVersions, content, shape } = SCHEMAS[kind as Kind]
  const spec = valueWith(shape.schema, names)
  const written = writtenKind(kind as Kind)
  const head = {
    apiVersion: apiVersions[0],
    kind: written,
    metadata: { name: 'a', namespace: 'b' },
  }
  return content === 'spec' ? { ...head, spec } : { ...head, ...(spec as object) }
}

function valueWith(schema: Schema, [name, ...names]: readonly string[]): unknown {
  if (schema.items) return [valueWith(schema.items, name === undefined ? [] : [name, ...names])]
  if (name === '*') return { key: valueWith(schema.additionalProperties!, names) }
  if (name !== undefined) return { [name]: valueWith(schema.properties![name]!, names) }
  if (schema.enum) return schema.enum[0]
  if (schema.format) return '1s'
  const type = [schema.type ?? 'object'].flat()[0]!
  return { string: 'a', boolean: true, integer: 1, number: 1, object: {} }[type]
}

test('what has no effect, and what is to come, says so at its place', () => {
  const rows = [...apiRows({}).values()].flat()
  const named = rows.filter(({ state }) => state === 'no effect' || state === 'not yet')
  assert.ok(named.some(({ state }) => state === 'no effect'))
  for (const { field, state } of named) {
    const code = state === 'no effect' ? 'L0238' : 'L0107'
    const { findings } = check(objectWith(field.path))
    const said = findings.filter((one) => one.code === code && one.severity === 'warning')
    const places = said.map(({ path }) => path.filter((part) => typeof part === 'string'))
    const own = field.path.split('.').slice(1)
    assert.ok(
      places.some((place) => ` ${own.join('.')}.`.includes(`${place.at(-1)}.`)),
      `${field.path}: ${JSON.stringify(findings)}`,
    )
  }
})

test('the codes of a field are those that a test sees there', () => {
  const fields = [...apiRows({}).values()].flat().map(({ field }) => field)
  const codes = codesByField(fields)
  assert.ok(codes.get('VirtualService.hosts')?.includes('L0201'))
  assert.ok(codes.get('VirtualService.http.match.uri.regex')?.includes('L0210'))
  for (const [path, list] of codes) {
    assert.ok(
      fields.some((field) => `${field.path}.`.startsWith(path)),
      `${path} is no field`,
    )
    assert.ok(list.every((code) => code in CODES))
  }
})

test('every kind and each of its fields has a row, those that are to come too', () => {
  const rows = apiRows({})
  assert.deepEqual([...rows.keys()], KINDS)
  const paths = [...rows.values()].flat().map(({ field }) => field.path)
  assert.equal(new Set(paths).size, paths.length)
  for (const path of [
    'VirtualService.http.match.uri.prefix',
    'MeshConfig.ca',
    'DestinationRule.subsets.trafficPolicy.tunnel',
  ]) {
    assert.ok(
      paths.some((other) => other === path || path.startsWith(other)),
      path,
    )
  }
})
