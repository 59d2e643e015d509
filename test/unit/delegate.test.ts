// VirtualServices that delegate: how two lists of rules become one, and what cannot be delegated.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printDiagnostic } from '../../src/model/diagnostic.ts'
import { printOrigin } from '../../src/model/origin.ts'
import type { HttpRoute } from '../../src/model/schema/virtual-service.ts'
import { withDelegates } from '../../src/translate/kinds/delegate.ts'
import { mergeMatches } from '../../src/translate/kinds/delegate-match.ts'
import { references } from '../../src/translate/validate/references.ts'
import { viewOf } from '../support/views.ts'
import { join, policy } from '../support/workload.ts'

const rule = (named: string, spec: string) => policy('VirtualService', named, spec)
const TO_WEB = 'route: [{destination: {host: web}}]'

function delegated(...documents: string[]) {
  const view = viewOf(join(...documents))
  const root = view.get('VirtualService', 'shop/root')!
  const { document, problems } = withDelegates(view, root)
  return {
    http: document.spec.http as readonly HttpRoute[],
    at: (...path: (string | number)[]) => printOrigin(document.at(['spec', 'http', ...path])),
    codes: problems.map(({ code }) => code),
    identical: document === root,
    told: references(view.mesh)
      .filter(({ code }) => /L023[456]|L0238/.test(code))
      .map(printDiagnostic),
  }
}

test('without delegation a rule stays the object it is', () => {
  assert.ok(delegated(rule('shop/root', `{hosts: [a], http: [{${TO_WEB}}]}`)).identical)
})

test('the delegate’s rules take the place of the rule, in order, with what it does not say itself', () => {
  const { http, at, codes } = delegated(
    rule(
      'shop/root',
      `
  hosts: [a]
  http:
  - match: [{uri: {prefix: /x}}]
    name: outer
    timeout: 9s
    fault: {abort: {httpStatus: 500}}
    delegate: {name: team, namespace: other}
  - ${TO_WEB}`,
    ),
    rule(
      'other/team',
      `
  http:
  - match: [{uri: {exact: /x/1}, headers: {b: {exact: c}}}]
    name: inner
    timeout: 1s
    mirror: {host: web}
    ${TO_WEB}
  - ${TO_WEB}`,
    ),
  )
  assert.deepEqual(codes, [])
  assert.equal(http.length, 3)
  const full = { host: 'web.other.svc.cluster.local' }
  assert.deepEqual(http[0], {
    name: 'outer-inner',
    match: [{ uri: { exact: '/x/1' }, headers: { b: { exact: 'c' } } }],
    timeout: '1s',
    fault: { abort: { httpStatus: 500 } },
    mirror: full,
    route: [{ destination: full }],
  })
  assert.equal(http[1]?.timeout, '9s')
  assert.deepEqual(http[1]?.match, [{ uri: { prefix: '/x' } }])
  assert.deepEqual(http[2], { route: [{ destination: { host: 'web' } }] })
  // Lines of the delegate where it decides, of the root where that does.
  assert.deepEqual(
    [at(0), at(0, 'timeout'), at(0, 'fault'), at(0, 'match', 0, 'uri'), at(1, 'match', 0), at(2)],
    [20, 22, 10, 20, 7, 12].map((line, index) => {
      const column = [5, 5, 5, 14, 13, 5][index]
      return `mesh.yaml:${line}:${column}`
    }),
  )
})

test('what cannot be delegated is told with its line, and hurts nothing else', () => {
  const { http, codes, told } = delegated(
    rule(
      'shop/root',
      `{hosts: [a], http: [{delegate: {name: gone}}, {delegate: {name: root}}, {delegate: {name: hidden, namespace: other}},
      {match: [{uri: {prefix: /a}}], delegate: {name: wide}}, {delegate: {name: loop}}, {${TO_WEB}}]}`,
    ),
    rule('other/hidden', `{exportTo: ["."], http: [{${TO_WEB}}]}`),
    rule(
      'shop/wide',
      `{http: [{match: [{uri: {prefix: /}}], ${TO_WEB}}, {match: [{method: {exact: GET}}], ${TO_WEB}}]}`,
    ),
    rule('shop/loop', `{http: [{delegate: {name: loop}}]}`),
    rule('shop/idle', `{http: [{${TO_WEB}}]}`),
  )
  assert.deepEqual(codes, ['L0234', 'L0234', 'L0234', 'L0236'])
  assert.equal(http.length, 2)
  assert.deepEqual(
    told.map((line) => line.replace(/: warning: .*\((L\d+)\)$/, ' $1')),
    [
      'mesh.yaml:4:28 L0234',
      'mesh.yaml:4:54 L0234',
      'mesh.yaml:4:80 L0234',
      'mesh.yaml:17:16 L0236',
      'mesh.yaml:23:16 L0235',
      'mesh.yaml:29:1 L0238',
    ],
  )
})

test('a match lies within another, or does not', () => {
  const merge = (outer: object, own: object) =>
    mergeMatches({ list: [outer], namespace: 'a' }, { list: [own], namespace: 'b' })?.[0]?.match
  const within: [outer: object, own: object][] = [
    [{ uri: { prefix: '/a' } }, { uri: { prefix: '/a' } }],
    [{ uri: { prefix: '/a' } }, { uri: { exact: '/ab' } }],
    [{ uri: { regex: 'x' } }, { uri: { regex: 'x' } }],
    [{ port: 80 }, { sourceNamespace: 'n' }],
    [{ headers: { h: {} } }, { headers: { h: { exact: 'v' } } }],
    [{ sourceLabels: { a: '1' } }, { sourceLabels: { b: '2' } }],
    [{ gateways: ['g', 'mesh'] }, { gateways: ['a/g'] }],
  ]
  for (const [outer, own] of within) assert.ok(merge(outer, own), JSON.stringify([outer, own]))
  const apart: [outer: object, own: object][] = [
    [{ uri: { prefix: '/a/b' } }, { uri: { prefix: '/a' } }],
    [{ uri: { exact: '/a' } }, { uri: { prefix: '/a' } }],
    [{ uri: { prefix: '/a' } }, { uri: { regex: '/a.*' } }],
    [{ uri: { prefix: '/a' } }, { uri: { prefix: '/a' }, ignoreUriCase: true }],
    [{ headers: { h: { exact: 'x' } } }, { headers: { h: { exact: 'y' } } }],
    [{ queryParams: { q: { exact: 'x' } } }, { queryParams: { q: { prefix: 'x' } } }],
    [{ port: 80 }, { port: 81 }],
    [{ sourceNamespace: 'a' }, { sourceNamespace: 'b' }],
    [{ sourceLabels: { a: '1' } }, { sourceLabels: { a: '2' } }],
    [{ gateways: ['g'] }, { gateways: ['g'] }],
  ]
  for (const [outer, own] of apart)
    assert.equal(merge(outer, own), undefined, JSON.stringify([outer, own]))
  assert.deepEqual(
    merge({ name: 'o', headers: { a: {} }, gateways: ['g'] }, { name: 'i', headers: { b: {} } }),
    {
      name: 'o-i',
      headers: { a: {}, b: {} },
      gateways: ['a/g'],
    },
  )
})
