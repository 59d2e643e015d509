// The real helm, built of its Go module.
import { spawnSync } from 'node:child_process'
import { goTool } from './go-tool.ts'

const found = goTool({ module: 'test/kubernetes/helm', program: 'helm.sh/helm/v3/cmd/helm' })

/** For node:test's `skip`: why there is no helm here, else false. */
export const helmMissing: string | false = typeof found === 'string' ? false : found.why

export function helm(...args: readonly string[]) {
  if (typeof found !== 'string') throw new Error(found.why)
  const { status, stdout, stderr } = spawnSync(found, args, {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  })
  return { code: status, stdout, stderr }
}
