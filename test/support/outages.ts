// Two control planes as processes on one store, two Envoys that know both, and requests that go on whatever is killed.
import assert from 'node:assert/strict'
import { dirname, join } from 'node:path'
import { writeBootstrap } from '../../envoy/write.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { enrolWorkload } from '../../src/cli/bootstrap.ts'
import { printDiagnostic } from '../../src/model/diagnostic.ts'
import type { Cleanup } from './cleanup.ts'
import { type Serving, serve } from './command.ts'
import { type TestEnvoy, testEnvoy, testFolder } from './envoy.ts'
import { request } from './http.ts'
import { type RunningLoad, startLoad } from './load.ts'
import { freePort } from './ports.ts'
import { waitFor } from './wait.ts'

export interface OutageOptions {
  /** Options of `lotse serve` that name its store. */
  readonly store: readonly string[]
  /** Workloads that get an Envoy. */
  readonly workloads: readonly string[]
  /** Where `web` is called. */
  readonly client: { readonly address: string; readonly port: number }
}

export interface Outages {
  /** The one that leads, after there is one. */
  leader(): Promise<Replica>
  /** Kills it; the other must lead then, and have all proxies without sending them anything. */
  replaceLeader(): Promise<void>
  /** It stands still until the other leads, and then goes on: for a moment two believe that they lead. */
  freezeLeader(): Promise<void>
  /** `/teapot` answers with this status: a change of configuration went all the way. */
  becomes(status: number): Promise<void>
  /** Waits until each replica that runs tells L0109, or tells it no more. */
  told(trouble: boolean): Promise<void>
  /** Ends the requests: none may have failed. */
  finish(): Promise<{ readonly sent: number }>
}

export interface Replica {
  readonly name: string
  serving: Serving
  running: boolean
  start(): Promise<void>
}

const PER_SECOND = 50
const LONG = { timeout: 90_000 }

export async function startOutages(t: Cleanup, options: OutageOptions): Promise<Outages> {
  const folder = testFolder(t)
  const replicas = await Promise.all(
    ['first', 'second'].map((name) => startReplica(t, join(folder, name), name, options.store)),
  )
  const running = () => replicas.filter((one) => one.running)
  const said = () => replicas.map(({ serving }) => serving.output().slice(-1500)).join('\n---\n')
  const envoys: TestEnvoy[] = []
  for (const workload of options.workloads) envoys.push(await startProxy(t, replicas, workload))
  const ask = (path: string) =>
    request({ ...options.client, host: 'web', path }).then(({ status }) => status)
  const becomes = async (status: number, path = '/teapot') => {
    await waitFor(
      `${path} to be ${status}`,
      () => ask(path),
      (now) => now === status,
      {
        ...LONG,
        context: said,
      },
    )
  }
  await becomes(200, '/')
  const leader = () =>
    waitFor(
      'one replica to lead',
      async () => {
        const leads = await Promise.all(running().map((one) => leadsNow(one)))
        const leaders = running().filter((_, index) => leads[index])
        return leaders.length === 1 ? leaders[0] : undefined
      },
      Boolean,
      { ...LONG, context: said },
    ) as Promise<Replica>
  const load = startLoad(t, {
    ...options.client,
    ...{ perSecond: PER_SECOND, kept: 'web', fresh: 'web' },
  })
  const steps: string[] = []
  const begun = performance.now()
  const step = (what: string) =>
    steps.push(`${((performance.now() - begun) / 1000).toFixed(1)} s: ${what}`)
  return {
    leader,
    becomes,
    finish: () => finish(load, envoys, steps),
    replaceLeader: async () => {
      const old = await leader()
      const other = replicas.find((one) => one !== old)!
      if (!other.running) await other.start()
      step(`${old.name} is killed`)
      await moveAway(old, other, options.workloads.length, said)
      step('all proxies have moved')
      assert.equal((await leader()).name, other.name)
      step(`${other.name} leads`)
      await old.start()
      step(`${old.name} runs again`)
    },
    freezeLeader: async () => {
      const old = await leader()
      old.serving.kill('SIGSTOP')
      old.running = false
      const next = await leader()
      step(`${next.name} leads, ${old.name} stands still`)
      old.serving.kill('SIGCONT')
      old.running = true
      assert.equal((await leader()).name, next.name)
    },
    told: async (trouble) => {
      const codes = () =>
        Promise.all(
          running().map(async ({ serving }) =>
            (await (await serving.get('/readyz')).text()).trim(),
          ),
        )
      await waitFor(
        trouble ? 'all to tell the trouble' : 'the trouble to be over',
        codes,
        (all) => all.every((text) => text.includes('L0109') === trouble),
        { ...LONG, context: said },
      )
      step(trouble ? 'the trouble is told' : 'the trouble is over')
    },
  }
}

