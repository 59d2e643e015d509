// `lotse ca` and `lotse token` as a user has them: what they print, their exit codes, and what they change in the data directory.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { openAuthority } from '../../src/ca/ca.ts'
import { readCredentials, writeCredentials } from '../../src/ca/credentials.ts'
import { enrol } from '../../src/ca/enrol.ts'
import type { Overview } from '../../src/ca/overview.ts'
import { isProblem } from '../../src/ca/problem.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import { joinTokenOf, lotse, serve } from '../support/command.ts'
import { testFolder } from '../support/envoy.ts'
import { organisation } from '../support/organisation.ts'

const noOpenssl = spawnSync('openssl', ['version']).status !== 0 && 'openssl is not on PATH'

function good<T>(value: T | Diagnostic): T {
  if (isProblem(value)) assert.fail(`${value.code} ${value.text}`)
  return value as T
}

/** A data directory with an authority, as `lotse serve` leaves it. */
async function dataFolder(t: TestContext, more: { readonly passphrase?: string } = {}) {
  const directory = `${testFolder(t)}/data`
  good(await openAuthority({ directory, now: () => new Date(), ...more }))
  return directory
}

function secretFile(t: TestContext, text: string, mode = 0o600): string {
  const path = `${testFolder(t)}/passphrase`
  writeFileSync(path, `${text}\n`, { mode })
  return path
}

/** Exit code and standard error; no output may hold a stack trace. */
async function expectEnd(
  t: TestContext,
  args: readonly string[],
  code: number,
  says: RegExp,
): Promise<string> {
  const ended = await lotse(t, ...args)
  assert.equal(ended.code, code, `${args.join(' ')}: ${ended.stdout}${ended.stderr}`)
  assert.match(ended.stderr, says)
  assert.doesNotMatch(ended.stdout + ended.stderr, /^\s+at .+:\d+:\d+|node:internal/m)
  return ended.stdout
}

test('wrong usage, and directories that hold no authority', async (t) => {
  const empty = testFolder(t)
  const data = await dataFolder(t)
  await expectEnd(t, ['ca'], 2, /^Usage: lotse ca /)
  await expectEnd(t, ['ca', 'frob'], 2, /unknown command 'frob'.+\(L0512\)/)
  await expectEnd(t, ['ca', 'status'], 2, /'--data <dir>' not specified.+\(L0512\)/)
  await expectEnd(t, ['ca', 'revoke', '--data', data], 2, /either --workload .+\(L0512\)/)
  await expectEnd(t, ['ca', 'import', '--data', data], 2, /either --cert.+\(L0512\)/)
  await expectEnd(t, ['ca', 'status', '--data', empty], 1, /holds no certificate authority.+L0410/)
  await expectEnd(t, ['ca', 'abort', '--data', data], 1, /No rotation is under way\. \(L0416\)/)
  await expectEnd(t, ['ca', 'resume', '--data', data], 1, /No rotation is under way\. \(L0416\)/)
  const nobody = ['ca', 'revoke', '--data', data, '--workload', 'default/web']
  await expectEnd(t, nobody, 1, /no certificate of default\/web in use.+\(L0418\)/)
  const short = ['serve', '--config', empty, '--data', data, '--certificate-lifetime', '1']
  await expectEnd(t, short, 2, /is 5 to 604800 seconds \(L0512\)/)
  const help = await lotse(t, 'ca', '--help')
  for (const name of ['status', 'list', 'rotate', 'resume', 'abort', 'revoke', 'import', 'lint']) {
    assert.match(help.stdout, new RegExp(`^  ${name} `, 'm'))
    assert.match((await lotse(t, 'ca', name, '--help')).stdout, /Example:\n {2}lotse ca /, name)
  }
})

test('a wish that no control plane takes up is taken back', async (t) => {
  const data = await dataFolder(t)
  await expectEnd(
    t,
    ['ca', 'rotate', '--data', data, '--timeout', '1'],
    3,
    /nothing was changed.+\(L0416\)/,
  )
  assert.ok(!readdirSync(`${data}/ca`).includes('wish.json'))
})

