// `lotse ca`: what there is to see and to revoke in a data directory; rotating and importing have files of their own.
import { readFileSync } from 'node:fs'
import { liveIn, type Overview, readOverview } from '../ca/overview.ts'
import { isProblem, reasonOf } from '../ca/problem.ts'
import { normalSerial, revoke } from '../ca/revoked.ts'
import type { LiveCertificate } from '../ca/rotation.ts'
import { lintChain } from '../ca/svid.ts'
import { EXIT, fail } from './print.ts'
import { rotationLine } from './rotation-line.ts'
import { textTable } from './table.ts'

export interface DataOption {
  readonly data: string
}

export async function caStatus(options: DataOption & { readonly json?: boolean }): Promise<number> {
  const overview = readOverview(options.data, new Date())
  if (isProblem(overview)) return fail(overview)
  console.log(options.json ? JSON.stringify(overview, null, 2) : textOf(overview))
  return EXIT.done
}

function textOf({ trustDomain, authorities, rotation, live, revoked }: Overview): string {
  const head = ['AUTHORITY', 'KIND', 'TRUSTED', 'SIGNS', 'CERTIFICATES', 'VALID UNTIL', 'SUBJECT']
  const rows = authorities.map((one) => [
    ...[one.name, one.kind, 'yes', one.signs ? 'yes' : 'no', String(one.live)],
    ...[one.validUntil, one.subject],
  ])
  return [
    `trust domain ${trustDomain}, ${live} certificates in use, ${revoked.length} revoked`,
    '',
    textTable(head, rows),
    '',
    rotation ? rotationLine(rotation) : 'no rotation is under way',
  ].join('\n')
}

export async function listCertificates(
  options: DataOption & { readonly json?: boolean },
): Promise<number> {
  const overview = readOverview(options.data, new Date())
  if (isProblem(overview)) return fail(overview)
  const told = ({ serial, workload, authority, notAfter }: LiveCertificate) => [
    ...[serial, workload, authority, new Date(notAfter).toISOString()],
  ]
  const rows = liveIn(options.data, new Date()).map(told)
  if (options.json) {
    const names = ['serial', 'workload', 'authority', 'validUntil']
    const objects = rows.map((row) => Object.fromEntries(row.map((text, at) => [names[at], text])))
    console.log(JSON.stringify(objects, null, 2))
  } else console.log(textTable(['SERIAL', 'WORKLOAD', 'AUTHORITY', 'VALID UNTIL'], rows))
  return EXIT.done
}

interface RevokeOptions extends DataOption {
  readonly workload?: string
  readonly serial?: string
}

export async function revokeCertificates(options: RevokeOptions): Promise<number> {
  const { data, workload } = options
  const serial = options.serial === undefined ? undefined : normalSerial(options.serial)
  if ((workload === undefined) === (serial === undefined)) {
    const text = 'Name either --workload NAMESPACE/NAME or --serial HEX'
    return fail({ code: 'L0512', severity: 'error', text })
  }
  const overview = readOverview(data, new Date())
  if (isProblem(overview)) return fail(overview)
  const now = new Date()
  const meant = liveIn(data, now).filter(
    (one) => one.workload === workload || one.serial === serial,
  )
  if (meant.length === 0) {
    const what = workload === undefined ? `of serial ${serial}` : `of ${workload}`
    const text = `There is no certificate ${what} in use. lotse ca list shows those that are`
    return fail({ code: 'L0418', severity: 'error', text })
  }
  for (const one of meant) {
    const failed = revoke(data, one, now)
    if (failed) return fail(failed)
    console.log(`revoked ${one.serial} of ${one.workload}`)
  }
  console.error(
    'The control plane tells the proxies within a second. The workload needs a new join token; revoke the old one if it may be known: lotse token revoke',
  )
  return EXIT.done
}

/** Whether certificates keep the rules of X509-SVID: the first of a file as a leaf, those after it as authorities. */
export async function lintCertificates(files: string[]): Promise<number> {
  let code: number = EXIT.done
  for (const file of files) {
    try {
      const found = lintChain(readFileSync(file, 'utf8'))
      for (const text of found) console.error(`${file}: error: ${text} (L0402)`)
      if (found.length === 0) console.log(`${file}: a correct X.509 SVID`)
      else code = EXIT.wrongInput
    } catch (error) {
      const text = `${file} cannot be read (${reasonOf(error)})`
      code = fail({ code: 'L0402', severity: 'error', text })
    }
  }
  return code
}
