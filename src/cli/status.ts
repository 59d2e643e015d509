// `lotse status`: the proxies of a running control plane, whether they are up to date, and what is wrong.
import { isProblem } from '../ca/problem.ts'
import type { ProxyStatus, Status } from '../dashboard/status.ts'
import { again } from './again.ts'
import { type AskOptions, ask } from './ask.ts'
import { EXIT, fail } from './print.ts'
import { textTable } from './table.ts'

interface StatusOptions extends AskOptions {
  readonly json?: boolean
  readonly watch?: boolean
}

export async function status(options: StatusOptions): Promise<number> {
  if (options.watch) {
    return again({ every: 2000, times: 0 }, async () => {
      const asked = await ask(options, '/api/v1/status')
      return isProblem(asked) ? fail(asked) : textOf(asked.answer as Status)
    })
  }
  const asked = await ask(options, '/api/v1/status')
  if (isProblem(asked)) return fail(asked)
  const found = asked.answer as Status
  console.log(options.json ? JSON.stringify(found, null, 2) : textOf(found))
  return found.diagnostics.some(({ severity }) => severity === 'error')
    ? EXIT.wrongInput
    : EXIT.done
}

/** Columns by type of resource; virtual hosts only where they come by themselves. */
const COLUMNS = [
  ['CDS', 'cluster'],
  ['EDS', 'endpoint'],
  ['LDS', 'listener'],
  ['RDS', 'route'],
  ['VHDS', 'virtualHost'],
  ['SDS', 'secret'],
] as const

function textOf({ proxies, diagnostics }: Status): string {
  const columns = COLUMNS.filter(
    ([, type]) => type !== 'virtualHost' || proxies.some(({ types }) => types.virtualHost),
  )
  const head = ['PROXY', 'SYNC', ...columns.map(([name]) => name), 'NACKS']
  const types = columns.map(([, type]) => type)
  const rows = proxies.map((proxy) => rowOf(proxy, types))
  const problems = diagnostics.map(
    ({ place, severity, text, code }) =>
      `${place ? `${place}: ` : ''}${severity}: ${text} (${code})`,
  )
  return [textTable(head, rows), '', ...problems].join('\n').trimEnd()
}

function rowOf({ proxy, synced, types }: ProxyStatus, shown: readonly string[]): string[] {
  const nacks = Object.values(types).reduce((total, type) => total + type.nacks, 0)
  const held = shown.map((type) => String(types[type]?.held ?? 0))
  return [proxy, synced ? 'yes' : 'NO', ...held, String(nacks)]
}
