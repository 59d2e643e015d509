// How VirtualServices share requests and connections out: to look at, to try, and where that is allowed to write into their file.
import { createHash, randomBytes } from 'node:crypto'
import { lstatSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { reasonOf } from '../ca/problem.ts'
import type { Document } from '../model/document.ts'
import { printOrigin } from '../model/origin.ts'
import type { VirtualService } from '../model/schema/virtual-service.ts'
import type { Preview, TrafficRow } from './answers.ts'
import { type Asked, type Refusal, type Route, refuse } from './route.ts'
import { count, flag, list, oneOf, place, shape, text } from './schema.ts'
import type { ShownApp } from './shown.ts'
import {
  difference,
  RULE_PROTOCOLS,
  type RuleProtocol,
  type Wanted,
  withWeights,
} from './yaml-edit.ts'

/** What may be written: the files and directories of `--config`, with `--edit`. */
export type Editable = readonly string[] | undefined

const MOST_WEIGHT = 1_000_000

export function trafficRoutes(editable: Editable): readonly Route[] {
  const find = (app: ShownApp, asked: Asked) => changeOf(app, asked)
  return [
    {
      method: 'GET',
      path: '/api/v1/traffic',
      summary: 'VirtualServices that share requests or connections out among several destinations',
      role: 'read',
      scope: 'namespace',
      answer: TRAFFIC,
      handle: (app) => ({ editable: editable !== undefined, rows: rows(app) }),
    },
    {
      method: 'POST',
      path: '/api/v1/traffic/:namespace/:name',
      summary: 'What other weights would change in the file; nothing is written',
      role: 'read',
      // A file may hold objects of several namespaces.
      scope: 'mesh',
      body: BODY,
      answer: PREVIEW,
      handle: (app, asked) => {
        const change = find(app, asked)
        return 'status' in change ? change : change.preview
      },
    },
    {
      method: 'PUT',
      path: '/api/v1/traffic/:namespace/:name',
      summary: 'Writes other weights into the file, if it still is what the preview showed',
      role: 'operate',
      scope: 'mesh',
      body: BODY,
      answer: PREVIEW,
      handle: (app, asked) => {
        if (!editable) return refuse(403, 'Files are not written. Start lotse serve with --edit')
        const change = find(app, asked)
        return 'status' in change ? change : write(change, asked.body as Body, editable)
      },
    },
  ]
}

interface Body {
  /** Which of its lists; `http` if it is not told. */
  readonly protocol?: unknown
  readonly rule?: unknown
  readonly weights?: unknown
  /** Of the file, as the preview gave it. */
  readonly digest?: unknown
}

interface Change {
  readonly file: string
  readonly text: string
  readonly preview: Preview
}

function rows(app: ShownApp): TrafficRow[] {
  return [...app.mesh().tables.VirtualService.rows.values()].flatMap((document) => {
    const rules = RULE_PROTOCOLS.flatMap((protocol) => rulesOf(document, protocol))
    if (rules.length === 0) return []
    const { namespace, name } = document.metadata
    return { namespace, name, hosts: document.spec.hosts ?? [], rules }
  })
}

function rulesOf(document: Document<VirtualService>, protocol: RuleProtocol): TrafficRow['rules'] {
  return (document.spec[protocol] ?? []).flatMap((one, rule) => {
    const { route = [], match } = one
    if (route.length < 2) return []
    const name = 'name' in one ? (one.name ?? '') : ''
    const destinations = route.map(({ destination, weight = 0 }) => ({
      host: destination.host,
      subset: destination.subset ?? '',
      weight,
    }))
    const at = printOrigin(document.at(['spec', protocol, rule]))
    const when = match?.length ? JSON.stringify(match) : ''
    return { protocol, rule, name, when, place: at, destinations }
  })
}

function changeOf(app: ShownApp, { params, body }: Asked): Change | Refusal {
  const { namespace = '', name = '' } = params
  const document = app.mesh().tables.VirtualService.rows.get(`${namespace}/${name}`)
  if (!document) return refuse(404, `There is no VirtualService ${namespace}/${name} in force`)
  const wanted = wantedOf(document, (body ?? {}) as Body)
  if ('status' in wanted) return wanted
  const { source, line } = document.at([])
  if (line === 0) return refuse(409, `It is written in ${source}, not in a file: change it there`)
  try {
    const before = readFileSync(source, 'utf8')
    const changed = withWeights(before, { namespace, name, ...wanted })
    if ('problem' in changed) return refuse(409, `${source}: ${changed.problem}`)
    const digest = digestOf(before)
    const lines = difference(before, changed.text)
    return {
      file: source,
      text: changed.text,
      preview: { file: source, digest, lines, written: false },
    }
  } catch (error) {
    return refuse(409, `${source} cannot be read (${reasonOf(error)})`)
  }
}

function wantedOf(
  { spec }: Document<VirtualService>,
  { protocol: asked = 'http', rule, weights }: Body,
): Pick<Wanted, 'protocol' | 'rule' | 'weights'> | Refusal {
  const protocol = RULE_PROTOCOLS.find((one) => one === asked)
  const route = protocol && typeof rule === 'number' ? spec[protocol]?.[rule]?.route : undefined
  if (!protocol || !route || typeof rule !== 'number')
    return refuse(400, 'It has no such rule with destinations')
  if (!Array.isArray(weights) || weights.length !== route.length) {
    return refuse(400, `The rule has ${route.length} destinations: give each a weight`)
  }
  const numbers = weights as readonly unknown[]
  const fits = (one: unknown): one is number =>
    Number.isInteger(one) && (one as number) >= 0 && (one as number) <= MOST_WEIGHT
  if (!numbers.every(fits)) return refuse(400, `Weights are whole numbers from 0 to ${MOST_WEIGHT}`)
  if (numbers.every((one) => one === 0)) return refuse(400, 'One weight at least must be above 0')
  return { protocol, rule, weights: numbers }
}

function write({ file, text, preview }: Change, { digest }: Body, editable: readonly string[]) {
  if (digest !== preview.digest) {
    return refuse(409, `${file} was changed meanwhile. Look at the difference again`)
  }
  try {
    if (!isWithin(file, editable)) return refuse(403, `${file} is not one of the files of --config`)
    const { mode } = lstatSync(file)
    const aside = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}`)
    try {
      writeFileSync(aside, text, { mode: mode & 0o777, flag: 'wx' })
      if (digestOf(readFileSync(file, 'utf8')) !== digest) {
        return refuse(409, `${file} was changed meanwhile. Look at the difference again`)
      }
      renameSync(aside, file)
    } finally {
      rmSync(aside, { force: true })
    }
    return { ...preview, digest: digestOf(text), written: true }
  } catch (error) {
    return refuse(409, `${file} cannot be written (${reasonOf(error)})`)
  }
}

/** A plain file, and none that a link leads to elsewhere. */
function isWithin(file: string, editable: readonly string[]): boolean {
  if (!lstatSync(file).isFile()) return false
  const real = realpathSync(file)
  return editable.some((path) => {
    const root = realpathSync(path)
    return real === root || real.startsWith(root.endsWith(sep) ? root : root + sep)
  })
}

function digestOf(content: string): string {
  return createHash('sha256').update(content).digest('base64url')
}

const TRAFFIC = shape({
  editable: flag,
  rows: list(
    shape({
      ...{ namespace: text, name: text, hosts: list(text) },
      rules: list(
        shape({
          ...{ protocol: oneOf(...RULE_PROTOCOLS), rule: count, name: text, when: text, place },
          destinations: list(shape({ host: text, subset: text, weight: count })),
        }),
      ),
    }),
  ),
})

const BODY = shape(
  { rule: count, weights: list(count) },
  { protocol: oneOf(...RULE_PROTOCOLS), digest: text },
)

const PREVIEW = shape({
  ...{ file: text, digest: text, written: flag },
  lines: list(shape({ sign: oneOf(' ', '-', '+'), number: count, text })),
})
