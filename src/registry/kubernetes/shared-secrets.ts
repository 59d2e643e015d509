// What replicas share in a cluster besides objects: Secrets of a type of their own in Lotse's namespace, kept current by a watch.
import type { SharedFolder, SharedStore } from '../../model/shared.ts'
import { SharedCopy } from '../shared-copy.ts'
import { type Connection, messageOf } from './connection.ts'
import { type KubernetesObject, reflect } from './reflector.ts'

/** Not read as objects of the mesh. */
export const SHARED_TYPE = 'lotse.dev/shared'

const PREFIX = 'lotse-shared-'
/** Lost races with other writers of the same Secret that are tried again. */
const ATTEMPTS = 20

interface Secret extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>
}

export class SharedSecrets implements SharedStore {
  readonly name: string
  readonly #connection: Connection
  readonly #path: string
  readonly #copy = new SharedCopy()
  readonly entries = this.#copy.entries
  readonly onChange = this.#copy.onChange

  constructor(connection: Connection, namespace: string) {
    this.#connection = connection
    this.#path = `/api/v1/namespaces/${namespace}/secrets`
    this.name = `Secrets of the namespace ${namespace}`
  }

  /** Keeps the copy current until `stop`. */
  follow(stop: AbortSignal): Promise<void> {
    const { ended } = reflect(
      this.#connection,
      {
        paths: [this.#path],
        query: SELECTOR,
        keep: (secret) => secret,
        onList: (secrets) => this.#replace(secrets),
        onChange: (secret) => this.#take(secret),
        onDelete: (secret) => this.#take({ ...secret, data: {} }),
        // The same server is followed for objects, and told of there.
        onTrouble: () => undefined,
      },
      stop,
    )
    return ended
  }

  async refresh(): Promise<void> {
    const { status, body } = await this.#connection.request('GET', `${this.#path}?${SELECTOR}`)
    if (status !== 200) throw new Error(messageOf(body))
    this.#replace((body as { items?: readonly KubernetesObject[] }).items ?? [])
  }

  async put(
    folder: SharedFolder,
    texts: Readonly<Record<string, string | undefined>>,
  ): Promise<void> {
    const bySecret = new Map<string, Record<string, string | null>>()
    for (const [name, text] of Object.entries(texts)) {
      const secret = secretOf(folder, name)
      const data = bySecret.get(secret) ?? {}
      bySecret.set(secret, data)
      data[encoded(name)] = text === undefined ? null : base64(text)
    }
    for (const [secret, data] of bySecret) await this.#merge(secret, data)
  }

  async swap(
    folder: SharedFolder,
    name: string,
    before: string | undefined,
    after: string,
  ): Promise<boolean> {
    const secret = secretOf(folder, name)
    const key = encoded(name)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { status, body } = await this.#connection.request('GET', `${this.#path}/${secret}`)
      if (status !== 200 && status !== 404) throw new Error(messageOf(body))
      const found = status === 200 ? (body as Secret) : undefined
      if (found) this.#take(found)
      const present = found?.data?.[key]
      if ((present === undefined ? undefined : plain(present)) !== before) return false
      const { resourceVersion } = found?.metadata ?? {}
      if (await this.#write(secret, { [key]: base64(after) }, resourceVersion)) return true
    }
    throw new Error(`others write the Secret ${secret} all the time`)
  }

  async #merge(secret: string, data: Readonly<Record<string, string | null>>): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await this.#write(secret, data, 'any')) return
      if (await this.#write(secret, data, undefined)) return
    }
    throw new Error(`the Secret ${secret} can neither be made nor changed`)
  }

  /** Only if it has this version still; undefined makes it. False if that was not so. */
  async #write(
    name: string,
    data: Readonly<Record<string, string | null>>,
    version: 'any' | string | undefined,
  ): Promise<boolean> {
    const make = version === undefined
    const present = Object.entries(data).filter(([, text]) => text !== null)
    const labels = { 'app.kubernetes.io/part-of': 'lotse' }
    const reply = make
      ? await this.#connection.request('POST', this.#path, {
          body: {
            ...{ apiVersion: 'v1', kind: 'Secret', type: SHARED_TYPE, metadata: { name, labels } },
            data: Object.fromEntries(present),
          },
        })
      : await this.#connection.request('PATCH', `${this.#path}/${name}`, {
          contentType: 'application/merge-patch+json',
          body: { data, ...(version === 'any' ? {} : { metadata: { resourceVersion: version } }) },
        })
    const { status, body } = reply
    if (status === 409 || (status === 404 && !make)) return false
    if (status >= 300) throw new Error(messageOf(body))
    this.#take(body as Secret)
    return true
  }

  #replace(secrets: readonly KubernetesObject[]): void {
    const found = new Map<string, Map<string, string>>()
    for (const secret of secrets) found.set(secret.metadata.name, textsIn(secret))
    for (const folder of Object.keys(SHARDS) as SharedFolder[]) {
      const texts = [...found].flatMap(([secret, all]) =>
        folderOf(secret) === folder ? [...all] : [],
      )
      this.#copy.replace(folder, new Map(texts))
    }
  }

  #take(secret: Secret): void {
    const { name } = secret.metadata
    const folder = folderOf(name)
    if (!folder) return
    this.#copy.replace(folder, textsIn(secret), (one) => secretOf(folder, one) === name)
  }
}

/** Folders that may hold a text for each pod are spread by the last character of the name. */
const SHARDS: Readonly<Record<SharedFolder, boolean>> = {
  ...{ authority: false, issued: true, revoked: false, tokens: false },
  ...{ enrolled: true, registered: false, present: false, replicas: false },
}

const SELECTOR = `fieldSelector=${encodeURIComponent(`type=${SHARED_TYPE}`)}`

function secretOf(folder: SharedFolder, name: string): string {
  const last = encoded(name).at(-1)?.toLowerCase() ?? ''
  return SHARDS[folder]
    ? `${PREFIX}${folder}-${/[0-9a-z]/.test(last) ? last : '0'}`
    : PREFIX + folder
}

function folderOf(secret: string): SharedFolder | undefined {
  const [folder = ''] = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length).split('-') : []
  return folder in SHARDS ? (folder as SharedFolder) : undefined
}

/** Keys of a Secret have no slash; names of Kubernetes no underscore. */
function encoded(name: string): string {
  return name.replaceAll('/', '_')
}

function textsIn({ data = {} }: Secret): Map<string, string> {
  return new Map(Object.entries(data).map(([key, text]) => [key.replaceAll('_', '/'), plain(text)]))
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function plain(text: string): string {
  return Buffer.from(text, 'base64').toString()
}
