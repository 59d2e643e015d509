// One certificate authority on a store: tokens, revocations and registrations of one replica are those of all, and the leader replaces the root.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join as path } from 'node:path'
import type { TestContext } from 'node:test'
import { type App, type AppOptions, openApp } from '../../src/app.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { enrolWorkload } from '../../src/cli/bootstrap.ts'
import { type Diagnostic, printDiagnostic } from '../../src/model/diagnostic.ts'
import type { Cleanup } from './cleanup.ts'
import { lotse } from './command.ts'
import { testFolder } from './envoy.ts'
import { startLoad } from './load.ts'
import { enrolled, HOSTS, keep, TRUST_PORTS, trustYaml } from './trust-mesh.ts'
import { waitFor } from './wait.ts'
import { join, policy } from './workload.ts'

const LONG = { timeout: 60_000 }
export const SHARED_MESH = (addresses: Addresses): string =>
  join(
    trustYaml(addresses),
    policy('WorkloadGroup', 'shop/vms', '{template: {serviceAccount: vms}}'),
  )

export interface Addresses {
  readonly client: string
  readonly server: string
  readonly app: number
}

export interface SharedOptions {
  readonly addresses: Addresses
  /** Of the store, which holds `SHARED_MESH`. */
  readonly store: Pick<AppOptions, 'kubernetes' | 'etcd'>
}

interface Replica {
  readonly data: string
  app: App
  open(): Promise<void>
}

async function startReplica(
  t: Cleanup,
  store: SharedOptions['store'],
  log: Diagnostic[],
): Promise<Replica> {
  const data = path(testFolder(t), 'data')
  let xds = '127.0.0.1:0'
  const open = async () => {
    const app = await openApp({
      ...{ config: [], ...store, data, xds, leaseDuration: 4 },
      ca: { passphrase: 'the replicas have one passphrase', interval: 50, handshakeTime: 100 },
      log: (diagnostic) => log.push(diagnostic),
    })
    if (isProblem(app)) throw new Error(printDiagnostic(app))
    xds = app.xds
    replica.app = app
  }
  const replica = { data, open } as Replica
  await open()
  t.after(() => replica.app.close())
  return replica
}

