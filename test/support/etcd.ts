// A real etcd (Debian's package) on loopback, one or several members.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { Cleanup } from './cleanup.ts'
import { type RunningCommand, start } from './command.ts'
import { testFolder } from './envoy.ts'
import { freePort } from './ports.ts'
import { waitFor } from './wait.ts'

export interface EtcdMember {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  readonly process: RunningCommand
  /** Asked without a certificate. */
  readonly health: string
  /** Starts it again on its data after it was stopped. */
  restart(): Promise<EtcdMember>
}

export function etcdMissing(): string | undefined {
  return spawnSync('etcd', ['--version']).status === 0 ? undefined : 'no etcd on the PATH'
}

/** Files in PEM of a member that speaks mutual TLS only. */
export interface EtcdTls {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

export async function startEtcd(t: Cleanup, members = 1, tls?: EtcdTls): Promise<EtcdMember[]> {
  const folder = testFolder(t, 'etcd')
  const places: { name: string; client: number; peer: number; metrics: number }[] = []
  for (let index = 0; index < members; index++) {
    const [client, peer, metrics] = [await freePort(), await freePort(), await freePort()]
    places.push({ name: `m${index}`, client, peer, metrics })
  }
  const cluster = places.map(({ name, peer }) => `${name}=http://127.0.0.1:${peer}`).join(',')
  const run = (place: (typeof places)[number], known = 'new'): EtcdMember => {
    const { name, client, peer, metrics } = place
    const url = `${tls ? 'https' : 'http'}://127.0.0.1:${client}`
    const peerUrl = `http://127.0.0.1:${peer}`
    const process = start(t, 'etcd', [
      ...['--name', name, '--data-dir', join(folder, name)],
      ...['--listen-client-urls', url, '--advertise-client-urls', url],
      ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
      ...['--initial-cluster', cluster, '--initial-cluster-state', known],
      ...(tls ? ['--client-cert-auth', '--trusted-ca-file', tls.ca] : []),
      ...(tls ? ['--cert-file', tls.cert, '--key-file', tls.key] : []),
      ...['--listen-metrics-urls', `http://127.0.0.1:${metrics}`],
      '--unsafe-no-fsync',
    ])
    const restart = async () => {
      const again = run(place, 'existing')
      await healthy(again)
      return again
    }
    return { url, process, restart, health: `http://127.0.0.1:${metrics}/health` }
  }
  const started = places.map((place) => run(place))
  for (const member of started) await healthy(member)
  return started
}

/** Only one that sees a quorum says so. */
async function healthy({ health, process }: EtcdMember): Promise<void> {
  const look = async () => ((await (await fetch(health)).json()) as { health: string }).health
  await waitFor('etcd to be healthy', look, (word) => word === 'true', {
    timeout: 60_000,
    context: () => process.output().slice(-2000),
  })
}
