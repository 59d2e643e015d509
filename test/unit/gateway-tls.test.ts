// Who gets which secret, and what is told of secrets that are missing or wrong.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import type { Document } from '../../src/model/document.ts'
import type { Node } from '../../src/model/node.ts'
import { checkCredential } from '../../src/registry/credential.ts'
import { translate } from '../../src/translate/translate.ts'
import { admit, NOTHING_ADMITTED } from '../../src/translate/validate/admit.ts'
import { validate } from '../../src/translate/validate/index.ts'
import { references } from '../../src/translate/validate/references.ts'
import { testCa } from '../support/certificates.ts'
import { viewOf } from '../support/views.ts'
import { join, pairSecret, policy, secret, workload } from '../support/workload.ts'

const ca = await testCa('public')
const pair = await ca.issue({ dns: 'a.test' })
const other = await ca.issue({ dns: 'b.test' })
const NOW = new Date()

const proxy = (named: string) =>
  workload({ workload: named, address: '127.0.0.1', labels: { istio: 'edge' } })

/** One HTTPS server with these TLS settings. */
const gateway = (tls: string, named = 'a/edge') =>
  policy(
    'Gateway',
    named,
    `{selector: {istio: edge}, servers: [{port: {number: 443, protocol: HTTPS, name: https}, hosts: [a.test], tls: ${tls}}]}`,
  )

const SIMPLE = '{mode: SIMPLE, credentialName: bank}'

function setFor(yaml: string, node: Partial<Node> = {}) {
  const labels = { istio: 'edge' }
  const { mesh, node: own } = viewOf(yaml, {
    ...{ type: 'gateway', namespace: 'a', workload: 'edge', labels },
    ...node,
  })
  const set = translate(mesh, own)
  return {
    text: JSON.stringify(set),
    secrets: set.secret.flat().map(({ name }) => name),
    listeners: set.listener.flat().map(({ name }) => name),
  }
}

test('a secret goes to proven gateways of its own namespace only', () => {
  const mesh = join(proxy('a/edge'), proxy('b/edge'), gateway(SIMPLE), pairSecret('a/bank', pair))
  const own = setFor(mesh)
  assert.ok(own.secrets.includes('kubernetes://bank'))
  assert.deepEqual(own.listeners, ['0.0.0.0_443'])
  const strangers: Partial<Node>[] = [
    { namespace: 'b' },
    { certified: 'no', certificateFolder: '' },
    // It calls itself a gateway, and the mesh does not know it.
    { workload: 'unknown' },
    { labels: {} },
  ]
  for (const stranger of strangers) {
    const { text, secrets, listeners } = setFor(mesh, stranger)
    assert.ok(!secrets.includes('kubernetes://bank'), JSON.stringify(stranger))
    assert.doesNotMatch(text, /PRIVATE KEY/, JSON.stringify(stranger))
    assert.deepEqual(
      listeners.filter((name) => name === '0.0.0.0_443'),
      [],
    )
  }
  // Each namespace has its own secret of the same name.
  const both = join(mesh, pairSecret('b/bank', other))
  const [inA, inB] = [setFor(both), setFor(both, { namespace: 'b' })]
  assert.ok(
    inA.text.includes(JSON.stringify(pair.keyPem)) &&
      !inA.text.includes(JSON.stringify(other.keyPem)),
  )
  assert.ok(
    inB.text.includes(JSON.stringify(other.keyPem)) &&
      !inB.text.includes(JSON.stringify(pair.keyPem)),
  )
})

test('clients are verified with the authority of the secret, or of the one beside it', () => {
  const mutual = gateway('{mode: MUTUAL, credentialName: bank}')
  const mesh = join(proxy('a/edge'), mutual, pairSecret('a/bank', pair))
  assert.deepEqual(setFor(mesh).listeners, [], 'without an authority nobody could be verified')
  const inside = join(proxy('a/edge'), mutual, pairSecret('a/bank', pair, { 'ca.crt': ca.rootPem }))
  const beside = join(mesh, secret('a/bank-cacert', { cacert: ca.rootPem }))
  for (const yaml of [inside, beside]) {
    const { secrets, listeners } = setFor(yaml)
    assert.ok(secrets.includes('kubernetes://bank-cacert'))
    assert.deepEqual(listeners, ['0.0.0.0_443'])
  }
  const apart = gateway('{mode: MUTUAL, credentialName: bank, caCertCredentialName: partners}')
  const partners = secret('a/partners', { 'ca.crt': ca.rootPem })
  const both = setFor(join(proxy('a/edge'), apart, pairSecret('a/bank', pair), partners))
  assert.ok(both.secrets.includes('kubernetes://partners-cacert'))
})

test('what is missing is told, where the proxies are', () => {
  const told = (...documents: string[]) =>
    references(viewOf(join(...documents)).mesh)
      .filter(({ code }) => code.startsWith('L028'))
      .map(({ code, severity, text }) => [code, severity, text.match(/\w+\/\w+/)?.[0]])
  const mutual = gateway('{mode: MUTUAL, credentialName: bank}')
  assert.deepEqual(told(proxy('b/edge'), gateway(SIMPLE), pairSecret('a/bank', pair)), [
    ['L0280', 'error', 'b/bank'],
  ])
  assert.deepEqual(told(proxy('b/edge'), gateway(SIMPLE), pairSecret('b/bank', pair)), [])
  const half = secret('a/bank', { 'tls.crt': pair.chainPem })
  assert.deepEqual(told(gateway(SIMPLE), half), [['L0281', 'error', 'a/bank']])
  assert.deepEqual(told(mutual, pairSecret('a/bank', pair)), [['L0282', 'error', 'a/bank']])
  assert.deepEqual(told(gateway('{mode: ISTIO_MUTUAL}')), [])
})

