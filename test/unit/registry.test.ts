// The registry without files: YAML to values and places, the check of one object, last good versions, doubles.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Diagnostic, printDiagnostic } from '../../src/model/diagnostic.ts'
import type { Document } from '../../src/model/document.ts'
import { printOrigin } from '../../src/model/origin.ts'
import { isKind } from '../../src/model/schema/index.ts'
import { check } from '../../src/registry/check.ts'
import { nearest } from '../../src/registry/spelling.ts'
import {
  type FilesState,
  NOTHING,
  nextState,
  type StateOptions,
  type Trouble,
} from '../../src/registry/state.ts'
import { find, parse, split } from '../../src/registry/yaml.ts'

type Files = Readonly<Record<string, string>>

function step(
  previous: FilesState,
  files: Files,
  options: StateOptions = {},
  troubles: readonly Trouble[] = [],
): FilesState {
  const contents = Object.entries(files).map(([path, text]) => {
    const old = previous.files.get(path)?.content
    return [path, old && 'text' in old && old.text === text ? old : { text }] as const
  })
  const steps = nextState(previous, { files: new Map(contents), troubles }, options)
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

const read = (text: string) => step(NOTHING, { 'a.yaml': text })
const lines = (state: { readonly diagnostics: readonly Diagnostic[] }) =>
  state.diagnostics.map(printDiagnostic)
const names = (state: FilesState) =>
  state.documents.map(({ kind, metadata }) => `${kind}/${metadata.namespace}/${metadata.name}`)
const named = (state: FilesState, name: string): Document => {
  const document = state.documents.find(({ metadata }) => metadata.name === name)
  assert.ok(document, name)
  return document
}

const service = (name: string, port: number | string = 80, more = '') =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}${more}}\nspec:\n  ports:\n  - port: ${port}\n`

test('a file is cut at its marks, and nowhere else', () => {
  const texts = (file: string) => split(file).map(({ text, line }) => [line, text])
  assert.deepEqual(texts('a: 1\n---\nb: 1\n--- # c\nc: 1'), [
    [0, 'a: 1\n'],
    [1, '---\nb: 1\n'],
    [3, '--- # c\nc: 1'],
  ])
  assert.deepEqual(texts('\ufeff---\r\na: |\r\n  ---\r\n---x: 1\r\n---\r\nb: 1\r\n'), [
    [0, '---\r\na: |\r\n  ---\r\n---x: 1\r\n'],
    [4, '---\r\nb: 1\r\n'],
  ])
  assert.deepEqual(texts('%YAML 1.2\n# x\n---\na: 1\n...\nb: 1\n'), [
    [0, '%YAML 1.2\n# x\n---\na: 1\n...\n'],
    [5, 'b: 1\n'],
  ])
  assert.deepEqual(texts('\n\n \n'), [])
})

test('what YAML allows is read: anchors, merge keys, blocks, comments, tabs in JSON', () => {
  const parsed = parse('a: &x {b: 1, c: [1, 2]}\nd:\n  <<: *x\n  b: 2\ne: *x\n8080: y\n')
  assert.ok(parsed.type === 'value')
  assert.deepEqual(parsed.value, {
    a: { b: 1, c: [1, 2] },
    d: { b: 2, c: [1, 2] },
    e: { b: 1, c: [1, 2] },
    '8080': 'y',
  })
  const at = (...path: (string | number)[]) => {
    const { line, column } = find(parsed.place, path)
    return `${line}:${column}`
  }
  assert.equal(at(), '0:0')
  assert.equal(at('a', 'c', 1), '0:20')
  assert.equal(at('d', 'b'), '3:2')
  assert.equal(at('e', 'c'), '0:13')
  assert.equal(at('8080'), '5:0')
  assert.equal(at('8080', 'none', 3), '5:0')
  const json = JSON.stringify({ apiVersion: 'v1', a: ['x', { b: null }] }, null, '\t')
  assert.equal(parse(json).type, 'value')
  assert.deepEqual(parse('# only a comment\n'), { type: 'nothing' })
  assert.deepEqual(parse('---\n'), { type: 'nothing' })
})

test('what cannot be parsed is one problem with its place and what to do', () => {
  const bomb = ['a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]']
  for (let level = 1; level < 9; level++) {
    const below = String.fromCharCode(96 + level)
    const own = String.fromCharCode(97 + level)
    bomb.push(`${own}: &${own} [${Array(9).fill(`*${below}`).join(', ')}]`)
  }
  const rows: readonly [string, number, RegExp][] = [
    ['a: 1\nb: 2\na: 3\n', 2, /key a is given twice/],
    ['a:\n\tb: 1\n', 1, /a tab is used to indent/],
    ['a: [1, 2\n', 1, /not valid YAML/],
    ['x: 1\nname: {{ .Values.name }}\n', 1, /looks like a template/],
    ['{{- if .x }}\na: 1\n{{- end }}\n', 0, /looks like a template/],
    ['a: !Ref x\n', 0, /tag/],
    [`${bomb.join('\n')}\n`, 0, /aliases expand too far/],
    [`a: ${'['.repeat(20000)}`, 0, /./],
    ['a: *nobody\n', 0, /alias|anchor/],
  ]
  for (const [text, line, expected] of rows) {
    const parsed = parse(text)
    assert.ok(parsed.type === 'problem', text.slice(0, 40))
    assert.match(parsed.problem.text, expected)
    assert.equal(parsed.problem.line, line, text.slice(0, 40))
  }
})

test('each finding stands at its line, with a code and what to do', () => {
  const state = read(`apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: a, label: {x: y}}
