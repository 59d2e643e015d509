// Laws of the registry: order does not matter, step by step equals from scratch, nothing throws, ajv and yaml agree.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { parseAllDocuments, stringify } from 'yaml'
import { printDiagnostic } from '../../src/model/diagnostic.ts'
import { type Kind, writtenKind } from '../../src/model/document.ts'
import { nanoseconds } from '../../src/model/duration.ts'
import { printOrigin } from '../../src/model/origin.ts'
import { SCHEMAS } from '../../src/model/schema/index.ts'
import type { Schema } from '../../src/model/shape.ts'
import { check } from '../../src/registry/check.ts'
import { fit } from '../../src/registry/fit.ts'
import { parsePlain } from '../../src/registry/plain.ts'
import { type FilesState, NOTHING, nextState } from '../../src/registry/state.ts'
import { find, parse, parseAny, split } from '../../src/registry/yaml.ts'
import '../support/laws.ts'

type Files = ReadonlyMap<string, string>

function step(previous: FilesState, files: Files): FilesState {
  const contents = [...files].map(([path, text]) => {
    const old = previous.files.get(path)?.content
    return [path, old && 'text' in old && old.text === text ? old : { text }] as const
  })
  const steps = nextState(previous, { files: new Map(contents), troubles: [] })
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** Everything a state says, places included. */
const shown = (state: FilesState) => ({
  documents: state.documents.map(({ kind, apiVersion, metadata, spec, at }) => ({
    kind,
    apiVersion,
    metadata,
    spec,
    places: [[], ['metadata', 'name'], ['spec', 'ports', 0, 'port']].map((path) =>
      printOrigin(at(path)),
    ),
  })),
  diagnostics: state.diagnostics.map(printDiagnostic),
})

/** What a state says without the places. */
const meant = (state: FilesState) => ({
  documents: state.documents.map(({ kind, metadata, spec }) => ({ kind, metadata, spec })),
  diagnostics: state.diagnostics.map(({ code, about }) => `${code} ${about}`).sort(),
})

const time = fc.constantFrom(undefined, '2024-01-01T00:00:00Z', '2025-01-01T00:00:00Z')
const object = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    port: fc.nat(3),
    time,
    extra: fc.constantFrom('', '# a comment\n', '  unknown: 1\n'),
  })
  .map(({ name, port, time, extra }) => {
    const created = time ? `, creationTimestamp: "${time}"` : ''
    return `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}${created}}\nspec:\n  ports:\n  - port: ${port}\n${extra}`
  })
const ignored = fc.constantFrom('# nothing\n', '', 'apiVersion: v1\nkind: Pod\n')
const broken = fc.constantFrom(
  'a: [\n',
  'kind: x: y\n',
  'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: x}\n',
)
const sound = fc.oneof({ weight: 6, arbitrary: object }, ignored)
const fileOf = (part: fc.Arbitrary<string>) =>
  fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('---\n'))
const path = fc.constantFrom('a.yaml', 'b.yaml', 'd/c.yaml')

test('neither the order of files nor that of documents matters', () => {
  fc.assert(
    fc.property(
      fc
        .array(fc.tuple(path, sound), { maxLength: 8 })
        .chain((parts) =>
          fc.tuple(
            fc.constant(parts),
            fc.shuffledSubarray(parts, { minLength: parts.length }),
            fc.array(path, { minLength: parts.length, maxLength: parts.length }),
          ),
        ),
      ([parts, shuffled, elsewhere]) => {
        const filesOf = (list: readonly (readonly [string, string])[]) => {
          const files = new Map<string, string>()
          for (const [name, text] of list) {
            files.set(name, files.has(name) ? `${files.get(name)}---\n${text}` : text)
          }
          return files
        }
        const expected = meant(step(NOTHING, filesOf(parts)))
        const moved = shuffled.map(([, text], index) => [elsewhere[index]!, text] as const)
        assert.deepEqual(meant(step(NOTHING, filesOf(shuffled))), expected)
        assert.deepEqual(meant(step(NOTHING, filesOf(moved))), expected)
      },
    ),
    { numRuns: 1000 },
  )
})

const edit = (text: fc.Arbitrary<string>) =>
  fc.tuple(path, fc.oneof({ weight: 5, arbitrary: text }, fc.constant(undefined)))

