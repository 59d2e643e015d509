// Fetching from an address that a policy's author chose: no way into networks that the author cannot reach, and no answer without end.
import assert from 'node:assert/strict'
import type { LookupAddress } from 'node:dns'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type Fetched, forbidden, guardedFetch } from '../../src/registry/guarded-fetch.ts'

async function serve(
  t: TestContext,
  handle: RequestListener,
): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.headers.host} ${request.url}`)
    handle(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { port: (server.address() as AddressInfo).port, asked }
}

const at =
  (...addresses: string[]) =>
  async (): Promise<LookupAddress[]> =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

const problem = (fetched: Fetched): string => ('problem' in fetched ? fetched.problem : 'fetched')

test('addresses: which may be connected to, however they are written', () => {
  const never = ['169.254.169.254', '169.254.0.1', 'fe80::1', 'fd00:ec2::254']
  const dressed = [
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::a00:1',
    '2002:7f00:1::',
    '2001:0:1::1',
  ]
  const inside = [
    '127.0.0.1',
    '127.9.9.9',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '100.64.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fc00::1',
    'fd12::1',
    'ff02::1',
  ]
  const outside = ['1.1.1.1', '172.32.0.1', '100.128.0.1', '9.255.255.255', '2606:4700::1111']
  for (const address of [...never, ...dressed]) {
    assert.notEqual(forbidden(address, true), undefined, `${address} never`)
    assert.notEqual(forbidden(address, false), undefined, address)
  }
  for (const address of inside) {
    assert.notEqual(forbidden(address, false), undefined, address)
    assert.equal(forbidden(address, true), undefined, `${address} if it is allowed`)
  }
  for (const address of outside) assert.equal(forbidden(address, false), undefined, address)
})

test('nothing is sent to a forbidden address: by number, by name, by redirect, by a second answer', async (t) => {
  const inside = await serve(t, (_, response) => response.end('secret'))
  const base = { timeout: 5_000, allowPrivate: false }
  const numbers = [
    '127.0.0.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '169.254.169.254',
    '0',
  ]
  for (const host of numbers) {
    const fetched = await guardedFetch(`http://${host}:${inside.port}/`, base)
    assert.match(problem(fetched), /address|IPv4 address in IPv6 form/, host)
  }
  for (const addresses of [
    ['127.0.0.1'],
    ['1.1.1.1', '127.0.0.1'],
    ['::ffff:127.0.0.1'],
    ['169.254.169.254'],
    [],
  ]) {
    const fetched = await guardedFetch(`http://keys.test:${inside.port}/`, {
      ...base,
      resolve: at(...addresses),
    })
    assert.match(problem(fetched), /keys\.test (is|has no address)/, addresses.join())
  }
  for (const url of [
    'file:///etc/passwd',
    'ftp://a.test/',
    'gopher://a.test/',
    'data:,x',
    'http://u:p@a.test/',
    'nonsense',
  ]) {
    assert.notEqual(problem(await guardedFetch(url, base)), 'fetched', url)
  }
  assert.deepEqual(inside.asked, [])
})

test('redirects: each is judged anew, few are followed, none from TLS to plain text', async (t) => {
  const targets = [
    'http://169.254.169.254/latest/meta-data',
    'http://metadata.test/',
    'file:///etc/passwd',
    'http://[fe80::1]/',
    '//169.254.1.1/x',
  ]
  const site = await serve(t, (request, response) => {
    const number = Number(/\d+/.exec(request.url ?? '')?.[0])
    const location = request.url?.startsWith('/loop') ? `/loop${number + 1}` : targets[number]
    if (request.url === '/end') return response.end('keys')
    response.writeHead(302, { location: request.url === '/ok' ? '/end' : location }).end()
  })
  const resolve = async (host: string) =>
    at(host === 'metadata.test' ? '169.254.169.254' : '127.0.0.1')()
  const get = (path: string) =>
    guardedFetch(`http://site.test:${site.port}${path}`, {
      timeout: 5_000,
      allowPrivate: true,
      resolve,
    })
  for (const index of targets.keys()) {
    assert.match(problem(await get(`/${index}`)), /link-local|not possible/, targets[index])
  }
  assert.deepEqual(await get('/ok'), { text: 'keys' })
  assert.match(problem(await get('/loop0')), /redirects more than 3 times/)
  assert.equal(site.asked.filter((line) => line.includes('/loop')).length, 4)
})

test('a name whose answer changes is connected to as it was checked', async (t) => {
  const site = await serve(t, (_, response) => response.end('keys'))
  let answers = 0
  const rebinding = async () => {
    answers += 1
    return at(answers === 1 ? '127.0.0.1' : '169.254.169.254')()
  }
  const fetched = await guardedFetch(`http://rebind.test:${site.port}/`, {
    timeout: 5_000,
    allowPrivate: true,
    resolve: rebinding,
  })
  assert.deepEqual(fetched, { text: 'keys' })
  assert.equal(answers, 1, 'asked once, so there is no second answer to go to')
})

test('answers: too long, too slow, no answer, a wrong status', async (t) => {
  const site = await serve(t, (request, response) => {
    if (request.url === '/endless') {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) {}
      }
      response.on('drain', more)
      return more()
    }
    if (request.url === '/silent') return
    response.writeHead(500).end('no')
  })
  const get = (path: string, timeout = 10_000) =>
    guardedFetch(`http://127.0.0.1:${site.port}${path}`, { timeout, allowPrivate: true })
  assert.match(problem(await get('/endless')), /more than 262144 bytes/)
  assert.match(problem(await get('/silent', 50)), /no answer within 50 ms/)
  assert.match(problem(await get('/')), /it answers 500/)
})
