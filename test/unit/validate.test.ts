// Checks of one document: each code with an object that has it, at its place, and one that has not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { CODES, type Code } from '../../src/model/codes.ts'
import type { Document, Kind } from '../../src/model/document.ts'
import { validate } from '../../src/translate/validate/index.ts'
import { regexProblem } from '../../src/translate/validate/regex.ts'
import { ROWS } from './refused.ts'

/** The origin of a path is the path itself, joined by dots. */
function documentOf(kind: Kind, spec: string, annotations = {}): Document {
  return {
    kind,
    apiVersion: 'networking.istio.io/v1',
    metadata: { name: 'it', namespace: 'shop', labels: {}, annotations },
    spec: parse(spec),
    at: (path) => ({ source: path.join('.'), line: 0, column: 0 }),
  }
}

function found(kind: Kind, spec: string): string[] {
  return validate(documentOf(kind, spec)).map(
    ({ code, severity, origin }) => `${severity} ${code} ${origin?.source}`,
  )
}

const VS = 'VirtualService'

/** Of delegation: they need both documents, see the tests of delegates. */
const MESH_CODES = ['L0234', 'L0235', 'L0236']
const DOCUMENT_CODES = Object.keys(CODES).filter(
  (code) => code > 'L0200' && code < 'L0240' && !MESH_CODES.includes(code),
) as Code[]

for (const code of DOCUMENT_CODES) {
  test(`${code}: ${CODES[code]}`, () => {
    const rows = ROWS.filter(({ says }) => [says].flat()[0]?.split(' ')[1] === code)
    assert.ok(rows.length > 0, 'no example')
    for (const { kind, frame = '_', bad, says, good } of rows) {
      assert.deepEqual(
        found(
          kind,
          frame.replace('_', () => bad),
        ),
        [says].flat(),
        `${kind} ${bad}`,
      )
      assert.deepEqual(
        found(
          kind,
          frame.replace('_', () => good),
        ),
        [],
        `${kind} ${good}`,
      )
    }
  })
}

test('a name or length beyond its limit', () => {
  const long = (host: string) => `{ hosts: [${host}], http: [{ redirect: { uri: / } }] }`
  assert.deepEqual(found(VS, long('a'.repeat(64))), ['error L0201 spec.hosts.0'])
  assert.deepEqual(found(VS, long(`${'a'.repeat(60)}.`.repeat(5))), ['error L0201 spec.hosts.0'])
  const body = (length: number) =>
    `{ hosts: [a], http: [{ directResponse: { status: 200, body: { string: ${'x'.repeat(length)} } } }] }`
  assert.deepEqual(found(VS, body(1024 * 1024 + 1)), [
    'error L0218 spec.http.0.directResponse.body',
  ])
  assert.deepEqual(found(VS, body(1024 * 1024)), [])
})

test('input made to keep a checker busy is judged all the same', () => {
  const many = Array.from({ length: 50_000 }, (_, index) => `h${index}.a.com`).join()
  assert.deepEqual(
    found(VS, `{ hosts: [${many}, '*.com'], http: [{ redirect: { uri: / } }] }`).length,
    1,
  )
  const value = (text: string) =>
    found(
      VS,
      `{ hosts: [a], http: [{ redirect: { uri: / }, headers: { request: { set: { x: '${text}' } } } }] }`,
    )
  const at = 'error L0216 spec.http.0.headers.request.set.x'
  assert.deepEqual(value(`%A(${'x'.repeat(200_000)}`), [at])
  assert.deepEqual(value(`%A(${'(x)'.repeat(50_000)}`), [at])
  const rewrite = `{ hosts: [a], http: [{ route: [{ destination: { host: b } }], rewrite: { uriRegexRewrite: { match: '[${'\\\\a'.repeat(300)}', rewrite: x } } }] }`
  assert.deepEqual(found(VS, rewrite), ['error L0210 spec.http.0.rewrite.uriRegexRewrite.match'])
  assert.equal(regexProblem(`${'('.repeat(512)}${')'.repeat(512)}`), undefined)
  assert.equal(typeof regexProblem('['.repeat(1024)), 'string')
})

test('the annotation exportTo of a Service', () => {
  const check = (value: string) =>
    validate(documentOf('Service', '{}', { 'networking.istio.io/exportTo': value })).map(
      ({ code }) => code,
    )
  assert.deepEqual(check('., other'), [])
  assert.deepEqual(check('No_Namespace'), ['L0220'])
})

test('kinds that protect are never refused', () => {
  assert.deepEqual(
    found('AuthorizationPolicy', '{ action: DENY, rules: [{ from: [{ source: {} }] }] }'),
    [],
  )
  assert.deepEqual(found('PeerAuthentication', '{ portLevelMtls: { "0": { mode: STRICT } } }'), [])
})

// What Envoy 1.40 itself says of each was tried with `envoy --mode validate`.
const TAKEN =
  'a+? a{2} a{2,} a{,2} a{x} {1 ^* \\b+ (?i)a (?i-s:a) (?P<n>a) (?<n>a) (?P<n>a)(?P<n>b) [a-] [-a] []a] [^]a] [a-b-c] [\\w-.] [\\]] [[:^alpha:]] [:alpha:] [&&] \\pL \\p{Greek} \\p{^Lu} \\p{Any} \\012 \\0 \\x{41} \\Qa(b\\E+ \\C \\- \\/ (a{100}){10} x{1000} x{0} (|a)* é+ [é-ü] | ]'
const REFUSED =
  'a(?=b) a(?!b) (?<=a)b (?<!a)b (a)\\1 \\8 a** a++ a*+ a*?? a{1}{2} *a + {2} (a a) [a [] [z-a] [a-\\d] [[:foo:]] [\\b] (?>a) (?#c) (?x)a (?P=n) (?P<>a) (?P<é>a) (?i)* (*a) \\Z \\e \\u0041 \\777 \\p{Letter} \\pX \\x{110000} \\é \\ a{1001} a{2,1} (a{100}){11}'

test('regular expressions are read as RE2 does', () => {
  for (const regex of TAKEN.split(' ')) assert.equal(regexProblem(regex), undefined, regex)
  for (const regex of REFUSED.split(' ')) {
    assert.equal(typeof regexProblem(regex), 'string', regex)
  }
  assert.equal(regexProblem('a'.repeat(1024)), undefined)
  assert.match(regexProblem('a'.repeat(1025)) ?? '', /longer than 1024/)
  assert.match(regexProblem(`(${'a'.repeat(1000)}){100}`) ?? '', /repeats too much/)
})
