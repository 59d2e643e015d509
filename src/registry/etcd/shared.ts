// What replicas share in etcd besides objects: files that the first of them writes, and which workloads have a proxy.
import type { Etcd } from './client.ts'

type Files = Readonly<Record<string, string>>

export interface SharedKey {
  readonly name: string
  readonly read: () => Promise<Files | undefined>
  readonly create: (files: Files) => Promise<boolean>
}

export function sharedKey(etcd: Etcd, name: string): SharedKey {
  const key = Buffer.from(`${etcd.prefix}${name}`)
  return {
    name: `etcd under ${key}`,
    async read() {
      const { kvs } = await etcd.range({ key })
      const [found] = kvs
      return found && (JSON.parse(found.value.toString()) as Files)
    },
    async create(files) {
      const { succeeded } = await etcd.txn({
        compare: [{ key, target: 'MOD', modRevision: 0 }],
        success: [{ requestPut: { key, value: Buffer.from(JSON.stringify(files)) } }],
      })
      return succeeded
    },
  }
}

/** Folder of the keys that say which workloads have enrolled, by `NAMESPACE/NAME`. */
export const ENROLLED = 'enrolled/'

/** For the other replicas; rejects when etcd cannot be reached. */
export async function shareEnrolment(etcd: Etcd, workload: string): Promise<void> {
  const key = Buffer.from(`${etcd.prefix}${ENROLLED}${workload}`)
  await etcd.txn({ compare: [], success: [{ requestPut: { key, value: Buffer.from('1') } }] })
}
