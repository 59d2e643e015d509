// `lotse status`: the proxies of a running control plane, whether they are up to date, and what is wrong.
import { readFileSync } from 'node:fs'
import { isProblem, reasonOf } from '../ca/problem.ts'
import type { ProxyStatus, Status } from '../dashboard/api.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { EXIT, fail } from './print.ts'

interface StatusOptions {
  readonly http: string
  readonly tokenFile?: string
  readonly json?: boolean
}

export async function status(options: StatusOptions): Promise<number> {
  const headers = authorization(options.tokenFile)
  if (isProblem(headers)) return fail(headers)
  let answer: Response
  try {
    const signal = AbortSignal.timeout(10_000)
    answer = await fetch(`http://${options.http}/api/v1/status`, { headers, signal })
  } catch {
    console.error(
      `error: no control plane answers at ${options.http}. Is \`lotse serve\` running, and is this its --http address? (L0511)`,
    )
    return EXIT.environment
  }
  if (!answer.ok) {
    console.error(
      `error: the control plane answered ${answer.status}: ${await answer.text()} (L0511)`,
    )
    return EXIT.environment
  }
  const found = (await answer.json()) as Status
  console.log(options.json ? JSON.stringify(found, null, 2) : textOf(found))
  return found.diagnostics.some(({ severity }) => severity === 'error')
    ? EXIT.wrongInput
    : EXIT.done
}

function authorization(file: string | undefined): Record<string, string> | Diagnostic {
  if (!file) return {}
  try {
    return { authorization: `Bearer ${readFileSync(file, 'utf8').trim()}` }
  } catch (error) {
    return {
      code: 'L0512',
      severity: 'error',
      text: `The token file ${file} cannot be read (${reasonOf(error)}). It is DATA/api-token on the control plane's machine`,
    }
  }
}

function textOf({ proxies, diagnostics }: Status): string {
  const head = ['PROXY', 'SYNC', 'CDS', 'EDS', 'LDS', 'RDS', 'SDS', 'NACKS']
  const rows = proxies.map((proxy) => rowOf(proxy))
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]!.length)),
  )
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd()
  const problems = diagnostics.map(
    ({ place, severity, text, code }) =>
      `${place ? `${place}: ` : ''}${severity}: ${text} (${code})`,
  )
  return [line(head), ...rows.map(line), '', ...problems].join('\n').trimEnd()
}

function rowOf({ proxy, synced, types }: ProxyStatus): string[] {
  const held = (type: string) => String(types[type]?.held ?? 0)
  const nacks = Object.values(types).reduce((total, type) => total + type.nacks, 0)
  return [
    proxy,
    synced ? 'yes' : 'NO',
    ...['cluster', 'endpoint', 'listener', 'route', 'secret'].map(held),
    String(nacks),
  ]
}