spec:
  hosts: [a]
  http:
  - timeout: 5x
    retries: {attempt: 3}
    match: [{uri: {exact: /a, prefix: /b}, ignore_uri_case: true}]
    route:
    - destination: {subset: v1}
      weight: "3"
  - fault: {abort: {http2Error: x}}
`)
  assert.deepEqual(lines(state), [
    'a.yaml:3:21: warning: unknown field metadata.label: ignored; did you mean `labels`? (L0104)',
    'a.yaml:7:5: error: spec.http[0].timeout is "5x"; it must be a duration such as 1.5s, 300ms or 1h2m; the object is refused (L0105)',
    'a.yaml:8:15: warning: unknown field spec.http[0].retries.attempt: ignored; did you mean `attempts`? (L0104)',
    'a.yaml:9:31: error: spec.http[0].match[0].uri has exact and prefix; only one of them may be given (L0105)',
    'a.yaml:9:44: warning: unknown field spec.http[0].match[0].ignore_uri_case: ignored; did you mean `ignoreUriCase`? (L0104)',
    'a.yaml:11:7: error: spec.http[0].route[0].destination.host is missing (L0106)',
    'a.yaml:12:7: error: spec.http[0].route[0].weight is "3"; it must be a whole number (L0105)',
    'a.yaml:13:21: warning: spec.http[1].fault.abort.http2Error has no effect: neither Envoy nor Istio can abort so; use httpStatus or grpcStatus (L0238)',
  ])
  assert.deepEqual(state.documents, [])
  assert.equal(state.diagnostics[1]?.about, 'VirtualService/default/a')
})

test('kinds: wrong versions and misspelt kinds are errors, other projects are ignored', () => {
  const codes = (kind: string, apiVersion: string) =>
    check({ apiVersion, kind, metadata: { name: 'x' } }).findings.map(
      ({ code, severity, text }) => `${code} ${severity} ${text}`,
    )
  assert.match(
    codes('Gateway', 'networking.istio.io/v2')[0]!,
    /^L0103 error Gateway has no version/,
  )
  assert.match(codes('VirtualServise', 'networking.istio.io/v1')[0]!, /did you mean VirtualService/)
  assert.match(codes('PeerAuthentication', 'networking.istio.io/v1')[0]!, /L0103 error .* security/)
  assert.match(codes('Deployment', 'apps/v1')[0]!, /^L0103 warning .* ignored$/)
  assert.match(codes('TLSRoute', 'gateway.networking.k8s.io/v1')[0]!, /^L0103 warning/)
  assert.match(codes('Service', 'v2')[0]!, /^L0103 error/)
  assert.deepEqual(codes('ProxyConfig', 'networking.istio.io/v1beta1'), [])
  for (const value of [1, null, [], 'x', {}, { kind: 'Service' }, { kind: 1, apiVersion: 'v1' }]) {
    const { findings, refused } = check(value)
    assert.equal(findings[0]?.code, 'L0102')
    assert.ok(refused)
  }
})

test('metadata: defaults, names, times, labels', () => {
  const of = (metadata: unknown, kind = 'Service', apiVersion = 'v1') =>
    check({ apiVersion, kind, metadata, spec: {} })
  assert.deepEqual(of({ name: 'a' }).content?.metadata, {
    name: 'a',
    namespace: 'default',
    labels: {},
    annotations: {},
  })
  assert.equal(of({ name: 'a', namespace: 'b' }, 'Namespace').content?.metadata.namespace, '')
  const time = of({ name: 'a', creationTimestamp: '2024-01-01T02:00:00+02:00' })
  assert.equal(time.content?.metadata.creationTimestamp, '2024-01-01T00:00:00.000Z')
  assert.ok(of({ name: 'a', creationTimestamp: null, labels: null }).content)
  const mesh = check({ apiVersion: 'mesh.istio.io/v1alpha1', kind: 'MeshConfig', trustDomain: 'x' })
  assert.deepEqual(mesh.content?.spec, { trustDomain: 'x' })
  assert.equal(mesh.about, 'MeshConfig//mesh')
  const wrong: readonly [unknown, string][] = [
    [{}, 'L0106'],
    [undefined, 'L0106'],
    [{ name: 'A' }, 'L0105'],
    [{ name: 'a_b' }, 'L0105'],
    [{ name: `${'a'.repeat(254)}` }, 'L0105'],
    [{ name: 1 }, 'L0105'],
    [{ name: 'a', namespace: 'b.c' }, 'L0105'],
    [{ name: 'a', labels: { version: 1 } }, 'L0105'],
    [{ name: 'a', labels: { version: true } }, 'L0105'],
    [{ name: 'a', creationTimestamp: 'yesterday' }, 'L0105'],
    ['text', 'L0105'],
  ]
  for (const [metadata, code] of wrong) {
    const { findings, refused, content } = of(metadata)
    assert.deepEqual(
      findings.map((finding) => finding.code),
      [code],
      JSON.stringify(metadata),
    )
    assert.ok(refused && !content)
  }
})

test('a checked object is frozen, without unknown fields, and no trap for prototypes', () => {
  const raw = JSON.parse(
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","constructor":1},"data":{"__proto__":"x","k":"v"},"toString":1}',
  )
  const { content, findings } = check(raw)
  assert.deepEqual(content?.spec, { data: { k: 'v' } })
  assert.deepEqual(findings.map(({ code, path }) => `${code} ${path.join('.')}`).sort(), [
    'L0104 data.__proto__',
    'L0104 metadata.constructor',
    'L0104 toString',
  ])
  const spec = content?.spec as { data: object }
  assert.ok(
    Object.isFrozen(spec) && Object.isFrozen(spec.data) && Object.isFrozen(content?.metadata),
  )
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`unknown${i}`, i]))
  const flood = check({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'a' },
    spec: { ...many, ports: 1 },
  })
  assert.ok(flood.refused, 'warnings never push an error out')
  const secret = check({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'a' },
    data: { key: 4711 },
    stringData: { pass: ['hunter2'] },
  })
  assert.ok(secret.refused)
  assert.doesNotMatch(JSON.stringify(secret), /4711|hunter2/)
})

test('the types of documents follow their kind; lists are expanded; at() answers for each', () => {
  const state = read(`apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Namespace
  metadata: {name: foo}
