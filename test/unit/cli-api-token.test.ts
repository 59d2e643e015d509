// `lotse token create --api` and the HTTP side of a running control plane, end to end.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { lotse, serve } from '../support/command.ts'
import { testFolder } from '../support/envoy.ts'
import { freePort } from '../support/ports.ts'
import { service } from '../support/workload.ts'

test('API tokens are made, listed, used and revoked', async (t) => {
  const folder = testFolder(t)
  const data = join(folder, 'data')
  const config = join(folder, 'mesh.yaml')
  writeFileSync(config, service('shop/web', { app: 'web' }, 'http:80'))
  const http = `0.0.0.0:${await freePort('0.0.0.0')}`
  await serve(t, { config, data, http })
  const create = (...more: string[]) =>
    lotse(t, 'token', 'create', '--data', data, '--api', ...more)
  const bound = await create('--namespace', 'shop', '--ttl', '600')
  assert.equal(bound.code, 0, bound.stderr)
  assert.match(bound.stdout, /^lotse-api1\.[a-z2-7]{16}\.[A-Za-z0-9_-]{43}\n$/)
  const admin = await create('--role', 'admin')
  const ask = async (path: string, token?: string) => {
    const headers = token ? { authorization: `Bearer ${token.trim()}` } : {}
    const port = http.split(':')[1]
    return (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).status
  }
  assert.deepEqual(
    [
      await ask('/api/v1/status'),
      await ask('/api/v1/status', bound.stdout),
      await ask('/metrics', bound.stdout),
      await ask('/metrics', admin.stdout),
    ],
    [401, 200, 403, 200],
  )
  const id = bound.stdout.split('.')[1]!
  const list = await lotse(t, 'token', 'list', '--data', data)
  assert.match(list.stdout, new RegExp(`^${id}  api read  \\S+Z  shop$`, 'm'))
  assert.equal((await lotse(t, 'token', 'revoke', id, '--data', data)).code, 0)
  assert.equal(await ask('/api/v1/status', bound.stdout), 401, 'at once')
  const odd = await create('--role', 'king')
  assert.equal(odd.code, 2)
  assert.equal((await create('--namespace', '../x')).code, 1)
})
