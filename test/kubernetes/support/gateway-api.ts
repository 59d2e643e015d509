// The definitions of the Gateway API's standard channel, from its own Go module: pinned with its hash, fetched while there is a network.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

const MODULE = fileURLToPath(new URL('../gateway-api', import.meta.url))

/** The folder of the definitions, or why it cannot be had. */
function folder(): string | { readonly why: string } {
  const args = ['mod', 'download', '-json', 'sigs.k8s.io/gateway-api']
  const { status, stdout, stderr } = spawnSync('go', args, { cwd: MODULE, encoding: 'utf8' })
  if (status !== 0) return { why: `the Gateway API's module cannot be fetched: ${stderr}` }
  const { Dir } = JSON.parse(stdout) as { Dir: string }
  return join(Dir, 'config/crd/standard')
}

/** Why they cannot be had; undefined if they can. */
export function gatewayDefinitionsMissing(): string | undefined {
  const found = folder()
  return typeof found === 'string' ? undefined : found.why
}

export function gatewayDefinitions(): readonly { readonly metadata: { readonly name: string } }[] {
  const found = folder()
  if (typeof found !== 'string') throw new Error(found.why)
  return readdirSync(found)
    .flatMap((name) => parseAllDocuments(readFileSync(join(found, name), 'utf8')))
    .map((document) => document.toJS())
    .filter((object) => object?.kind === 'CustomResourceDefinition')
}