- apiVersion: v1
  kind: Service
  metadata: {name: web, namespace: foo}
  spec:
    ports:
    - {port: 80, name: http}
    - {port: 81}
`)
  assert.deepEqual(lines(state), [])
  assert.deepEqual(names(state), ['Namespace//foo', 'Service/foo/web'])
  const web = named(state, 'web')
  assert.ok(isKind(web, 'Service'))
  assert.equal(web.spec.ports?.[0]?.port, 80)
  assert.equal(printOrigin(web.at([])), 'a.yaml:7:3')
  assert.equal(printOrigin(web.at(['spec', 'ports', 1])), 'a.yaml:13:7')
  assert.equal(printOrigin(web.at(['spec', 'ports', 1, 'port'])), 'a.yaml:13:8')
  assert.equal(printOrigin(web.at(['spec', 'selector', 'app'])), 'a.yaml:10:3')
})

test('a broken object keeps its last good version; what is broken costs only itself', () => {
  const first = step(NOTHING, { 'a.yaml': [service('a'), service('b')].join('---\n') })
  assert.deepEqual(names(first), ['Service/default/a', 'Service/default/b'])
  const refused = step(first, { 'a.yaml': [service('a', 81), service('b', 'x')].join('---\n') })
  assert.deepEqual(named(refused, 'a').spec, { ports: [{ port: 81 }] })
  assert.equal(named(refused, 'b'), named(first, 'b'))
  assert.deepEqual(lines(refused), [
    'a.yaml:13:5: error: spec.ports[0].port is "x"; it must be a whole number; the object is refused, its last good version (a.yaml:8:1) stays in force (L0105)',
  ])
  const half = step(refused, { 'a.yaml': `${service('a', 82)}---\napiVersion: v1\nkind: Serv: x` })
  assert.deepEqual(named(half, 'a').spec, { ports: [{ port: 82 }] })
  assert.equal(named(half, 'b'), named(first, 'b'))
  assert.match(lines(half)[0]!, /L0101/)
  assert.match(lines(half)[0]!, /in force as they were before: Service\/default\/b/)
  const healed = step(half, { 'a.yaml': service('a', 82) })
  assert.deepEqual(names(healed), ['Service/default/a'])
  assert.deepEqual(lines(healed), [])
})

test('an emptied, unreadable or vanished source keeps what it said, unless it may be empty', () => {
  const files = { 'd/a.yaml': service('a'), 'd/b.yaml': service('b') }
  const first = step(NOTHING, files)
  const blank = step(first, { ...files, 'd/a.yaml': '\n' })
  assert.deepEqual(blank.documents, first.documents)
  assert.match(lines(blank)[0]!, /a\.yaml: error: the file is empty now.*\(L0110\)/)
  const allowed = step(first, { ...files, 'd/a.yaml': '' }, { allowEmpty: true })
  assert.deepEqual(names(allowed), ['Service/default/b'])
  const comment = step(first, { ...files, 'd/a.yaml': '# nothing any more\n' })
  assert.deepEqual(names(comment), ['Service/default/b'])
  const trouble: Trouble = { path: 'd', code: 'L0109', text: 'd does not exist' }
  const gone = step(first, {}, {}, [trouble])
  assert.equal(gone.documents, first.documents)
  assert.deepEqual(lines(gone), [
    'd: error: d does not exist; its 2 objects stay in force as they were before (L0109)',
  ])
  const empty: Trouble = { path: 'd', code: 'L0110', text: 'd has no files' }
  assert.equal(step(NOTHING, {}, {}, [empty]).diagnostics[0]?.severity, 'warning')
  assert.deepEqual(step(first, {}, { allowEmpty: true }, [empty]).documents, [])
  const removed = step(first, { 'd/b.yaml': service('b') })
  assert.deepEqual(names(removed), ['Service/default/b'])
})

test('what did not change stays the identical object', () => {
  const text = [service('a'), service('b')].join('---\n')
  const first = step(NOTHING, { 'a.yaml': text })
  assert.equal(step(first, { 'a.yaml': text }), first)
  const edited = step(first, { 'a.yaml': [service('a'), service('b', 81)].join('---\n') })
  assert.equal(named(edited, 'a'), named(first, 'a'))
  assert.notEqual(named(edited, 'b'), named(first, 'b'))
  const spec = named(first, 'b').at(['spec'])
  const ports = named(first, 'a').at(['spec', 'ports', 0])
  assert.deepEqual([spec, ports].map(printOrigin), ['a.yaml:11:1', 'a.yaml:6:5'])
  const moved = step(first, { 'a.yaml': `# a comment\n---\n${text}` })
  assert.equal(moved.documents, first.documents)
  assert.deepEqual([spec, ports].map(printOrigin), ['a.yaml:13:1', 'a.yaml:8:5'])
  const commented = step(moved, { 'a.yaml': text.replace('spec:', 'spec: # why\n# and what') })
  assert.equal(commented.documents, first.documents)
  assert.deepEqual([spec, ports].map(printOrigin), ['a.yaml:12:1', 'a.yaml:7:5'])
  const swapped = step(commented, { 'a.yaml': [service('b'), service('a')].join('---\n') })
  assert.equal(swapped.documents, first.documents)
  assert.deepEqual([spec, ports].map(printOrigin), ['a.yaml:4:1', 'a.yaml:13:5'])
  assert.deepEqual(JSON.parse(JSON.stringify(spec)), { source: 'a.yaml', line: 4, column: 1 })
  const refused = step(swapped, { 'a.yaml': [service('b'), service('a', 'x')].join('---\n') })
  assert.equal(named(refused, 'a'), named(first, 'a'))
  const again = step(refused, { 'a.yaml': `# right\n${service('a')}` })
  assert.equal(named(again, 'a'), named(first, 'a'))
  assert.equal(printOrigin(ports), 'a.yaml:7:5')
})

