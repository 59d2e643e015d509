// A VirtualService that delegates, on the real Envoy: requests follow the delegate's rules, and a change of the delegate at once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from '../support/envoy.ts'
import { startShop } from '../support/shop.ts'
import { policy } from '../support/workload.ts'

const ONE = 'route: [{destination: {host: web.shop.svc.cluster.local, subset: v1}}]'
const TWO = 'route: [{destination: {host: web.shop.svc.cluster.local, subset: v2}}]'

test('delegation', { skip }, async (t) => {
  const shop = await startShop(t)
  const root = policy(
    'VirtualService',
    'shop/web',
    `{hosts: [web], http: [{match: [{uri: {prefix: /team}}], delegate: {name: team, namespace: else}}, {${ONE}}]}`,
  )
  const by = async (path: string, headers = {}) => {
    const answer = await shop.ask({ path, headers })
    return answer.by || answer.status
  }
  const team = (http: string) => policy('VirtualService', 'else/team', `{http: ${http}}`)
  await shop.rules(
    root,
    team(`[{match: [{uri: {exact: /team/b}}], ${TWO}}, {route: [{destination: {host: other}}]}]`),
  )
  assert.equal(await by('/'), 'one')
  assert.equal(await by('/team/b'), 'two')
  assert.equal(await by('/team'), 'other', 'a short name means the delegate’s namespace')
  await shop.rules(
    root,
    team(
      `[{match: [{uri: {prefix: /elsewhere}}], ${TWO}}, {match: [{headers: {x: {exact: y}}}], ${TWO}}]`,
    ),
  )
  assert.equal(await by('/team', { x: 'y' }), 'two')
  assert.equal(await by('/team'), 'one', 'what the delegate does not match goes on')
  assert.equal(await by('/elsewhere', { x: 'y' }), 'one', 'nothing outside of the root’s match')
  await shop.rules(root)
  assert.equal(await by('/team'), 'one', 'a missing delegate takes nothing')
})
