// Writes the folder an Envoy is started from: its bootstrap and the files that name its keys, for the owner alone.
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Diagnostic } from '../src/model/diagnostic.ts'
import { type BootstrapOptions, bootstrap } from './bootstrap.ts'
import { secretFiles } from './mesh-tls.ts'
import { problem, reasonOf } from './problem.ts'

/** Every string is quoted: Envoy reads YAML 1.1, where a workload named `no` would be false. */
const FORM = {
  version: '1.1',
  lineWidth: 0,
  aliasDuplicateObjects: false,
  defaultStringType: 'QUOTE_DOUBLE',
  defaultKeyType: 'PLAIN',
} as const

/** Name of the bootstrap in its folder. */
export const BOOTSTRAP_FILE = 'envoy.yaml'

/** Writes `envoy.yaml` (0600) and, with TLS, the secret files into `folder` (0700); gives the bootstrap's path or L0504. */
export function writeBootstrap(folder: string, options: BootstrapOptions): string | Diagnostic {
  const files: Record<string, unknown> = { [BOOTSTRAP_FILE]: bootstrap(options) }
  if (options.tls) Object.assign(files, secretFiles(options.tls.certificates))
  return writeFolder(folder, files)
}

/** The same for any bootstrap, for instance one without a control plane. */
export function writeFolder(
  folder: string,
  files: Readonly<Record<string, unknown>>,
): string | Diagnostic {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
    for (const [name, content] of Object.entries(files)) {
      replace(join(folder, name), stringify(content, FORM))
    }
    return join(folder, BOOTSTRAP_FILE)
  } catch (error) {
    return problem('L0504', `The folder ${folder} cannot be written: ${reasonOf(error)}.`)
  }
}

/** Moved into place, so that a running Envoy that watches the file never reads half of it. */
function replace(path: string, text: string): void {
  const aside = `${path}.${process.pid}`
  try {
    rmSync(aside, { force: true })
    writeFileSync(aside, text, { mode: 0o600, flag: 'wx' })
    renameSync(aside, path)
  } catch (error) {
    rmSync(aside, { force: true })
    throw error
  }
}
