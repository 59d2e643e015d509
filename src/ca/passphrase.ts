// The passphrase of a key, from a file: options and environments of processes can be read by others.
import { readFileSync, statSync } from 'node:fs'
import type { Diagnostic } from '../model/diagnostic.ts'
import { problem, reasonOf } from './problem.ts'

/** The first line of the file; L0415 where there is none, L0414 where others may read it. No text repeats it. */
export function readPassphrase(path: string): { readonly passphrase: string } | Diagnostic {
  try {
    const mode = statSync(path).mode & 0o777
    if (mode & 0o007) {
      return problem('L0414', `${path} can be read by everybody (0${mode.toString(8)}). Set 0600.`)
    }
    const passphrase = readFileSync(path, 'utf8').split(/\r?\n/, 1)[0] ?? ''
    if (passphrase !== '') return { passphrase }
    return problem('L0415', `${path} holds no passphrase: its first line is empty.`)
  } catch (error) {
    return problem('L0415', `The passphrase in ${path} cannot be read (${reasonOf(error)}).`)
  }
}

/** The same for an option that may be absent. */
export function passphraseOf(
  path: string | undefined,
): { readonly passphrase?: string } | Diagnostic {
  return path === undefined ? {} : readPassphrase(path)
}