test('of two objects of one name in a file each stands where it is written', () => {
  const old = service('a', 1, ', creationTimestamp: "2024-01-01T00:00:00Z"')
  for (const [first, then] of [
    [
      [old, old],
      [`# a comment\n${old}`, old],
    ],
    [
      [old, `# b\n${old}`],
      [`# b\n${old}`, old],
    ],
    [[`# b\n${old}`], [old, old]],
    [
      [`# b\n# b\n${old}`, old],
      [`# b\n${old}`, old],
    ],
  ] as const) {
    const one = step(NOTHING, { 'a.yaml': first.join('---\n') })
    const two = step(one, { 'a.yaml': then.join('---\n') })
    const scratch = step(NOTHING, { 'a.yaml': then.join('---\n') })
    assert.deepEqual(lines(two), lines(scratch))
    assert.equal(printOrigin(two.documents[0]!.at([])), printOrigin(scratch.documents[0]!.at([])))
  }
})

test('an object that changes takes its own place, whatever file it is in; one that gets the name of another is told', () => {
  const files = { 'a.yaml': [service('b'), service('c')].join('---\n'), 'b.yaml': service('a') }
  const first = step(NOTHING, files)
  const edited = step(first, { ...files, 'b.yaml': service('a', 81) })
  assert.deepEqual(names(edited), names(first))
  assert.deepEqual(named(edited, 'a').spec, { ports: [{ port: 81 }] })
  assert.equal(named(edited, 'b'), named(first, 'b'))
  const renamed = step(edited, { ...files, 'b.yaml': service('d') })
  assert.deepEqual(names(renamed), ['Service/default/b', 'Service/default/c', 'Service/default/d'])
  const doubled = step(renamed, { ...files, 'b.yaml': service('c', 81) })
  assert.deepEqual(names(doubled), ['Service/default/b', 'Service/default/c'])
  const again = step(doubled, { ...files, 'b.yaml': service('c', 82) })
  assert.deepEqual(
    again.diagnostics.map(({ code }) => code),
    ['L0108'],
  )
})

