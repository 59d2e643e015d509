// TLS at the edge on a real Envoy: every mode, the choice by server name, and what becomes of bad and changing certificates.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join as path } from 'node:path'
import { test } from 'node:test'
import fastify from 'fastify'
import { guard } from '../../src/dashboard/access.ts'
import { addApi } from '../../src/dashboard/routes.ts'
import { type Edge, gateway, HTTPS, startEdge } from '../support/edge.ts'
import { skip } from '../support/envoy.ts'
import { http2, keepAlive, rawExchange, request } from '../support/http.ts'
import { waitFor } from '../support/wait.ts'
import { join, pairSecret, policy, secret } from '../support/workload.ts'

const TO_WEB = policy(
  'VirtualService',
  'shop/web',
  '{hosts: ["*.edge.test"], gateways: [edge/main], http: [{route: [{destination: {host: web}}]}]}',
)

const simple = (credentialName: string) => ({ mode: 'SIMPLE', credentialName })

test('modes of TLS', { skip }, async (t) => {
  const edge = await startEdge(t, async ({ ca, clients, folder }) => {
    const issue = (dns: string) => ca.issue({ dns })
    const files = await issue('files.edge.test')
    writeFileSync(path(folder, 'cert.pem'), files.chainPem)
    writeFileSync(path(folder, 'key.pem'), files.keyPem, { mode: 0o600 })
    const pair = {
      serverCertificate: path(folder, 'cert.pem'),
      privateKey: path(folder, 'key.pem'),
    }
    const lost = { serverCertificate: '/nowhere/cert.pem', privateKey: '/nowhere/key.pem' }
    const optional = await issue('optional.edge.test')
    return [
      TO_WEB,
      pairSecret('edge/simple', await issue('simple.edge.test')),
      pairSecret('edge/mutual', await issue('mutual.edge.test'), { 'ca.crt': clients.rootPem }),
      secret('edge/optional', { cert: optional.chainPem, key: optional.keyPem }),
      secret('edge/optional-cacert', { cacert: clients.rootPem }),
      pairSecret('edge/mesh', await issue('mesh.edge.test')),
      gateway(
        'main',
        { name: 'https-simple', hosts: ['simple.edge.test'], tls: simple('simple') },
        {
          ...{ name: 'https-mutual', hosts: ['mutual.edge.test'] },
          tls: { mode: 'MUTUAL', credentialName: 'mutual', subjectAltNames: ['buyer.test'] },
        },
        {
          ...{ name: 'https-optional', hosts: ['optional.edge.test'] },
          tls: { mode: 'OPTIONAL_MUTUAL', credentialName: 'optional' },
        },
        { name: 'https-files', hosts: ['files.edge.test'], tls: { mode: 'SIMPLE', ...pair } },
        { name: 'https-lost', hosts: ['lost.edge.test'], tls: { mode: 'SIMPLE', ...lost } },
        { name: 'https-mesh', hosts: ['mesh.edge.test'], tls: { mode: 'ISTIO_MUTUAL' } },
        {
          ...{ name: 'http', port: 8080, protocol: 'HTTP', hosts: ['simple.edge.test'] },
          tls: { httpsRedirect: true },
        },
      ),
    ]
  })
  const { ask, address, clients } = edge
  const client = async (dns: string, from = clients) => {
    const { chainPem, keyPem } = await from.issue({ dns })
    return { tls: { cert: chainPem, key: keyPem } }
  }
  const isRefused = (answer: string) => assert.match(answer, /^E[A-Z]|_SSL_|socket/, answer)

  await t.test('SIMPLE, and the choice by server name', async () => {
    assert.equal(await ask('simple.edge.test'), '200 web')
    assert.equal(await ask('files.edge.test'), '200 web')
    isRefused(await ask('other.edge.test'))
    // A request for a host of another server, over a connection that was let in for this one.
    assert.equal(await ask('simple.edge.test', { host: 'mutual.edge.test' }), '404')
    assert.equal(await ask('simple.edge.test', { host: `simple.edge.test:${HTTPS}` }), '200 web')
    // Its files are not there: nobody else suffers.
    isRefused(await ask('lost.edge.test'))
  })
  await t.test('HTTP/2 by ALPN', async () => {
    const tls = { servername: 'simple.edge.test', ca: edge.ca.rootPem, ALPNProtocols: ['h2'] }
    const connection = http2({ address, port: HTTPS, host: 'simple.edge.test', tls })
    assert.equal((await connection.request()).status, 200)
    connection.close()
  })
  await t.test(
    'MUTUAL takes only certificates of its authority, with a name it knows',
    async () => {
      isRefused(await ask('mutual.edge.test'))
      isRefused(await ask('mutual.edge.test', await client('buyer.test', edge.ca)))
      isRefused(await ask('mutual.edge.test', await client('other.test')))
      assert.equal(await ask('mutual.edge.test', await client('buyer.test')), '200 web')
    },
  )
  await t.test('OPTIONAL_MUTUAL takes none, and no wrong one', async () => {
    assert.equal(await ask('optional.edge.test'), '200 web')
    assert.equal(await ask('optional.edge.test', await client('any.test')), '200 web')
    isRefused(await ask('optional.edge.test', await client('any.test', edge.ca)))
  })
  await t.test('ISTIO_MUTUAL takes workloads of the mesh', async () => {
    const own = await edge.identity('shop/web')
    const checkServerIdentity = () => undefined
    assert.equal(await ask('mesh.edge.test', { tls: { ...own, checkServerIdentity } }), '200 web')
    isRefused(await ask('mesh.edge.test', { tls: { ca: own.ca, checkServerIdentity } }))
    const { tls } = await client('any.test')
    isRefused(await ask('mesh.edge.test', { tls: { ...tls, ca: own.ca, checkServerIdentity } }))
  })
  await t.test('plain HTTP is led to HTTPS', async () => {
    const answer = await request({ address, port: 8080, host: 'simple.edge.test', path: '/a?b' })
    assert.equal(answer.status, 301)
    assert.equal(answer.headers.location, 'https://simple.edge.test/a?b')
  })
  await t.test('the API shows no secret', async () => {
    const server = fastify()
    const now = () => new Date()
    guard(server, { data: '', demandToken: false, adminToken: undefined, now })
    addApi(server, () => edge.mesh.app)
    const answer = await server.inject('/api/v1/config/gateway.edge')
    assert.equal(answer.statusCode, 200)
    assert.match(answer.body, /kubernetes:\/\/simple/)
    assert.doesNotMatch(answer.body, /PRIVATE|BEGIN/)
    await server.close()
  })
})

