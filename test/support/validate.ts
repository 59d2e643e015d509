// Asks the real Envoy whether it would accept a configuration.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isProblem } from '../../envoy/problem.ts'
import { validateConfig } from '../../envoy/run.ts'
import { writeFolder } from '../../envoy/write.ts'
import type { Bootstrap } from '../../proto/envoy.d.ts'
import { envoyBinary } from './envoy.ts'

const AT_ONCE = 2

/** For each configuration nothing, or Envoy's reason to refuse it; in the same order, two at a time. */
export async function validate(configs: readonly Bootstrap[]): Promise<(string | undefined)[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lotse-validate-'))
  const reasons: (string | undefined)[] = new Array(configs.length).fill(undefined)
  let next = 0
  const work = async (): Promise<void> => {
    for (let i = next++; i < configs.length; i = next++) {
      const path = writeFolder(join(folder, String(i)), { 'envoy.yaml': configs[i] })
      if (isProblem(path)) throw new Error(path.text)
      reasons[i] = (await validateConfig(envoyBinary(), path))?.text
    }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return reasons
}
