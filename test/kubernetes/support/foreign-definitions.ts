// Definitions of custom resources that are not Lotse's, from their owners' Go modules: pinned with hashes, fetched while there is a network.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

interface Definition {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
}

/** Each in the folder of its `go.mod`, with where the module has its definitions. */
const OWNERS = {
  /** The standard channel. */
  'gateway-api': { module: 'sigs.k8s.io/gateway-api', folder: 'config/crd/standard' },
  'istio-api': { module: 'istio.io/api', folder: 'kubernetes' },
} as const

/** The folder of the definitions, or why it cannot be had. */
function folderOf(owner: keyof typeof OWNERS): string | { readonly why: string } {
  const { module, folder } = OWNERS[owner]
  const cwd = fileURLToPath(new URL(`../${owner}`, import.meta.url))
  const args = ['mod', 'download', '-json', module]
  const { status, stdout, stderr } = spawnSync('go', args, { cwd, encoding: 'utf8' })
  if (status !== 0) return { why: `the module ${module} cannot be fetched: ${stderr}` }
  return join((JSON.parse(stdout) as { Dir: string }).Dir, folder)
}

/** Why some of them cannot be had; undefined if all can. */
export function foreignDefinitionsMissing(): string | undefined {
  for (const owner of Object.keys(OWNERS) as (keyof typeof OWNERS)[]) {
    const found = folderOf(owner)
    if (typeof found !== 'string') return found.why
  }
  return undefined
}

export function foreignDefinitions(owner: keyof typeof OWNERS): readonly Definition[] {
  const found = folderOf(owner)
  if (typeof found !== 'string') throw new Error(found.why)
  return readdirSync(found)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => parseAllDocuments(readFileSync(join(found, name), 'utf8')))
    .map((document) => document.toJS())
    .filter((object) => object?.kind === 'CustomResourceDefinition')
}