test('step by step equals from scratch, as long as nothing is broken', () => {
  fc.assert(
    fc.property(fc.array(edit(fileOf(sound)), { maxLength: 5 }), (edits) => {
      const files = new Map<string, string>()
      let state = NOTHING
      for (const [name, text] of edits) {
        if (text === undefined || text.trim() === '') files.delete(name)
        else files.set(name, text)
        const next = step(state, files)
        assert.deepEqual(shown(next), shown(step(NOTHING, files)))
        const doubles = [state, next].some(({ diagnostics }) =>
          diagnostics.some(({ code }) => code === 'L0108'),
        )
        const before = doubles ? [] : state.documents
        const specs = new Map(before.map((document) => [document.metadata.name, document]))
        for (const document of next.documents) {
          const old = specs.get(document.metadata.name)
          if (!old || old.at([]).source !== document.at([]).source) continue
          if (JSON.stringify(old.spec) !== JSON.stringify(document.spec)) continue
          assert.equal(old.spec, document.spec, 'an equal spec of the same file is the same object')
        }
        assert.equal(step(next, files), next, 'reading the same again changes nothing')
        state = next
      }
    }),
    { numRuns: 1000 },
  )
})

const heldIn = (state: FilesState, path: string) => {
  const held = state.files.get(path)?.held ?? []
  return [...new Set(held.map(({ document }) => document.metadata.name))].sort()
}

test('with broken input an object in force is what its file says or the last good that it said', () => {
  fc.assert(
    fc.property(
      fc.array(edit(fileOf(fc.oneof({ weight: 3, arbitrary: object }, broken))), { maxLength: 5 }),
      (edits) => {
        const files = new Map<string, string>()
        let state = NOTHING
        const ever = new Map<string, Set<string>>()
        for (const [name, text] of edits) {
          if (text === undefined) files.delete(name)
          else files.set(name, text)
          const before = state
          state = step(state, files)
          const scratch = step(NOTHING, files)
          const now = new Set(state.documents.map(({ metadata }) => metadata.name))
          for (const { metadata } of scratch.documents) {
            assert.ok(now.has(metadata.name), 'a good object is in force whatever stands around it')
          }
          const good = scratch.diagnostics.every(({ code }) => code !== 'L0101' && code !== 'L0105')
          if (good) assert.deepEqual(meant(state), meant(scratch))
          for (const document of scratch.files.values()) {
            for (const { document: each } of document.held) {
              const key = `${document.path} ${each.metadata.name}`
              ever.set(key, (ever.get(key) ?? new Set()).add(JSON.stringify(each.spec)))
            }
          }
          for (const { metadata, spec, at } of state.documents) {
            const said = ever.get(`${at([]).source} ${metadata.name}`)
            assert.ok(
              said?.has(JSON.stringify(spec)),
              'nothing is in force that its file never said',
            )
          }
          const parsed = split(text ?? '').map((chunk) => parse(chunk.text).type)
          if (parsed.length > 0 && parsed.every((type) => type === 'problem')) {
            assert.deepEqual(heldIn(state, name), heldIn(before, name), 'a broken file keeps all')
          }
        }
      },
    ),
    { numRuns: 1000 },
  )
})