test('doubles: the oldest stays in force, the others are told of both places', () => {
  const old = service('a', 1, ', creationTimestamp: "2024-01-01T00:00:00Z"')
  const young = service('a', 2, ', creationTimestamp: "2024-01-01T00:00:00.5Z"')
  for (const files of [
    { 'x.yaml': old, 'y.yaml': young },
    { 'y.yaml': young, 'x.yaml': old },
  ]) {
    const state = step(NOTHING, files)
    assert.deepEqual(
      state.documents.map(({ spec }) => spec),
      [{ ports: [{ port: 1 }] }],
    )
    assert.deepEqual(lines(state), [
      'y.yaml:1:1: error: Service/default/a is defined at x.yaml:1:1 too, and that one is in force; remove one of them (L0108)',
    ])
  }
  const first = step(NOTHING, { 'x.yaml': service('a') })
  const movedAway = step(first, { 'x.yaml': 'broken: [', 'y.yaml': service('a', 2) })
  assert.deepEqual(named(movedAway, 'a').spec, { ports: [{ port: 2 }] })
  assert.deepEqual(
    movedAway.diagnostics.map(({ code }) => code),
    ['L0101'],
  )
})

test('the nearest word is found, and none if none is near', () => {
  const known = ['retries', 'timeout', 'retryOn', 'perTryTimeout']
  assert.equal(nearest('retry_on', known), 'retryOn')
  assert.equal(nearest('RetryOn', known), 'retryOn')
  assert.equal(nearest('timout', known), 'timeout')
  assert.equal(nearest('tiemout', known), 'timeout')
  assert.equal(nearest('banana', known), undefined)
  assert.equal(nearest('x', known), undefined)
})

test('a security object that cannot be understood closes what it is about, until it can', () => {
  const policy = (action: string, labels = 'matchLabels: { app: web }') => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: p, namespace: shop }
spec: { selector: { ${labels} }, action: ${action}, rules: [{}] }
`
  const after = (state: FilesState, text: string) => step(state, { 'a.yaml': text })
  const broken = read(policy('ALOW'))
  assert.deepEqual(broken.documents[0]?.spec, {
    selector: { matchLabels: { app: 'web' } },
    action: 'DENY',
    rules: [{}],
  })
  assert.match(broken.diagnostics[0]?.text ?? '', /closed until then/)
  assert.deepEqual(read(policy('ALOW', 'matchLabels: 7')).documents[0]?.spec, {
    action: 'DENY',
    rules: [{}],
  })
  // Still broken it stays closed; corrected it is what was written; broken again the good version stays.
  const again = after(broken, policy('ALOWW'))
  assert.match(again.diagnostics[0]?.text ?? '', /closed until then/)
  const good = after(again, policy('ALLOW'))
  assert.match(JSON.stringify(good.documents[0]?.spec), /"ALLOW"/)
  const last = after(good, policy('ALOW'))
  assert.match(JSON.stringify(last.documents[0]?.spec), /"ALLOW"/)
  assert.match(last.diagnostics[0]?.text ?? '', /last good version/)
})
