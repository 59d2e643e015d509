// What replicas share in a cluster: a Secret in Lotse's namespace, which only the first of them creates.
import { type Connection, messageOf } from './connection.ts'

type Files = Readonly<Record<string, string>>

export interface SharedSecret {
  readonly name: string
  readonly read: () => Promise<Files | undefined>
  readonly create: (files: Files) => Promise<boolean>
}

export function sharedSecret(
  connection: Connection,
  namespace: string,
  name: string,
): SharedSecret {
  const path = `/api/v1/namespaces/${namespace}/secrets`
  return {
    name: `the Secret ${namespace}/${name}`,
    async read() {
      const { status, body } = await connection.request('GET', `${path}/${name}`)
      if (status === 404) return undefined
      if (status !== 200) throw new Error(messageOf(body))
      const { data = {} } = body as { readonly data?: Files }
      const texts = Object.entries(data).map(([file, text]) => [
        file,
        Buffer.from(text, 'base64').toString(),
      ])
      return Object.fromEntries(texts) as Files
    },
    async create(files) {
      const { status, body } = await connection.request('POST', path, {
        body: {
          ...{ apiVersion: 'v1', kind: 'Secret', type: 'Opaque', immutable: true },
          metadata: { name, namespace, labels: { 'app.kubernetes.io/part-of': 'lotse' } },
          stringData: files,
        },
      })
      if (status === 409) return false
      if (status >= 300) throw new Error(messageOf(body))
      return true
    },
  }
}
