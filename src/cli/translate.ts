// `lotse translate`: the Envoy configuration of one workload as YAML, each resource and part with the line it came from.
import { isCollection, isScalar, Document as YamlDocument, type Node as YamlNode } from 'yaml'
import type { Mesh } from '../model/mesh.ts'
import { DELIVERY_MODES, type DeliveryMode, type Node } from '../model/node.ts'
import { originsOf, printOrigin } from '../model/origin.ts'
import {
  MESSAGE_NAMES,
  RESOURCE_TYPES,
  type Resource,
  type ResourceSet,
  type ResourceType,
} from '../model/resource.ts'
import { nodeOf } from '../translate/node.ts'
import { translate } from '../translate/translate.ts'
import { redact } from '../xds/encode/redact.ts'
import { everyHost } from '../xds/virtual-hosts.ts'
import { readMesh } from './offline.ts'
import { EXIT, printAll, verdict } from './print.ts'

interface Options {
  readonly workload: string
  readonly type?: ResourceType
  readonly plaintext?: boolean
  readonly delivery?: DeliveryMode
}

export async function translateCommand(paths: string[], options: Options): Promise<number> {
  const [namespace, workload, ...rest] = options.workload.split('/')
  if (!namespace || !workload || rest.length > 0) {
    console.error(`error: --workload is NAMESPACE/NAME, not ${options.workload} (L0512)`)
    return EXIT.wrongUsage
  }
  if (options.type && !RESOURCE_TYPES.includes(options.type)) {
    console.error(`error: --type is one of ${RESOURCE_TYPES.join(', ')} (L0512)`)
    return EXIT.wrongUsage
  }
  if (options.delivery && !DELIVERY_MODES.includes(options.delivery)) {
    console.error(`error: --delivery is one of ${DELIVERY_MODES.join(', ')} (L0512)`)
    return EXIT.wrongUsage
  }
  const { mesh, diagnostics } = await readMesh(paths)
  printAll(diagnostics)
  const certified = !options.plaintext
  const node = nodeOf(
    mesh,
    { namespace, workload, certified },
    { id: options.workload, certificateFolder: certified ? '/etc/lotse/certs' : '' },
  )
  const set = delivered(mesh, node, options.delivery)
  const types = options.type ? [options.type] : RESOURCE_TYPES
  const documents = types.flatMap((type) => set[type].flat().map((item) => printResource(item)))
  console.log(documents.join('---\n'))
  return verdict(diagnostics)
}

/** Whole, unless one asks for what an Envoy is sent by VHDS: all that it could ask for. */
function delivered(mesh: Mesh, node: Node, delivery: DeliveryMode | undefined): ResourceSet {
  const set = translate(mesh, delivery ? { ...node, delivery } : node)
  return set.vhds ? { ...set, virtualHost: everyHost(set.vhds) } : set
}

/** One YAML document; a comment before each object that has an origin of its own. Secrets are not shown. */
export function printResource(item: Resource): string {
  const body = shown(item)
  if (item.answer) return `# ${item.type} ${item.name}: an answer without content\n`
  const document = new YamlDocument(body, { aliasDuplicateObjects: false, version: '1.1' })
  for (const [pointer, origin] of originsOf(body)) {
    const path = pointer.split('/').slice(1).map(unescapePointer)
    const node = document.getIn(path, true) as YamlNode | undefined
    if (path.length > 0 && isCollection(node)) node.commentBefore = ` from ${printOrigin(origin)}`
    // A field that was written into an object from elsewhere.
    if (path.length > 0 && isScalar(node)) node.comment = ` from ${printOrigin(origin)}`
    if (path.length === 0) document.commentBefore = ` ${item.type} from ${printOrigin(origin)}`
  }
  if (!document.commentBefore) document.commentBefore = ` ${item.type}`
  return document.toString({ lineWidth: 120 })
}

function shown(item: Resource): object {
  // A secret that is a file is only its path.
  if (item.type === 'secret' && !JSON.stringify(item.body).includes('inline_string'))
    return item.body
  return redact(MESSAGE_NAMES[item.type], whole(item))
}

/** A route configuration with the virtual hosts that travel beside its own fields. */
function whole(item: Resource): object {
  if (!item.virtualHosts) return item.body
  return { ...item.body, virtual_hosts: item.virtualHosts.map(({ body }) => body) }
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}
