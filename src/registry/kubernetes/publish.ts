// What Lotse writes for others in a cluster: the mesh's roots for pods in every namespace, and for the API server that calls the webhooks.
import { type Connection, messageOf } from './connection.ts'

interface Webhooks {
  readonly metadata: { readonly resourceVersion: string }
  readonly webhooks?: readonly {
    readonly name: string
    readonly clientConfig: { readonly caBundle?: string }
  }[]
}

const REGISTRATIONS = '/apis/admissionregistration.k8s.io/v1'

/** Server-side apply, so that other keys in the ConfigMap stay. The server's words if it refuses. */
export async function publishRoots(
  connection: Connection,
  namespace: string,
  map: { readonly name: string; readonly key: string; readonly roots: string },
): Promise<string | undefined> {
  const { name, key, roots } = map
  const path = `/api/v1/namespaces/${namespace}/configmaps/${name}`
  const { status, body } = await connection.request(
    'PATCH',
    `${path}?fieldManager=lotse&force=true`,
    {
      contentType: 'application/apply-patch+yaml',
      body: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace },
        data: { [key]: roots },
      },
    },
  )
  return status < 300 || isEnding(status, body) ? undefined : messageOf(body)
}

/** Nothing can be made any more in a namespace that is being deleted, and nobody waits for it. */
function isEnding(status: number, body: unknown): boolean {
  const { details } = (body ?? {}) as { details?: { causes?: readonly { reason?: string }[] } }
  const causes = details?.causes ?? []
  return status === 404 || causes.some(({ reason }) => reason === 'NamespaceTerminating')
}

/** Both registrations of this name trust these roots from now on; what is not registered is left alone. */
export async function publishWebhookRoots(
  connection: Connection,
  name: string,
  roots: string,
): Promise<void> {
  const wanted = Buffer.from(roots).toString('base64')
  for (const kind of ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations']) {
    const path = `${REGISTRATIONS}/${kind}/${name}`
    const { status, body } = await connection.request('GET', path)
    if (status === 404) continue
    if (status !== 200) throw new Error(messageOf(body))
    const { webhooks = [], metadata } = body as Webhooks
    const stale = webhooks.flatMap(({ clientConfig }, index) =>
      clientConfig.caBundle === wanted ? [] : [index],
    )
    if (stale.length === 0) continue
    const patch = [
      { op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
      ...stale.map((index) => ({
        ...{ op: 'add', path: `/webhooks/${index}/clientConfig/caBundle`, value: wanted },
      })),
    ]
    const done = await connection.request('PATCH', path, {
      contentType: 'application/json-patch+json',
      body: patch,
    })
    if (done.status >= 300) throw new Error(messageOf(done.body))
  }
}