test('passing through, plain TCP, and TLS that ends before TCP', { skip }, async (t) => {
  const edge = await startEdge(t, async ({ ca }) => [
    pairSecret('edge/ended', await ca.issue({ dns: 'ended.test' })),
    gateway(
      'main',
      {
        ...{ name: 'tls-passed', protocol: 'TLS', hosts: ['*.passed.test'] },
        tls: { mode: 'PASSTHROUGH' },
      },
      { name: 'tls-ended', protocol: 'TLS', hosts: ['ended.test'], tls: simple('ended') },
      { name: 'tcp', port: 9000, protocol: 'TCP', hosts: ['*'] },
      {
        ...{ name: 'tls-mesh', port: 15443, protocol: 'TLS', hosts: ['*.local'] },
        tls: { mode: 'AUTO_PASSTHROUGH' },
      },
    ),
    policy(
      'VirtualService',
      'shop/passed',
      `{hosts: [a.passed.test, b.passed.test], gateways: [edge/main], tls: [
        {match: [{sniHosts: [a.passed.test]}], route: [{destination: {host: secure}}]},
        {match: [{sniHosts: [b.passed.test], port: 1}], route: [{destination: {host: secure}}]}]}`,
    ),
    policy(
      'VirtualService',
      'shop/lines',
      `{hosts: ["*"], gateways: [edge/main], tcp: [
        {match: [{port: 9000}], route: [
          {destination: {host: lines, subset: v1}, weight: 50},
          {destination: {host: lines, subset: v2}, weight: 50}]},
        {match: [{port: ${HTTPS}}], route: [{destination: {host: lines, subset: v2}}]}]}`,
    ),
  ])

  await t.test('TLS passes unopened to the server that the rule names', async () => {
    assert.equal(await edge.ask('a.passed.test'), '200 secure')
    const { socket, serial } = await edge.dial('a.passed.test')
    socket.destroy()
    assert.equal(serial, edge.secureCertificate.serial)
    assert.match(await edge.ask('b.passed.test'), /^E/)
  })
  await t.test('what was TLS goes on as TCP', async () => {
    const { socket } = await edge.dial('ended.test')
    const [data] = await once(socket, 'data')
    socket.destroy()
    assert.equal(String(data), 'two')
  })
  await t.test('plain TCP is shared out by connection', async () => {
    const seen = new Set<string>()
    for (let i = 0; i < 60 && seen.size < 2; i += 1) {
      seen.add(await rawExchange({ address: edge.address, port: 9000, send: '', until: /one|two/ }))
    }
    assert.deepEqual([...seen].sort(), ['one', 'two'])
  })
  await t.test(
    'mutual TLS of the mesh reaches the service it names, and no other cluster',
    async () => {
      const own = await edge.identity('shop/web')
      const name = 'outbound_.8000_._.web.shop.svc.cluster.local'
      const tls = {
        ...own,
        checkServerIdentity: () => undefined,
        ALPNProtocols: ['istio-http/1.1'],
      }
      const options = { port: 15443, host: 'web.shop.svc.cluster.local', tls }
      assert.equal(await edge.ask(name, options), '200 web')
      const cluster = 'outbound|8000||web.shop.svc.cluster.local'
      assert.match(await edge.ask(cluster, options), /^E/)
      assert.match(await edge.ask(name.replace('8000', '1'), options), /^E/)
    },
  )
})