test('mutated YAML never throws, and every diagnostic stands inside the file', () => {
  const seed = `# Comment\n---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: a\n  labels: &l {app: "a", 'b': c}\nspec:\n  hosts:\n  - a\n  http:\n  - match:\n    - headers: {x: {exact: "1"}}\n    route:\n    - destination: {host: a, port: {number: 80}}\n    timeout: 1.5s\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, labels: *l}\ndata:\n  text: |\n    line\n    --- not a mark\n  folded: >-\n    a\n    b\n`
  const cut = fc.record({
    at: fc.nat(seed.length),
    remove: fc.nat(12),
    insert: fc.oneof(
      fc.constantFrom('\t', '\n---\n', '{{ x }}', '[', '}', '*', '&', '!', ': ', '- ', '"', '\r\n'),
      fc.constantFrom(
        '<<: *l\n',
        '\n...\n',
        '%YAML 1.3\n',
        '\0',
        '\u2028',
        '\ufeff',
        '? ',
        '|',
        '@',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    ),
  })
  fc.assert(
    fc.property(fc.array(cut, { minLength: 1, maxLength: 5 }), (cuts) => {
      let text = seed
      for (const { at, remove, insert } of cuts) {
        text = text.slice(0, at) + insert + text.slice(at + remove)
      }
      const state = step(NOTHING, new Map([['a.yaml', text]]))
      const lines = text.split('\n').length
      for (const { origin } of state.diagnostics) {
        assert.ok(origin && origin.line >= 1 && origin.line <= lines + 1, JSON.stringify(origin))
      }
    }),
    { numRuns: 1000 },
  )
})

const key = fc.constantFrom(
  'a',
  'b',
  'spec',
  'x.y/z',
  '8080',
  'true',
  'null',
  '~',
  'é',
  '__proto__',
)
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('', 'x', '1', 'true', '- a', 'a: b', '#', ' ', 'multi\nline\n', '---', '{{x}}'),
    fc.integer(),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value

test('a file is cut into the documents that the yaml library sees, and each place is that of its key', () => {
  fc.assert(
    fc.property(fc.array(json, { maxLength: 4 }), fc.boolean(), (values, flow) => {
      const parts = values.map((value) =>
        stringify(value, { collectionStyle: flow ? 'flow' : 'any' }),
      )
      const text = parts.map((part) => `---\n${part}`).join('')
      const chunks = split(text)
      const mine = chunks.map((chunk) => parse(chunk.text))
      const theirs = parseAllDocuments(text, { stringKeys: true, merge: true })
      assert.deepEqual(
        mine.map((parsed) => (parsed.type === 'value' ? parsed.value : parsed.type)),
        Array.isArray(theirs) ? theirs.map((document) => document.toJS()) : [],
      )
      const lines = text.split('\n')
      mine.forEach((parsed, index) => {
        if (parsed.type !== 'value') return
        for (const path of pathsOf(parsed.value)) {
          const place = find(parsed.place, path)
          const line = lines[chunks[index]!.line + place.line] ?? ''
          const last = path.at(-1)
          if (typeof last !== 'string' || last === '') continue
          const found = line.slice(place.column)
          const quoted = found.replace(/^["']/, '').replace(/^\? ["']?/, '')
          assert.ok(quoted.startsWith(last), `${path.join('.')} at ${JSON.stringify(found)}`)
        }
      })
    }),
    { numRuns: 1000 },
  )
})

function pathsOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path]
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [path, ...entries.flatMap(([key, child]) => pathsOf(child, [...path, key]))]
}

test('the fast way through plain YAML says what the library says, or nothing', () => {
  const seed = `# c\nkind: A\nmetadata: {name: a, labels: {x: "1", y: 'z'}}\nspec:\n  hosts: [a, b.c]\n  http:\n  - match:\n      - uri: {prefix: /a}\n    timeout: 1.5s # c\n    n: 80\n  - name: -1.5\n  last: ""\n  list:\n    - 10.0.0.1\n    - a:1\nempty:\nend: no\n`
  const part = fc.oneof(
    fc.constantFrom(
      '\n',
      ' ',
      '  ',
      '\n  ',
      '\n- ',
      '- ',
      ': ',
      ':',
      ' #',
      '#',
      ', ',
      '{',
      '}',
      '[',
      ']',
    ),
    fc.constantFrom(
      '"',
      "'",
      'a: 1',
      'x: y\n',
      '0x1F',
      '1e3',
      '.5',
      '-0',
      '007',
      '0o7',
      '.inf',
      '~',
      '\u00fc',
    ),
    fc.constantFrom(
      'null',
      'True',
      '---\n',
      '...',
      '<<',
      '? ',
      '|',
      '>',
      '&a ',
      '*a',
      '!!str ',
      '@',
      '%',
      '1:2',
      '--',
    ),
    fc.string({ unit: 'grapheme-ascii', maxLength: 3 }),
  )
  const cut = fc.record({ at: fc.nat(seed.length), remove: fc.nat(6), insert: part })
  let plain = 0
  fc.assert(
    fc.property(fc.array(cut, { maxLength: 4 }), (cuts) => {
      let text = seed
      for (const { at, remove, insert } of cuts) {
        text = text.slice(0, at) + insert + text.slice(at + remove)
      }
      for (const chunk of split(text)) {
        const fast = parsePlain(chunk.text)
        if (fast) assert.deepEqual(fast, parseAny(chunk.text))
        if (fast) plain++
      }
    }),
    { numRuns: 1000 },
  )
  assert.ok(plain > 100, `${plain} plain documents`)
})

const described = new Map<Schema, fc.Arbitrary<unknown>>()

/** Values that a schema describes, with mistakes strewn in. */
function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  const known = described.get(schema)
  if (known) return known
  const junk = fc.constantFrom<unknown>(null, 1, -1, 1.5, 70000, '', 'x', '5s', true, [], {}, [
    null,
  ])
  const values = fc.oneof(
    { weight: 12, arbitrary: soundOf(schema) },
    { weight: 1, arbitrary: junk },
  )
  described.set(schema, values)
  return values
}