export async function tryShared(
  t: TestContext,
  { addresses, store }: SharedOptions,
): Promise<void> {
  const log: Diagnostic[] = []
  const first = await startReplica(t, store, log)
  const second = await startReplica(t, store, log)
  const context = () => log.slice(-20).map(printDiagnostic).join('\n')
  const run = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await lotse(t, ...args)
    return { code, text: `${stdout}${stderr}`, line: stdout.trim() }
  }
  const enrolAt = async ({ app }: Replica, token: string, more: object = {}) => {
    const tokenFile = path(testFolder(t), 'token')
    writeFileSync(tokenFile, token)
    const made = await enrolWorkload({
      ...{ workload: 'shop/vm-1', xds: app.xds, tokenFile, admin: '127.0.0.1:0' },
      ...{ out: testFolder(t), ...more },
    })
    return isProblem(made) ? printDiagnostic(made) : 'enrolled'
  }

  await t.test('a token that is made at one is good at the other, once', async () => {
    const { line: token } = await run('token', 'create', '--data', first.data)
    await waitFor(
      'it to be good there',
      () => enrolAt(second, token),
      (said) => said === 'enrolled',
      {
        ...LONG,
        context,
      },
    )
    for (const replica of [first, second]) {
      assert.match(await enrolAt(replica, token), /is used up/)
    }
  })

  await t.test('of many callers at both, no more get in than a token allows', async () => {
    const { line: token } = await run('token', 'create', '--data', first.data, '--uses', '2')
    const id = token.split('.')[1]!
    const list = () => run('token', 'list', '--data', second.data)
    await waitFor('the other to know it', list, ({ text }) => text.includes(id), LONG)
    const callers = Array.from({ length: 6 }, (_, n) => enrolAt(n % 2 ? first : second, token))
    const said = await Promise.all(callers)
    const last = async () => {
      said.push(await enrolAt(first, token))
      return said.at(-1)
    }
    // On a slow machine an answer may be late, and its use is taken nonetheless.
    await waitFor('it to be used up', last, (one) => /is used up/.test(one ?? ''), LONG)
    const late = said.filter((one) => /L0441/.test(one)).length
    const got = said.filter((one) => one === 'enrolled').length
    assert.ok(got <= 2 && got + late >= 2, said.join('\n'))
    await waitFor(
      'both to know its uses',
      list,
      ({ text }) => text.includes(`${id}  used  2/2`),
      LONG,
    )
  })

  await t.test('a token that is revoked at one is worth nothing at the other', async () => {
    const { line: token } = await run('token', 'create', '--data', first.data, '--uses', '0')
    await waitFor(
      'it to be good',
      () => enrolAt(second, token),
      (one) => one === 'enrolled',
      LONG,
    )
    assert.equal(
      (await run('token', 'revoke', token.split('.')[1]!, '--data', second.data)).code,
      0,
    )
    await waitFor(
      'it to be refused',
      () => enrolAt(first, token),
      (one) => /L0430/.test(one),
      LONG,
    )
  })

  await t.test('a workload that registers at one is one of the mesh of both', async () => {
    const { line: token } = await run('token', 'create', '--data', first.data)
    const registers = { workload: 'shop/vm-2', group: 'vms', address: '10.0.0.9' }
    assert.equal(await enrolAt(first, token, registers), 'enrolled')
    for (const { app } of [first, second]) {
      const address = () => app.mesh().tables.WorkloadEntry.rows.get('shop/vm-2')?.spec.address
      await waitFor('its entry', address, (text) => text === '10.0.0.9', { ...LONG, context })
    }
  })

  const client = await enrolled(t, {
    ...{ workload: 'shop/client', address: addresses.client },
    ...{ xds: first.app.xds, data: first.data },
  })
  const web = await enrolled(t, {
    ...{ workload: 'shop/web', address: addresses.server },
    ...{ xds: second.app.xds, data: second.data },
  })

  await t.test('a certificate that is revoked at one is refused by the other', async () => {
    const { line: token } = await run('token', 'create', '--data', first.data)
    assert.equal(await enrolAt(first, token, { workload: 'shop/vm-3' }), 'enrolled')
    const serials = async () =>
      JSON.parse((await run('ca', 'list', '--json', '--data', second.data)).line) as {
        serial: string
        workload: string
      }[]
    const found = await waitFor(
      'the other to know of it',
      async () => (await serials()).find(({ workload }) => workload === 'shop/vm-3'),
      Boolean,
      LONG,
    )
    const { serial } = found!
    assert.equal((await run('ca', 'revoke', '--serial', serial, '--data', second.data)).code, 0)
    await waitFor('the first to know', () => first.app.authority.isRevoked(serial), Boolean, LONG)
    // Those that never come again would be waited for when the root is replaced.
    for (const name of ['shop/vm-1', 'shop/vm-2']) {
      assert.equal((await run('ca', 'revoke', '--workload', name, '--data', first.data)).code, 0)
    }
    const known = ({ app }: Replica) => [
      app.authority.rotator.live().length,
      app.authority.trust.crlsPem?.join(''),
    ]
    await waitFor(
      'both to have one list, and two certificates in use',
      () => [known(first), known(second)],
      ([a, b]) => a?.[0] === 2 && b?.[0] === 2 && a[1] === b[1],
      { ...LONG, context },
    )
  })

  for (const [one, replica] of [
    [client, first],
    [web, second],
  ] as const) {
    keep(t, one, { xds: replica.app.xds, data: replica.data, log, longestPause: 300 })
  }
  const load = startLoad(t, {
    ...{ address: addresses.client, port: TRUST_PORTS.outbound, perSecond: 20 },
    ...{ kept: HOSTS.kept, fresh: HOSTS.fresh },
  })
  const leader = () =>
    waitFor(
      'one to lead',
      () => [first, second].filter(({ app }) => app.leads()),
      (leaders) => leaders.length === 1,
      { ...LONG, context },
    ).then(([one]) => one!)

  await t.test(
    'the leader begins to replace the root, and ends; the next one goes on',
    async () => {
      const old = await leader()
      const other = old === first ? second : first
      const before = first.app.authority.trust.rootsPem
      const refused = await run('ca', 'rotate', '--data', other.data, '--timeout', '60')
      assert.equal(refused.code, 1)
      assert.match(refused.text, /Another replica leads \(.+\).*\(L0416\)/)
      const begun = await run('ca', 'rotate', '--step', '--data', old.data, '--timeout', '60')
      assert.equal(begun.code, 0, begun.text + context())
      const roots = ({ app }: Replica) => app.authority.trust.rootsPem
      await waitFor(
        'the other to trust both roots',
        () => roots(other),
        ({ length }) => length === 2,
        {
          ...LONG,
          context,
        },
      )
      await old.app.close()
      await waitFor('the other to lead', () => other.app.leads(), Boolean, { ...LONG, context })
      await old.open()
      const resumed = await run('ca', 'resume', '--data', other.data, '--timeout', '60')
      assert.equal(resumed.code, 0, resumed.text + context())
      await waitFor(
        'both to have the new root only',
        () => [roots(old), roots(other)],
        ([a, b]) => {
          return a?.length === 1 && a[0] === b?.[0] && a[0] !== before[0]
        },
        { ...LONG, context },
      )
    },
  )

  const { sent, failed, examples, failedAt } = await load.stop()
  assert.ok(sent > 0)
  assert.equal(failed, 0, `${examples.join('\n')} ${JSON.stringify(failedAt)}`)
  t.diagnostic(`${sent} requests, none failed`)
}