/** Asks over new connections and over one that stays, until told to stop; what is not 200 is collected. */
function load(edge: Edge, name: string) {
  const wrong: string[] = []
  let count = 0
  let isOver = false
  const tls = { servername: name, ca: edge.ca.rootPem }
  const kept = keepAlive({ address: edge.address, port: HTTPS, host: name, tls })
  const loop = (async () => {
    while (!isOver) {
      const answers = [edge.ask(name), kept.request({ headers: { host: name } })]
      const [fresh, old] = await Promise.allSettled(answers)
      if (fresh?.status !== 'fulfilled' || fresh.value !== '200 web')
        wrong.push(JSON.stringify(fresh))
      if (old?.status !== 'fulfilled') wrong.push(String(old?.reason))
      else if ((old.value as { status: number }).status !== 200)
        wrong.push(JSON.stringify(old.value))
      count += 1
    }
  })()
  return {
    count: () => count,
    async end() {
      isOver = true
      await loop
      kept.close()
      return wrong
    },
  }
}

test('certificates change and go wrong while requests are served', { skip }, async (t) => {
  const names = ['good', 'bad', 'late']
  const servers = names.map((name) => ({
    ...{ name: `https-${name}`, hosts: [`${name}.edge.test`], tls: simple(name) },
  }))
  const edge = await startEdge(t, async ({ ca }) => {
    const [good, bad] = await Promise.all(
      names.map((name) => ca.issue({ dns: `${name}.edge.test` })),
    )
    return [
      TO_WEB,
      gateway('main', ...servers),
      pairSecret('edge/good', good!),
      // Another one's key.
      pairSecret('edge/bad', { ...bad!, keyPem: good!.keyPem }),
    ]
  })
  const codes = () => edge.mesh.app.diagnostics().map(({ code }) => code)
  const serial = async (name: string) => {
    const { socket, serial } = await edge.dial(`${name}.edge.test`)
    socket.destroy()
    return serial
  }

  await t.test('a bad and a missing secret take down their own servers only', async () => {
    assert.ok(codes().includes('L0284'), codes().join())
    assert.ok(codes().includes('L0280'), codes().join())
    assert.equal(await edge.ask('good.edge.test'), '200 web')
    assert.match(await edge.ask('bad.edge.test'), /^E/)
    assert.match(await edge.ask('late.edge.test'), /^E/)
    const text = JSON.stringify([edge.mesh.log, edge.mesh.app.diagnostics()])
    assert.doesNotMatch(text, /PRIVATE|LS0tLS/)
  })

  const good = load(edge, 'good.edge.test')
  await t.test('they come up when their secrets are there', async () => {
    const [late, bad] = await Promise.all(
      ['late', 'bad'].map((name) => edge.ca.issue({ dns: `${name}.edge.test` })),
    )
    await edge.mesh.edit('late.yaml', pairSecret('edge/late', late!))
    await waitFor(
      'late to be served',
      () => serial('late'),
      (seen) => seen === late!.serial,
    )
    const text = join(TO_WEB, gateway('main', ...servers), pairSecret('edge/bad', bad!))
    const pair = await edge.ca.issue({ dns: 'good.edge.test' })
    await edge.mesh.edit(
      'edge.yaml',
      join(text, pairSecret('edge/good', pair)).replaceAll('EDGE', edge.address),
    )
    await waitFor(
      'bad to be served',
      () => serial('bad'),
      (seen) => seen === bad!.serial,
    )
    await waitFor(
      'a new certificate',
      () => serial('good'),
      (seen) => seen === pair.serial,
    )
    assert.ok(!codes().includes('L0280') && !codes().includes('L0284'), codes().join())

    const { resources } = edge.mesh.sent()
    const next = await edge.ca.issue({ dns: 'late.edge.test' })
    await edge.mesh.edit('late.yaml', pairSecret('edge/late', next))
    await waitFor(
      'the next certificate',
      () => serial('late'),
      (seen) => seen === next.serial,
    )
    assert.equal(edge.mesh.sent().resources, resources + 1, 'nothing but the secret is sent')

    edge.mesh.write('late.yaml', pairSecret('edge/late', { ...next, keyPem: pair.keyPem }))
    await waitFor('the wrong key to be noticed', codes, (seen) => seen.includes('L0284'))
    assert.equal(await serial('late'), next.serial, 'the last good pair stays')
    await edge.mesh.edit('late.yaml', '')
    await waitFor(
      'late to be gone',
      () => edge.ask('late.edge.test'),
      (answer) => answer !== '200 web',
    )
  })
  await t.test('no request of another server failed meanwhile', async () => {
    const [before] = [good.count()]
    await waitFor('more requests', good.count, (count) => count > before + 5)
    assert.deepEqual(await good.end(), [])
  })
})
