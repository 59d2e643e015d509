// The folder of a workload's certificates as Envoy watches it: files that are links into `..data`, which is swapped whole.
import { lstatSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KeyPair } from './certificates.ts'

let generation = 0

/** Writes the first set, or replaces the present one in a single step. */
export function writeCertificateFolder(folder: string, pair: KeyPair): void {
  generation += 1
  const version = `..${process.pid}.${generation}`
  mkdirSync(join(folder, version), { recursive: true, mode: 0o700 })
  const files = { 'key.pem': pair.keyPem, 'chain.pem': pair.chainPem, 'root.pem': pair.rootPem }
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, version, name), text, { mode: 0o600 })
    const path = join(folder, name)
    if (!lstatSync(path, { throwIfNoEntry: false })) symlinkSync(`..data/${name}`, path)
  }
  symlinkSync(version, join(folder, '..next'))
  renameSync(join(folder, '..next'), join(folder, '..data'))
}
