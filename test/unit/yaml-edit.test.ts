// Weights changed in the text of a file: nothing else may change.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { difference, type RuleProtocol, withWeights } from '../../src/dashboard/yaml-edit.ts'

const TEXT = `# the canary
apiVersion: v1
kind: Service
metadata: {name: web}
---
apiVersion: networking.istio.io/v1
kind:   VirtualService   # odd spaces
metadata:
  name: web
  namespace: shop
spec:
  hosts: [ "web" ]
  http:
  - name: first
    route: [{destination: {host: other}}, {destination: {host: third}, weight: 0}]
  - route:
      # the old one
      - destination:
          host: web
          subset: v1
        weight:   90 # most of it
      - destination: {host: web, subset: v2}

        weight: 0x0A
      - {destination: {host: web, subset: "v3"} }
      -   destination:
            host: last
  tcp:
  - route: [{destination: {host: db}}, {destination: {host: db-2}, weight: 1}]
`

function change(
  rule: number,
  weights: readonly number[],
  text = TEXT,
  protocol: RuleProtocol = 'http',
): string {
  const changed = withWeights(text, { namespace: 'shop', name: 'web', protocol, rule, weights })
  assert.ok('text' in changed, JSON.stringify(changed))
  return changed.text
}

test('only the numbers change, and what is missing is added in the style that is there', () => {
  const expected = TEXT.replace('  90 #', '  70 #')
    .replace('0x0A', '20')
    .replace('"v3"} }', '"v3"}, weight: 9 }')
    .replace('-   destination:', '-   weight: 1\n          destination:')
  assert.equal(change(1, [70, 20, 9, 1]), expected)
  assert.equal(
    change(0, [3, 4]),
    TEXT.replace('{host: other}}', '{host: other}, weight: 3}').replace('weight: 0}', 'weight: 4}'),
  )
  assert.equal(
    change(0, [3, 4], TEXT, 'tcp'),
    TEXT.replace('{host: db}}', '{host: db}, weight: 3}').replace('weight: 1}]', 'weight: 4}]'),
  )
  const windows = TEXT.replaceAll('\n', '\r\n')
  assert.equal(change(1, [70, 20, 9, 1], windows), expected.replaceAll('\n', '\r\n'))
})

test('what cannot be changed safely is refused', () => {
  const wanted = {
    ...{ namespace: 'shop', name: 'web', protocol: 'http' as const },
    ...{ rule: 1, weights: [1, 2, 3, 4] },
  }
  const refusals = [
    withWeights(TEXT, { ...wanted, name: 'gone' }),
    withWeights(TEXT, { ...wanted, weights: [1, 2] }),
    withWeights(TEXT, { ...wanted, rule: 7 }),
    withWeights(TEXT, { ...wanted, protocol: 'tls' as const }),
    withWeights('kind: VirtualService\n  bad: [', wanted),
    withWeights(TEXT.replace('weight:   90', 'weight: &w 90').replace('0x0A', '*w'), wanted),
  ]
  for (const refused of refusals) assert.ok('problem' in refused, JSON.stringify(refused))
})

test('the difference shows changed and added lines with some around', () => {
  const lines = difference(TEXT, change(1, [70, 20, 9, 1]))
  const shown = lines.map(({ sign, number, text }) => `${sign}${number}${text}`)
  assert.deepEqual(
    lines.filter(({ sign }) => sign !== ' ').map(({ sign, text }) => `${sign}${text.trim()}`),
    [
      '-weight:   90 # most of it',
      '+weight:   70 # most of it',
      '-weight: 0x0A',
      '+weight: 20',
      '-- {destination: {host: web, subset: "v3"} }',
      '+- {destination: {host: web, subset: "v3"}, weight: 9 }',
      '+-   weight: 1',
      '--   destination:',
      '+destination:',
    ],
    shown.join('\n'),
  )
  assert.deepEqual(difference(TEXT, TEXT), [])
})
