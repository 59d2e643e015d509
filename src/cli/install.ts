// `lotse install`: the manifests of Lotse itself, printed or applied to the cluster.
import { stringify } from 'yaml'
import { manifests } from '../install/manifests.ts'
import { type Connection, messageOf, openConnection } from '../registry/kubernetes/connection.ts'
import { EXIT, fail } from './print.ts'

interface InstallCommand {
  readonly namespace: string
  readonly image: string
  readonly proxyImage: string
  readonly replicas: string
  readonly revision: string
  /** Applies them instead of printing them. */
  readonly apply?: boolean
  readonly kubeconfig?: string
}

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
}

export async function install(options: InstallCommand): Promise<number> {
  const objects = manifests({ ...options, replicas: Number(options.replicas) }) as Manifest[]
  if (!options.apply) {
    for (const object of objects) {
      process.stdout.write(`---\n${stringify(object, { aliasDuplicateObjects: false })}`)
    }
    return EXIT.done
  }
  const connection = await openConnection(options.kubeconfig)
  if ('code' in connection) return fail(connection)
  for (const object of objects) {
    const refused = await apply(connection, object)
    const name = `${object.kind}/${object.metadata.name}`
    if (refused) {
      const text = `${name} cannot be applied (${refused}). What was applied before it stays; correct it and install again`
      return fail({ code: 'L0121', severity: 'error', text })
    }
    console.log(`${name} applied`)
  }
  return EXIT.done
}

/** Server-side apply; why it was refused. */
async function apply(connection: Connection, object: Manifest): Promise<string | undefined> {
  const { apiVersion, kind, metadata } = object
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const place = metadata.namespace ? `/namespaces/${metadata.namespace}` : ''
  const path = `${root}${place}/${pluralOf(kind)}/${metadata.name}?fieldManager=lotse-install&force=true`
  const reply = await connection
    .request('PATCH', path, { body: object, contentType: 'application/apply-patch+yaml' })
    .catch((error: Error) => ({ status: 0, body: error.message }))
  return reply.status >= 200 && reply.status < 300 ? undefined : messageOf(reply.body)
}

function pluralOf(kind: string): string {
  return `${kind.toLowerCase().replace(/y$/, 'ie')}s`
}