function soundOf(schema: Schema): fc.Arbitrary<unknown> {
  const types = [schema.type ?? 'object'].flat()
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (types.includes('integer')) {
    return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 9 })
  }
  if (types.includes('number')) return fc.double({ noNaN: true, min: 0, max: 100 })
  if (types.includes('boolean')) return fc.boolean()
  if (types.includes('string')) return fc.constantFrom('a', '1s', '1h2m', '300ms', 'web')
  if (types.includes('array')) {
    return fc.array(valuesOf(schema.items ?? {}), { minLength: 1, maxLength: 2 })
  }
  if (!schema.properties) {
    const item = schema.additionalProperties ? valuesOf(schema.additionalProperties) : fc.nat(1)
    return fc.dictionary(fc.constantFrom('a', '80'), item, { maxKeys: 2 })
  }
  const fields = Object.entries(schema.properties)
  const needed = fields.filter(([name]) => schema.required?.includes(name))
  return fc
    .subarray(fields, { maxLength: Math.min(3, fields.length) })
    .chain((picked) =>
      fc.tuple(
        ...[...picked, ...needed].map(([name, field]) =>
          fc.tuple(fc.constant(name), valuesOf(field)),
        ),
        fc.constantFrom(['typo', 1], ['typo', {}]),
      ),
    )
    .map((entries) => Object.fromEntries(entries))
}

test('the check of a shape and ajv come to the same verdict', () => {
  const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true })
  ajv.addVocabulary(['later', 'unused', 'exclusive'])
  ajv.addFormat('duration', (text: string) => nanoseconds(text) !== undefined)
  const verdicts = { right: 0, wrong: 0 }
  for (const [kind, { shape }] of Object.entries(SCHEMAS)) {
    const validate = ajv.compile(shape.schema)
    fc.assert(
      fc.property(valuesOf(shape.schema), (value) => {
        const { copy, notes } = fit(shape.schema, value, [])
        const mistakes = notes.filter(({ type }) => type === 'misfit' || type === 'missing')
        const expected = validate(copy)
        assert.equal(mistakes.length === 0, expected, JSON.stringify(validate.errors))
        const places = new Set(mistakes.map(({ path }) => path.join('/')))
        for (const error of validate.errors ?? []) {
          const { missingProperty } = error.params as { missingProperty?: string }
          const place = `${error.instancePath}${missingProperty ? `/${missingProperty}` : ''}`
          assert.ok(places.has(place.slice(1)), `${kind}: ${place} ${error.message}`)
        }
        verdicts[expected ? 'right' : 'wrong']++
      }),
      { numRuns: 60 },
    )
  }
  assert.ok(verdicts.right > 100 && verdicts.wrong > 100, JSON.stringify(verdicts))
})

test('check takes any JSON', () => {
  const start = fc.constantFrom(
    ...Object.entries(SCHEMAS).map(([kind, { apiVersions }]) => ({
      kind: writtenKind(kind as Kind),
      apiVersion: apiVersions[0],
    })),
  )
  fc.assert(
    fc.property(start, fc.jsonValue(), fc.jsonValue(), (head, metadata, spec) => {
      const { content, refused, findings } = check({ ...head, metadata, spec })
      assert.equal(content === undefined, refused)
      assert.equal(
        refused,
        findings.some(({ severity }) => severity === 'error'),
      )
    }),
    { numRuns: 1000 },
  )
})
