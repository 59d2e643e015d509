// A pod as a kubelet runs it, in as far as Docker can: one network for all containers, init containers first, sidecars before the
// application, and each with the user, rights and read-only file system that its spec asks for.
import { chmodSync, chownSync } from 'node:fs'
import type { Container, Pod } from '../../../src/admission/pod.ts'
import type { Cleanup } from '../../support/cleanup.ts'
import { testFolder } from '../../support/envoy.ts'
import { waitFor } from '../../support/wait.ts'
import { container, docker, logs } from './docker.ts'

export interface Setting {
  readonly network: string
  readonly address: string
  /** Image of the container that holds the network. */
  readonly pause: string
  /** Folders of this machine by the volume's name; a volume that is not here is an empty one. */
  readonly folders: Readonly<Record<string, string>>
  /** Names that the pod's resolver knows. */
  readonly names?: Readonly<Record<string, string>>
}

interface Security {
  readonly runAsUser?: number
  readonly runAsGroup?: number
  readonly fsGroup?: number
  readonly allowPrivilegeEscalation?: boolean
  readonly readOnlyRootFilesystem?: boolean
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] }
}

interface Env {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } }
}

interface Mount {
  readonly name: string
  readonly mountPath: string
  readonly readOnly?: boolean
}

/** The containers' ids by their names. */
export async function startPod(
  t: Cleanup,
  pod: Pod,
  setting: Setting,
): Promise<ReadonlyMap<string, string>> {
  const names = Object.entries(setting.names ?? {}).map(([name, ip]) => `--add-host=${name}:${ip}`)
  const place = ['--network', setting.network, '--ip', setting.address]
  const sleep = ['--entrypoint=sleep', setting.pause, '3600']
  const pause = container(t, '--init', ...place, ...names, ...sleep)
  const folders = new Map(Object.entries(setting.folders))
  for (const { name } of pod.spec.volumes ?? []) {
    if (!folders.has(name)) folders.set(name, emptyFolder(t, pod))
  }
  const run = (one: Container) => {
    const options = ['--network', `container:${pause}`, ...optionsOf(pod, one, folders)]
    return container(t, ...options, one.image ?? setting.pause, ...argumentsOf(pod, one, setting))
  }
  const ids = new Map([['pause', pause]])
  for (const one of pod.spec.initContainers ?? []) {
    const id = run(one)
    ids.set(one.name, id)
    if (one.restartPolicy === 'Always') await started(id, one)
    else if (docker('wait', id) !== '0') throw new Error(`${one.name} failed: ${logs(id)}`)
  }
  for (const one of pod.spec.containers) ids.set(one.name, run(one))
  return ids
}

/** Asks the startup probe, in the pod itself: nobody outside is let in before. */
async function started(id: string, one: Container): Promise<void> {
  const { path = '/', port } = one.startupProbe?.httpGet ?? {}
  const ask = `fetch('http://127.0.0.1:${port}${path}').then((a) => console.log(a.status), () => console.log(0))`
  const context = () => logs(id)
  await waitFor(
    `${one.name} is started`,
    () => docker('exec', id, 'node', '-e', ask),
    (status) => status === '200',
    { timeout: 60_000, every: 200, context },
  )
}

/** As a kubelet makes an emptyDir: anybody's, and of the pod's group where it has one. */
function emptyFolder(t: Cleanup, { spec }: Pod): string {
  const folder = testFolder(t)
  const { fsGroup } = (spec.securityContext ?? {}) as Security
  if (fsGroup !== undefined) chownSync(folder, 0, fsGroup)
  chmodSync(folder, fsGroup === undefined ? 0o777 : 0o2777)
  return folder
}

function optionsOf(pod: Pod, one: Container, folders: ReadonlyMap<string, string>): string[] {
  const security = {
    ...(pod.spec.securityContext as Security | undefined),
    ...(one.securityContext as Security | undefined),
  }
  const { runAsUser, runAsGroup, capabilities = {} } = security
  return [
    ...(runAsUser === undefined ? [] : ['--user', `${runAsUser}:${runAsGroup ?? runAsUser}`]),
    ...(security.allowPrivilegeEscalation === false ? ['--security-opt=no-new-privileges'] : []),
    ...(security.readOnlyRootFilesystem ? ['--read-only'] : []),
    ...(capabilities.drop ?? []).map((name) => `--cap-drop=${name}`),
    ...(capabilities.add ?? []).map((name) => `--cap-add=${name}`),
    ...((one.volumeMounts ?? []) as readonly Mount[]).map(
      ({ name, mountPath, readOnly }) =>
        `--volume=${folders.get(name)}:${mountPath}${readOnly ? ':ro' : ''}`,
    ),
    ...environment(pod, one).map(([name, value]) => `--env=${name}=${value}`),
    ...commandOf(one)
      .slice(0, 1)
      .map((word) => `--entrypoint=${word}`),
  ]
}

function commandOf(one: Container): readonly string[] {
  return (one.command as readonly string[] | undefined) ?? []
}

function argumentsOf(pod: Pod, one: Container, setting: Setting): string[] {
  const values = new Map(environment(pod, one))
  const words = [...commandOf(one).slice(1), ...((one.args as readonly string[] | undefined) ?? [])]
  const known = (name: string) => (name === 'POD_IP' ? setting.address : values.get(name))
  return words.map((word) => word.replace(/\$\((\w+)\)/g, (all, name) => known(name) ?? all))
}

function environment({ metadata }: Pod, { env = [] }: Container): [string, string][] {
  const fields: Readonly<Record<string, string | undefined>> = {
    'metadata.name': metadata?.name,
    'metadata.namespace': metadata?.namespace,
  }
  return (env as readonly Env[]).map(({ name, value, valueFrom }) => [
    name,
    value ?? fields[valueFrom?.fieldRef.fieldPath ?? ''] ?? '',
  ])
}
