// Golden cases: a folder with in.yaml gives out.PROXY.yaml and diagnostics.txt; a policy case also says what it changes.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createTwoFilesPatch } from 'diff'
import { readMesh } from '../../src/cli/offline.ts'
import { printResource } from '../../src/cli/translate.ts'
import { printDiagnostic } from '../../src/model/diagnostic.ts'
import type { Mesh } from '../../src/model/mesh.ts'
import { RESOURCE_TYPES, type ResourceSet } from '../../src/model/resource.ts'
import { nodeOf } from '../../src/translate/node.ts'
import { translate } from '../../src/translate/translate.ts'

export const FOLDER = fileURLToPath(new URL('.', import.meta.url))

/** The mesh that policy cases are laid over. */
const BASE = 'base'

export interface Golden {
  readonly name: string
  /** Expected files by name. */
  readonly files: ReadonlyMap<string, string>
  /** What each proxy gets, to be shown to Envoy. */
  readonly sets: ReadonlyMap<string, ResourceSet>
}

export function caseNames(): string[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}

/**
 * The first line of in.yaml names the proxies: `# proxies: default/web …`. With `# over base` the case's objects are added to
 * the base mesh, and only the difference they make is written (`effect.diff`).
 */
export async function golden(name: string): Promise<Golden> {
  const path = `${FOLDER}${name}/in.yaml`
  const head = readFileSync(path, 'utf8').split('\n').slice(0, 2).join('\n')
  const proxies = /^# proxies: (.+)$/m.exec(head)?.[1]?.trim().split(/\s+/) ?? []
  const overBase = /^# over base$/m.test(head)
  const base = `${FOLDER}${BASE}/in.yaml`
  const { mesh, diagnostics } = await readMesh(overBase ? [base, path] : [path])
  const files = new Map([
    ['diagnostics.txt', relative(diagnostics.map((d) => `${printDiagnostic(d)}\n`).join(''))],
  ])
  const sets = new Map(proxies.map((proxy) => [proxy, setFor(mesh, proxy)]))
  if (overBase) {
    const before = (await readMesh([base])).mesh
    const patches = proxies.map((proxy) =>
      patch(proxy, print(setFor(before, proxy)), print(sets.get(proxy)!)),
    )
    files.set('effect.diff', patches.join(''))
  } else {
    for (const [proxy, set] of sets) files.set(`out.${proxy.replace('/', '_')}.yaml`, print(set))
  }
  return { name, files, sets }
}

function setFor(mesh: Mesh, proxy: string): ResourceSet {
  const [namespace = '', workload = ''] = proxy.split('/')
  const claims = { id: proxy, certificateFolder: '/etc/lotse/certs' }
  return translate(mesh, nodeOf(mesh, { namespace, workload, certified: true }, claims))
}

function print(set: ResourceSet): string {
  return relative(
    RESOURCE_TYPES.flatMap((type) => set[type].flat().map(printResource)).join('---\n'),
  )
}

/** Places are printed as from the case's folder, so that goldens are the same on every machine. */
function relative(text: string): string {
  return text.replaceAll(FOLDER, '')
}

/** Places in the base mesh are left out of the difference: only what the case's own lines do is of interest. */
function patch(proxy: string, before: string, after: string): string {
  const own = (text: string) => text.replace(/^\s*# (?!.*from (?!base\/)).*\n\n?/gm, '')
  const [was, is] = [own(before), own(after)]
  if (was === is) return `=== ${proxy}: no effect\n`
  const text = createTwoFilesPatch('base', 'with', was, is, '', '', { context: 3 })
  return `=== ${proxy}\n${text.split('\n').slice(1).join('\n')}`
}