async function finish(load: RunningLoad, envoys: readonly TestEnvoy[], steps: readonly string[]) {
  const { sent, failed, examples, failedAt } = await load.stop()
  const stats = await Promise.all(
    envoys.map((envoy) =>
      envoy.stats('^listener_manager|downstream_cx_(destroy|overload)|_rq_5xx'),
    ),
  )
  const told = [
    ...examples,
    ...steps,
    JSON.stringify(failedAt),
    ...stats.map((one) => JSON.stringify(one, null, 1)),
  ]
  assert.ok(sent > 0)
  assert.equal(failed, 0, `of ${sent}\n${told.join('\n')}`)
  return { sent }
}

async function leadsNow({ serving }: Replica): Promise<boolean> {
  return (await serving.metric('lotse_leads')) === 1
}

async function moveAway(
  old: Replica,
  other: Replica,
  proxies: number,
  said: () => string,
): Promise<void> {
  const metric = (name: string) => other.serving.metric(name)
  const before = await metric('lotse_xds_resources_total')
  const here = await metric('lotse_xds_streams')
  await old.serving.stop('SIGKILL')
  old.running = false
  const context = { ...LONG, context: said }
  const all = (count: number) => count === proxies
  await waitFor('all proxies to have moved', () => metric('lotse_xds_streams'), all, context)
  interface Status {
    readonly proxies: readonly { readonly synced: boolean }[]
  }
  const synced = async () => (await other.serving.status<Status>()).proxies
  await waitFor(
    'them to be in sync',
    synced,
    (list) => list.length === proxies && list.every((one) => one.synced),
    context,
  )
  const sent = (await metric('lotse_xds_resources_total')) - before
  assert.equal(sent, 0, `nothing is sent to those who came (${proxies - here} of ${proxies})`)
}

async function startReplica(
  t: Cleanup,
  data: string,
  name: string,
  store: readonly string[],
): Promise<Replica> {
  const xds = `127.0.0.1:${await freePort()}`
  const http = `127.0.0.1:${await freePort()}`
  const run = () => serve(t, { data, xds, http, more: store, timeout: LONG.timeout })
  const replica: Replica = {
    name,
    serving: await run(),
    running: true,
    start: async () => {
      replica.serving = await run()
      replica.running = true
    },
  }
  return replica
}

/** Enrolled at the first one; its Envoy knows the addresses of all. */
async function startProxy(
  t: Cleanup,
  replicas: readonly Replica[],
  workload: string,
): Promise<TestEnvoy> {
  const [first] = replicas
  const out = testFolder(t)
  const enrolled = await enrolWorkload({
    ...{ workload, xds: first!.serving.xds, out, admin: '127.0.0.1:0' },
    tokenFile: join(first!.serving.data, 'join-token'),
  })
  if (isProblem(enrolled)) throw new Error(printDiagnostic(enrolled))
  const { namespace, name, trustDomain } = enrolled.credentials.workload
  const written = writeBootstrap(dirname(enrolled.config), {
    proxy: { namespace, workload: name, address: '0.0.0.0' },
    xds: replicas.map(({ serving }) => {
      const [host = '', port] = serving.xds.split(':')
      return { host, port: Number(port) }
    }),
    tls: { trustDomain, certificates: join(out, 'certs'), folder: out },
    admin: { host: '127.0.0.1', port: 0 },
  })
  if (isProblem(written)) throw new Error(printDiagnostic(written))
  return testEnvoy(t, { written })
}
