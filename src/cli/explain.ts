// `lotse explain`: which way a request goes, step by step, each with the line of YAML that says so.

import { type Admission, admissionAt } from '../explain/admission.ts'
import { type Explanation, explainRoute, type Question, type Step } from '../explain/route.ts'
import type { Mesh } from '../model/mesh.ts'
import type { Node } from '../model/node.ts'
import { printOrigin } from '../model/origin.ts'
import { nodeOf } from '../translate/node.ts'
import { translate } from '../translate/translate.ts'
import { readMesh } from './offline.ts'
import { EXIT, printAll } from './print.ts'

interface Options {
  readonly workload: string
  readonly host: string
  readonly path: string
  readonly method?: string
  readonly header?: readonly string[]
  readonly port?: string
  readonly toWorkload?: string
}

export async function explain(paths: string[], options: Options): Promise<number> {
  const { mesh, diagnostics } = await readMesh(paths)
  printAll(diagnostics.filter(({ severity }) => severity === 'error'))
  for (const name of [options.workload, options.toWorkload ?? options.workload]) {
    if (mesh.tables.WorkloadEntry.rows.has(name)) continue
    console.error(`error: there is no WorkloadEntry ${name} in the given files (L0512)`)
    return EXIT.wrongUsage
  }
  const caller = nodeFor(mesh, options.workload)
  const question: Question = {
    direction: 'outbound',
    host: options.host,
    path: options.path,
    method: options.method ?? 'GET',
    headers: headersOf(options.header ?? []),
    ...(options.port === undefined ? {} : { port: Number(options.port) }),
  }
  const set = translate(mesh, caller)
  const explained = explainRoute(set, question)
  console.log(textOf(explained))
  if (explained.none) return EXIT.wrongInput
  const target = options.toWorkload
  if (!target) return EXIT.done
  const to = nodeFor(mesh, target)
  const [config] = mesh.tables.MeshConfig.rows.values()
  const trustDomain = config?.spec.trustDomain || 'cluster.local'
  const sent = { caller, set, to, explained, question, trustDomain }
  const admission = admissionAt(translate(mesh, to), sent)
  console.log(admissionText(target, admission))
  return admission.allowed ? EXIT.done : EXIT.wrongInput
}

function nodeFor(mesh: Mesh, workload: string): Node {
  const [namespace = '', name = ''] = workload.split('/')
  const claims = { id: workload, certificateFolder: '/etc/lotse/certs' }
  return nodeOf(mesh, { namespace, workload: name, certified: true }, claims)
}

/** `name=value` each; a name that stands twice has both values. */
function headersOf(given: readonly string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = {}
  for (const text of given) {
    const equals = text.indexOf('=')
    const name = (equals < 0 ? text : text.slice(0, equals)).toLowerCase()
    const value = equals < 0 ? '' : text.slice(equals + 1)
    headers[name] = [...(headers[name] ?? []), value]
  }
  return headers
}

function textOf({ steps, clusters, none, route }: Explanation): string {
  const lines = steps.map(printStep)
  const total = clusters.reduce((sum, { weight }) => sum + weight, 0)
  for (const { name, weight } of clusters) {
    const share = clusters.length > 1 ? ` (${Math.round((weight / total) * 1000) / 10} %)` : ''
    lines.push(`${'cluster'.padEnd(WIDTH)}${name}${share}`)
  }
  if (route?.redirect) lines.push(`${'answer'.padEnd(WIDTH)}a redirect by the proxy itself`)
  if (route?.direct_response)
    lines.push(`${'answer'.padEnd(WIDTH)}${route.direct_response.status} by the proxy itself`)
  if (none) lines.push(`${'nothing'.padEnd(WIDTH)}${none}`)
  return lines.join('\n')
}

const WIDTH = 22

function printStep({ what, name, origin }: Step): string {
  return `${what.padEnd(WIDTH)}${name}${origin ? `   ${printOrigin(origin)}` : ''}`
}

function admissionText(target: string, { steps, allowed, reason }: Admission): string {
  const verdict = `${allowed ? 'allowed' : 'denied'}${reason ? `: ${reason}` : ''}`
  return [`at ${target}`, ...steps.map(printStep), `${'verdict'.padEnd(WIDTH)}${verdict}`].join(
    '\n',
  )
}
