// `lotse explain`: which way a request goes, step by step, each with the line of YAML that says so; of files, or of a running mesh.
import { isProblem } from '../ca/problem.ts'
import {
  type Explained,
  type ExplainedStep,
  type ExplainQuestion,
  explainIn,
} from '../explained.ts'
import { hasErrors } from '../model/diagnostic.ts'
import { type AskOptions, ask } from './ask.ts'
import { readMesh } from './offline.ts'
import { EXIT, fail, printAll } from './print.ts'

interface Options extends ExplainQuestion, Partial<AskOptions> {}

export async function explain(paths: string[], options: Options): Promise<number> {
  if (paths.length > 0 === (options.http !== undefined)) {
    const text = 'Name the files to read, or by --http the control plane to ask, and not both'
    return fail({ code: 'L0512', severity: 'error', text })
  }
  const found = options.http ? await asked(options, options.http) : await offline(paths, options)
  if (isProblem(found)) return fail(found)
  console.log(textOf(found))
  return found.none || found.admission?.allowed === false ? EXIT.wrongInput : EXIT.done
}

async function offline(paths: string[], options: Options) {
  const { mesh, diagnostics } = await readMesh(paths)
  if (hasErrors(diagnostics)) printAll(diagnostics.filter(({ severity }) => severity === 'error'))
  const found = explainIn(mesh, options)
  return isProblem(found) ? { ...found, text: `${found.text} in the given files` } : found
}

async function asked(options: Options, http: string) {
  const { workload, host, path, method, header = [], port, toWorkload } = options
  const query = new URLSearchParams({ workload, host, path })
  if (method) query.set('method', method)
  if (port) query.set('port', port)
  if (toWorkload) query.set('to', toWorkload)
  if (header.length > 0) query.set('headers', header.join('\n'))
  const { tokenFile } = options
  const found = await ask({ http, ...(tokenFile ? { tokenFile } : {}) }, `/api/v1/explain?${query}`)
  return isProblem(found) ? found : (found.answer as Explained)
}

const WIDTH = 22

function textOf({ steps, clusters, answer, none, admission }: Explained): string {
  const lines = steps.map(printStep)
  const total = clusters.reduce((sum, { weight }) => sum + weight, 0)
  for (const { name, weight } of clusters) {
    const share = clusters.length > 1 ? ` (${Math.round((weight / total) * 1000) / 10} %)` : ''
    lines.push(`${'cluster'.padEnd(WIDTH)}${name}${share}`)
  }
  if (answer) lines.push(`${'answer'.padEnd(WIDTH)}${answer}`)
  if (none) lines.push(`${'nothing'.padEnd(WIDTH)}${none}`)
  if (!admission) return lines.join('\n')
  const { workload, allowed, reason } = admission
  const verdict = `${allowed ? 'allowed' : 'denied'}${reason ? `: ${reason}` : ''}`
  lines.push(`at ${workload}`, ...admission.steps.map(printStep))
  return [...lines, `${'verdict'.padEnd(WIDTH)}${verdict}`].join('\n')
}

function printStep({ what, name, place }: ExplainedStep): string {
  return `${what.padEnd(WIDTH)}${name}${place ? `   ${place}` : ''}`
}
