// `lotse config`: what a proxy of a running control plane is to have, each part with the line that it comes from.
import { isProblem } from '../ca/problem.ts'
import type { HeldResources, OneResource } from '../dashboard/answers.ts'
import { yamlLines } from '../dashboard/yaml-text.ts'
import { type AskOptions, ask } from './ask.ts'
import { EXIT, fail } from './print.ts'
import { textTable } from './table.ts'

interface ConfigOptions extends AskOptions {
  readonly type?: string
  readonly name?: string
  readonly json?: boolean
}

export async function config(proxy: string, options: ConfigOptions): Promise<number> {
  const wanted = proxy.includes('/') ? proxy.split('/').reverse().join('.') : proxy
  const path = `/api/v1/proxies/${encodeURIComponent(wanted)}`
  const found = await ask(options, path)
  if (isProblem(found)) return fail(found)
  const { resources } = found.answer as HeldResources
  const rows = resources.filter(
    ({ type, name }) =>
      type === (options.type ?? type) && (options.name === undefined || name === options.name),
  )
  if (options.name === undefined) {
    const list = rows.map(({ type, name, place = '' }) => [type, name, place])
    console.log(
      options.json ? JSON.stringify(rows, null, 2) : textTable(['TYPE', 'NAME', 'FROM'], list),
    )
    return EXIT.done
  }
  for (const { type, name } of rows) {
    const one = await ask(options, `${path}/resource?${new URLSearchParams({ type, name })}`)
    if (isProblem(one)) return fail(one)
    console.log(
      options.json ? JSON.stringify(one.answer, null, 2) : text(one.answer as OneResource),
    )
  }
  return rows.length > 0 ? EXIT.done : EXIT.wrongInput
}

function text({ type, body, origins }: OneResource): string {
  const lines = yamlLines(body, origins).map(({ text, place }) =>
    place ? `${text}   # from ${place}` : text,
  )
  return `# ${type}\n${lines.join('\n')}`
}