test('status, list, rotate, revoke and lint on a running control plane', async (t) => {
  const folder = testFolder(t)
  const data = `${folder}/data`
  writeFileSync(`${folder}/mesh.yaml`, MESH)
  const more = ['--certificate-lifetime', '3600']
  const plane = await serve(t, { config: `${folder}/mesh.yaml`, data, more })
  const enrolled = good(
    await enrol({ address: plane.xds, token: joinTokenOf(data), workload: 'shop/web' }),
  )
  const life = enrolled.notAfter.getTime() - enrolled.notBefore.getTime()
  assert.equal(Math.round(life / 1000), 3660)
  assert.equal(writeCredentials(`${folder}/certs`, enrolled), undefined)
  const json = async () => JSON.parse(await overviewText()) as Overview
  const overviewText = () => expectEnd(t, ['ca', 'status', '--data', data, '--json'], 0, /^$/)
  const before = await json()
  assert.deepEqual([before.trustDomain, before.live], ['mesh.example', 1])
  assert.deepEqual(await (await plane.get('/api/v1/ca')).json(), before)
  const list = await expectEnd(t, ['ca', 'list', '--data', data], 0, /^$/)
  assert.match(list, /^[0-9a-f]{20,32} +shop\/web +\. +20/m)
  const lint = ['ca', 'lint', `${folder}/certs/chain.pem`]
  assert.match(await expectEnd(t, lint, 0, /^$/), /chain\.pem: a correct X\.509 SVID/)
  await expectEnd(t, ['ca', 'lint', `${data}/ca/root.pem`], 1, /root\.pem: error: .+\(L0402\)/)

  const stepped = ['ca', 'rotate', '--data', data, '--step', '--no-wait']
  await expectEnd(t, stepped, 0, /^$/)
  const status = await expectEnd(t, ['ca', 'status', '--data', data], 0, /^$/)
  assert.match(status, /step 1 of 4, distribute: .+stops here until lotse ca resume/)
  await expectEnd(t, ['ca', 'rotate', '--data', data], 1, /under way already.+\(L0416\)/)
  const revoke = ['ca', 'revoke', '--data', data, '--workload', 'shop/web']
  await expectEnd(t, revoke, 0, /needs a new join token/)
  // nobody is left to be waited for
  const told = await expectEnd(t, ['ca', 'resume', '--data', data], 0, /^$/)
  assert.match(told, /step 4 of 4: done, the old root is trusted no more/)
  const after = await json()
  assert.notEqual(after.authorities[0]?.sha256, before.authorities[0]?.sha256)
  assert.deepEqual([after.authorities.length, after.rotation, after.live], [1, undefined, 0])
  // the join token of the directory follows the root
  good(await enrol({ address: plane.xds, token: joinTokenOf(data), workload: 'shop/web' }))
})

test('tokens in a mesh of its own trust domain, and below an encrypted key', async (t) => {
  const folder = testFolder(t)
  const data = `${folder}/data`
  const passphrase = secretFile(t, 'correct horse')
  writeFileSync(`${folder}/mesh.yaml`, MESH)
  const config = `${folder}/mesh.yaml`
  const more = ['--passphrase-file', passphrase]
  const plane = await serve(t, { config, data, more })
  assert.match(readFileSync(`${data}/ca/root-key.pem`, 'utf8'), /^-----BEGIN ENCRYPTED PRIVATE/)
  const create = ['token', 'create', '--data', data, '--workload', 'shop/web']
  const token = await expectEnd(t, create, 0, /shown this once/)
  const { workload } = good(await enrol({ address: plane.xds, token, workload: 'shop/web' }))
  assert.equal(workload.trustDomain, 'mesh.example')
  assert.ok(isProblem(await enrol({ address: plane.xds, token, workload: 'shop/web' })), 'replayed')
  await plane.stop()
  const again = ['serve', '--config', config, '--data', data, ...WHERE]
  await expectEnd(t, again, 1, /is encrypted\. .+\(L0415\)/)
  const wrong = [...again, '--passphrase-file', secretFile(t, 'battery staple')]
  await expectEnd(t, wrong, 1, /passphrase does not open .+\(L0415\)/)
  const open = [...again, '--passphrase-file', secretFile(t, 'correct horse', 0o644)]
  await expectEnd(t, open, 1, /can be read by everybody .+\(L0414\)/)
  const nothing = [...again, '--passphrase-file', secretFile(t, '')]
  await expectEnd(t, nothing, 1, /holds no passphrase.+\(L0415\)/)
})

