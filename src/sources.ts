// Where objects come from: files, a store, or both. One state of all of them, one way to end them.
import type { Diagnostic } from './model/diagnostic.ts'
import { nameOf } from './model/document.ts'
import type { EtcdOptions } from './registry/etcd/client.ts'
import { type EtcdRegistry, openEtcd } from './registry/etcd/etcd.ts'
import { openFiles, type RegistryState } from './registry/file.ts'
import { type KubernetesRegistry, openKubernetes } from './registry/kubernetes/kubernetes.ts'
import { merge } from './registry/merge.ts'
import type { WebhooksOptions } from './webhooks.ts'

export interface SourceOptions {
  /** Files and directories of YAML. */
  readonly config: readonly string[]
  /** An empty file or directory means that there are no objects. */
  readonly allowEmpty?: boolean
  readonly kubernetes?: {
    /** By default as `kubectl` finds it. */
    readonly kubeconfig?: string
    /** `NAMESPACE/NAME` of the ConfigMap with the mesh configuration. */
    readonly meshConfig: string
    /** Answers the API server's questions about objects and new pods. */
    readonly webhooks?: WebhooksOptions
  }
  readonly etcd?: EtcdOptions
  readonly onChange: (state: RegistryState) => void
  /** Told what a start waits for. */
  readonly onWaiting: (diagnostic: Diagnostic) => void
}

export interface Sources {
  readonly state: RegistryState
  /** The cluster, if there is one. */
  readonly kubernetes?: KubernetesRegistry
  readonly etcd?: EtcdRegistry
  readonly close: () => Promise<void>
}

interface Source {
  readonly state: RegistryState
  readonly close: () => Promise<void>
}

/** Resolves when all of them are read; nothing is served before. */
export async function openSources(options: SourceOptions): Promise<Sources | Diagnostic> {
  const open: Source[] = []
  const closeAll = async () => {
    for (const source of open) await source.close()
  }
  const together = () => joined(open.map(({ state }) => state))
  const onChange = () => {
    if (complete) options.onChange(together())
  }
  let complete = false
  let kubernetes: KubernetesRegistry | undefined
  if (options.config.length > 0) {
    open.push(
      await openFiles(options.config, { allowEmpty: options.allowEmpty ?? false, onChange }),
    )
  }
  if (options.kubernetes) {
    const { onWaiting } = options
    const cluster = await openKubernetes({ ...options.kubernetes, onChange, onWaiting })
    if ('code' in cluster) {
      await closeAll()
      return cluster
    }
    kubernetes = cluster
    open.push(cluster)
  }
  let etcd: EtcdRegistry | undefined
  if (options.etcd) {
    const { allowEmpty = false, onWaiting } = options
    const told = { onChange, onWaiting }
    const store = await openEtcd({ ...options.etcd, ...told, allowEmpty })
    if ('code' in store) {
      await closeAll()
      return store
    }
    etcd = store
    open.push(store)
  }
  complete = true
  return {
    get state() {
      return together()
    },
    ...(kubernetes ? { kubernetes } : {}),
    ...(etcd ? { etcd } : {}),
    close: closeAll,
  }
}

/** An object that two sources have is that of the older one, as with two files. */
function joined(states: readonly RegistryState[]): RegistryState {
  const [only, ...more] = states
  if (only && more.length === 0) return only
  const held = states.flatMap(({ documents }) =>
    documents.map((document) => ({ name: nameOf(document), document, fresh: true })),
  )
  const { documents, diagnostics } = merge(held)
  return {
    documents,
    diagnostics: [...states.flatMap((state) => state.diagnostics), ...diagnostics],
  }
}