function secretDocument(yaml: string): Document {
  return [...viewOf(yaml).mesh.tables.Secret.rows.values()][0]!
}

function verdict(yaml: string, now = NOW): string[] {
  const found = checkCredential(secretDocument(yaml), now)
  for (const { text } of found) assert.doesNotMatch(text, /BEGIN|LS0t|MIG/)
  return found.map(({ code, severity }: Diagnostic) => `${code} ${severity}`)
}

test('a pair that Envoy would refuse is refused', () => {
  const { keyPem, chainPem } = pair
  assert.deepEqual(verdict(pairSecret('a/x', pair)), [])
  assert.deepEqual(verdict(secret('a/x', { cert: chainPem, key: keyPem, cacert: ca.rootPem })), [])
  assert.deepEqual(verdict(pairSecret('a/x', { ...pair, keyPem: other.keyPem })), ['L0284 error'])
  assert.deepEqual(verdict(pairSecret('a/x', { ...pair, chainPem: 'no' })), ['L0283 error'])
  assert.deepEqual(verdict(pairSecret('a/x', { ...pair, keyPem: 'no' })), ['L0283 error'])
  assert.deepEqual(verdict(secret('a/x', { 'ca.crt': 'no' })), ['L0283 error'])
  const broken = chainPem.replace(/\n.{10}/, '\nAAAAAAAAAA')
  assert.deepEqual(verdict(pairSecret('a/x', { ...pair, chainPem: broken })), ['L0283 error'])
  const hour = 3_600_000
  const later = new Date(NOW.getTime() + 2 * hour)
  assert.deepEqual(verdict(pairSecret('a/x', pair), later), ['L0285 warning'])
  const before = new Date(NOW.getTime() - hour)
  assert.deepEqual(verdict(pairSecret('a/x', pair), before), ['L0285 warning'])
  // Secrets of applications are none of our business.
  assert.deepEqual(verdict(secret('a/x', { key: 'no', password: 'x' })), [])
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
  const odd = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  assert.deepEqual(verdict(pairSecret('a/x', { ...pair, keyPem: odd })), ['L0284 error'])
})

test('a refused pair leaves the last good one in force', () => {
  const judge = (document: Document) => checkCredential(document, NOW)
  const good = secretDocument(pairSecret('a/x', pair))
  const bad = secretDocument(pairSecret('a/x', { ...pair, keyPem: other.keyPem }))
  const first = admit(NOTHING_ADMITTED, [good], judge)
  const second = admit(first, [bad], judge)
  assert.deepEqual(second.documents, [good])
  assert.deepEqual(second.diagnostics.map(({ code }) => code).sort(), ['L0200', 'L0284'])
  assert.deepEqual(admit(NOTHING_ADMITTED, [bad], judge).documents, [])
})

test('what is as before is not judged again, wherever it stands now', () => {
  const judged: string[] = []
  const judge = (document: Document) => {
    judged.push(document.metadata.name)
    return checkCredential(document, NOW)
  }
  const read = (name: string, keyPem = pair.keyPem) =>
    secretDocument(pairSecret(`a/${name}`, { ...pair, keyPem }))
  const [a, b, c] = [read('a'), read('b'), read('c')]
  const bad = read('c', other.keyPem)
  const first = admit(NOTHING_ADMITTED, [b, c], judge)
  const second = admit(first, [a, b, bad], judge)
  assert.deepEqual(judged, ['b', 'c', 'a', 'c'])
  assert.deepEqual(second.documents, [a, b, c])
  const third = admit(second, [b, bad], judge)
  assert.deepEqual(third.documents, [b, c])
  assert.deepEqual(third.diagnostics, second.diagnostics)
  assert.equal(judged.length, 4)
  const corrected = read('c')
  assert.deepEqual(admit(third, [b, corrected], judge).documents, [b, corrected])
  assert.deepEqual(admit(admit(third, [b], judge), [b, bad], judge).documents, [b])
})

test('what would make Envoy refuse a listener is told at the Gateway', () => {
  const told = (tls: string) => {
    const { mesh } = viewOf(gateway(`{mode: SIMPLE, credentialName: x, ${tls}}`))
    const [document] = mesh.tables.Gateway.rows.values()
    return validate(document!).map(({ code, severity }) => `${code} ${severity}`)
  }
  assert.deepEqual(told('verifyCertificateSpki: [abc]'), ['L0226 error'])
  assert.deepEqual(told('verifyCertificateHash: [abc]'), ['L0226 error'])
  assert.deepEqual(told('subjectAltNames: [""]'), ['L0226 error'])
  assert.deepEqual(told('cipherSuites: [NULL-SHA]'), ['L0226 warning'])
  assert.deepEqual(told('cipherSuites: [AES256-SHA], minProtocolVersion: TLSV1_2'), [])
})