test('import: an organisation’s authority, in PEM and PKCS#12', { skip: noOpenssl }, async (t) => {
  const folder = testFolder(t)
  const own = await organisation(folder, { passphrase: 'of the key' })
  const data = `${folder}/data`
  const from = ['--cert', own.certificate, '--key', own.key, '--root', own.root]
  const into = ['ca', 'import', '--data', data, '--trust-domain', 'mesh.example', ...from]
  await expectEnd(t, into, 1, /is encrypted\. .+\(L0415\)/)
  const opened = ['--key-passphrase-file', secretFile(t, 'of the key')]
  const atRest = secretFile(t, 'at rest')
  const printed = await expectEnd(t, [...into, ...opened, '--passphrase-file', atRest], 0, /start/)
  assert.equal(printed, '.\n')
  assert.equal(statSync(`${data}/ca/issuing-key.pem`).mode & 0o777, 0o600)
  assert.match(readFileSync(`${data}/ca/issuing-key.pem`, 'utf8'), /^-----BEGIN ENCRYPTED/)
  writeFileSync(`${folder}/mesh.yaml`, MESH)
  const config = `${folder}/mesh.yaml`
  const plane = await serve(t, { config, data, more: ['--passphrase-file', atRest] })
  const token = joinTokenOf(data)
  const enrolled = good(await enrol({ address: plane.xds, token, workload: 'shop/web' }))
  // leaf, the one that signs, the one in the middle, the root
  assert.equal(enrolled.chainPem.match(/BEGIN CERTIFICATE/g)?.length, 4)
  assert.equal(enrolled.rootPem, own.rootPem)
  assert.equal(writeCredentials(`${folder}/certs`, enrolled), undefined)
  good(readCredentials(`${folder}/certs`) ?? assert.fail('no credentials'))

  const other = await organisation(testFolder(t))
  const p12 = ['ca', 'import', '--data', data, '--passphrase-file', atRest]
  const whole = [...p12, '--pkcs12', other.pkcs12('of the file')]
  await expectEnd(t, whole, 1, /passphrase does not open .+\(L0415\)/)
  const secret = ['--key-passphrase-file', secretFile(t, 'of the file')]
  const bare = [...p12, ...secret, '--pkcs12', other.pkcs12('of the file', { root: false })]
  await expectEnd(t, bare, 1, /name its root by a file.+\(L0417\)/)
  const foreign = [...whole, ...secret, '--trust-domain', 'else.example']
  await expectEnd(t, foreign, 1, /is of the trust domain mesh\.example.+\(L0417\)/)
  await expectEnd(t, [...bare, '--root', own.root], 1, /Nothing was imported\. \(L0417\)/)
  const name = await expectEnd(t, [...whole, ...secret], 0, /lotse ca rotate --data .+ --to r-/)
  const revoke = ['ca', 'revoke', '--data', data, '--workload', 'shop/web']
  await expectEnd(t, revoke, 0, /needs a new join token/)
  const rotate = ['ca', 'rotate', '--data', data, '--to', name.trim()]
  assert.match(await expectEnd(t, rotate, 0, /^$/), /step 4 of 4: done/)
  const next = { address: plane.xds, token: joinTokenOf(data), workload: 'shop/web' }
  assert.equal(good(await enrol(next)).rootPem, other.rootPem)
})

const WHERE = ['--xds', '127.0.0.1:0', '--http', '127.0.0.1:0']
const MESH = `apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: web, namespace: shop}
spec: {address: 127.0.0.9, labels: {app: web}}
---
apiVersion: mesh.istio.io/v1alpha1
kind: MeshConfig
metadata: {name: mesh}
trustDomain: mesh.example
`
