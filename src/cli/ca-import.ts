// `lotse ca import`: an organisation's intermediate as the authority of a new data directory, or beside the one that is there.
import { existsSync } from 'node:fs'
import { importAuthority, type PemFiles, type Pkcs12File } from '../ca/import.ts'
import { readPresentRoot } from '../ca/overview.ts'
import { passphraseOf } from '../ca/passphrase.ts'
import { isProblem } from '../ca/problem.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { DataOption } from './ca.ts'
import { EXIT, fail, printAll } from './print.ts'

interface ImportCommand extends DataOption {
  readonly cert?: string
  readonly key?: string
  readonly root?: string
  readonly pkcs12?: string
  readonly keyPassphraseFile?: string
  readonly passphraseFile?: string
  readonly trustDomain?: string
}

export async function importCommand(options: ImportCommand): Promise<number> {
  const stored = passphraseOf(options.passphraseFile)
  if (isProblem(stored)) return fail(stored)
  const from = sourceOf(options)
  if (isProblem(from)) return fail(from)
  const trustDomain = trustDomainFor(options)
  if (isProblem(trustDomain)) return fail(trustDomain)
  const { data: directory } = options
  const now = () => new Date()
  const imported = await importAuthority({ directory, from, ...trustDomain, ...stored, now })
  if (isProblem(imported)) return fail(imported)
  printAll(imported.warnings)
  console.log(imported.name)
  console.error(
    imported.name === '.'
      ? `${directory} has this authority now; start lotse serve --data ${directory}`
      : `beside the authority in force; change to it with: lotse ca rotate --data ${directory} --to ${imported.name}`,
  )
  return EXIT.done
}

function sourceOf(options: ImportCommand): PemFiles | Pkcs12File | Diagnostic {
  const { cert: certificate, key, root, pkcs12 } = options
  const opened = passphraseOf(options.keyPassphraseFile)
  if (isProblem(opened)) return opened
  const keyPassphrase = opened.passphrase === undefined ? {} : { keyPassphrase: opened.passphrase }
  if (pkcs12 !== undefined && certificate === undefined && key === undefined) {
    return { pkcs12, ...(root !== undefined && { root }), ...keyPassphrase }
  }
  if (
    pkcs12 === undefined &&
    certificate !== undefined &&
    key !== undefined &&
    root !== undefined
  ) {
    return { certificate, key, root, ...keyPassphrase }
  }
  const text = 'Name either --cert, --key and --root, or --pkcs12 (and --root if it is not in it)'
  return { code: 'L0512', severity: 'error', text }
}

/** Both roots of a rotation are of one trust domain. */
function trustDomainFor(options: ImportCommand): { readonly trustDomain: string } | Diagnostic {
  const { trustDomain = 'cluster.local', data } = options
  if (!existsSync(`${data}/ca`)) return { trustDomain }
  const present = readPresentRoot(data)
  if (isProblem(present)) return present
  if ((options.trustDomain ?? present.trustDomain) === present.trustDomain) return present
  const text = `${data} is of the trust domain ${present.trustDomain}; another needs a data directory of its own`
  return { code: 'L0417', severity: 'error', text }
}
