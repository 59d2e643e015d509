// `lotse install`: the manifests of Lotse itself, printed or applied to the cluster.
import { stringify } from 'yaml'
import { manifests } from '../install/manifests.ts'
import { PART_OF } from '../install/roles.ts'
import { type Connection, messageOf, openConnection } from '../registry/kubernetes/connection.ts'
import { EXIT, fail } from './print.ts'

interface InstallCommand {
  readonly namespace: string
  readonly image: string
  readonly proxyImage: string
  readonly replicas: string
  readonly revision: string
  /** Without the definitions of the custom resources, as Helm's option of this name. */
  readonly skipCrds?: boolean
  /** Applies them instead of printing them. */
  readonly apply?: boolean
  readonly kubeconfig?: string
}

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
  }
}

const DEFINITION = 'CustomResourceDefinition'

export async function install(options: InstallCommand): Promise<number> {
  const all = manifests({ ...options, replicas: Number(options.replicas) }) as Manifest[]
  const objects = options.skipCrds ? all.filter(({ kind }) => kind !== DEFINITION) : all
  if (!options.apply) {
    for (const object of objects) {
      process.stdout.write(`---\n${stringify(object, { aliasDuplicateObjects: false })}`)
    }
    return EXIT.done
  }
  const connection = await openConnection(options.kubeconfig)
  if ('code' in connection) return fail(connection)
  for (const object of objects) {
    const name = `${object.kind}/${object.metadata.name}`
    if (await isOfOthers(connection, object)) {
      console.log(`${name} is there already, of somebody else: left as it is`)
      continue
    }
    const refused = await apply(connection, object)
    if (refused) {
      const text = `${name} cannot be applied (${refused}). What was applied before it stays; correct it and install again`
      return fail({ code: 'L0121', severity: 'error', text })
    }
    console.log(`${name} applied`)
  }
  return EXIT.done
}

/** Istio's own definitions serve the same kinds, with more fields: Lotse's would drop those from objects that are written. */
async function isOfOthers(connection: Connection, object: Manifest): Promise<boolean> {
  if (object.kind !== DEFINITION) return false
  const reply = await connection.request('GET', pathOf(object)).catch(() => undefined)
  if (reply?.status !== 200) return false
  const part = 'app.kubernetes.io/part-of'
  return (reply.body as Manifest).metadata.labels?.[part] !== PART_OF[part]
}

/** Server-side apply; why it was refused. */
async function apply(connection: Connection, object: Manifest): Promise<string | undefined> {
  const path = `${pathOf(object)}?fieldManager=lotse-install&force=true`
  const reply = await connection
    .request('PATCH', path, { body: object, contentType: 'application/apply-patch+yaml' })
    .catch((error: Error) => ({ status: 0, body: error.message }))
  return reply.status >= 200 && reply.status < 300 ? undefined : messageOf(reply.body)
}

function pathOf({ apiVersion, kind, metadata }: Manifest): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const place = metadata.namespace ? `/namespaces/${metadata.namespace}` : ''
  return `${root}${place}/${pluralOf(kind)}/${metadata.name}`
}

function pluralOf(kind: string): string {
  return `${kind.toLowerCase().replace(/y$/, 'ie')}s`
}
