// What replicas share in etcd besides objects: a key for each, below `shared/`, kept current by the registry's own watch.
import type { SharedFolder, SharedStore } from '../../model/shared.ts'
import { SharedCopy } from '../shared-copy.ts'
import { type Etcd, endOf } from './client.ts'
import type { KeyValue, TxnRequest } from './protocol.ts'

const FOLDERS: readonly SharedFolder[] = [
  ...(['authority', 'issued', 'revoked', 'tokens'] as const),
  ...(['enrolled', 'registered', 'present', 'replicas'] as const),
]
const PAGE = 500
/** Operations in a transaction; etcd's limit is 128. */
const MOST = 100

export class EtcdShared implements SharedStore {
  readonly name: string
  readonly #etcd: Etcd
  readonly #root: string
  readonly #copy = new SharedCopy()
  readonly entries = this.#copy.entries
  readonly onChange = this.#copy.onChange

  constructor(etcd: Etcd) {
    this.#etcd = etcd
    this.#root = `${etcd.prefix}shared/`
    this.name = `etcd under ${this.#root}`
  }

  /** All keys that are there; those elsewhere are left alone. */
  replace(kvs: readonly KeyValue[]): void {
    const found = new Map(FOLDERS.map((folder) => [folder, new Map<string, string>()] as const))
    for (const { key, value } of kvs) {
      const place = this.#placeOf(key.toString())
      if (place) found.get(place.folder)!.set(place.name, value.toString())
    }
    for (const [folder, texts] of found) this.#copy.replace(folder, texts)
  }

  /** A key has another value; undefined: it is gone. */
  noticed(key: string, value: Buffer | undefined): void {
    const place = this.#placeOf(key)
    if (place) this.#copy.set(place.folder, place.name, value?.toString())
  }

  async refresh(): Promise<void> {
    const found: KeyValue[] = []
    let key = Buffer.from(this.#root)
    for (let revision = 0; ; ) {
      const request = { key, rangeEnd: endOf(this.#root), limit: PAGE, revision }
      const { kvs, more, header } = await this.#etcd.range(request)
      revision ||= header.revision
      found.push(...kvs)
      const last = kvs.at(-1)
      if (!more || !last) break
      key = Buffer.concat([last.key, Buffer.from([0])])
    }
    this.replace(found)
  }

  async put(
    folder: SharedFolder,
    texts: Readonly<Record<string, string | undefined>>,
  ): Promise<void> {
    const all = Object.entries(texts)
    for (let from = 0; from < all.length; from += MOST) {
      const part = all.slice(from, from + MOST)
      const success = part.map(([name, text]): TxnRequest['success'][number] => {
        const key = this.#keyOf(folder, name)
        return text === undefined
          ? { requestDeleteRange: { key } }
          : { requestPut: { key, value: Buffer.from(text) } }
      })
      await this.#etcd.txn({ compare: [], success })
      for (const [name, text] of part) this.#copy.set(folder, name, text)
    }
  }

  async swap(
    folder: SharedFolder,
    name: string,
    before: string | undefined,
    after: string,
  ): Promise<boolean> {
    const key = this.#keyOf(folder, name)
    const { kvs } = await this.#etcd.range({ key })
    const [found] = kvs
    if (found?.value.toString() !== before) return false
    const { succeeded } = await this.#etcd.txn({
      compare: [{ key, target: 'MOD', modRevision: found?.modRevision ?? 0 }],
      success: [{ requestPut: { key, value: Buffer.from(after) } }],
    })
    if (succeeded) this.#copy.set(folder, name, after)
    return succeeded
  }

  #keyOf(folder: SharedFolder, name: string): Buffer {
    return Buffer.from(`${this.#root}${folder}/${name}`)
  }

  #placeOf(key: string): { readonly folder: SharedFolder; readonly name: string } | undefined {
    if (!key.startsWith(this.#root)) return undefined
    const rest = key.slice(this.#root.length)
    const folder = FOLDERS.find((one) => rest.startsWith(`${one}/`))
    return folder && { folder, name: rest.slice(folder.length + 1) }
  }
}
