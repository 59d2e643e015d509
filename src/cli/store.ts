// `lotse apply`, `get` and `delete`: the objects of a mesh in an etcd store.
import { readFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { type Diagnostic, hasErrors } from '../model/diagnostic.ts'
import { type Document, nameOf, writtenKind } from '../model/document.ts'
import { SCHEMAS } from '../model/schema/index.ts'
import { checkCredential } from '../registry/credential.ts'
import { type Etcd, type EtcdOptions, endOf, etcdClient } from '../registry/etcd/client.ts'
import { objectKey } from '../registry/etcd/etcd.ts'
import type { TxnRequest } from '../registry/etcd/protocol.ts'
import { readFiles } from '../registry/file.ts'
import { parse, split } from '../registry/yaml.ts'
import { admit, NOTHING_ADMITTED } from '../translate/validate/admit.ts'
import { EXIT, fail, printAll } from './print.ts'

export interface StoreCommand {
  readonly store: string
  readonly etcdCa?: string
  readonly etcdCert?: string
  readonly etcdKey?: string
}

export function etcdOptions(options: StoreCommand): EtcdOptions {
  const { store, etcdCa, etcdCert, etcdKey } = options
  return {
    url: store,
    ...(etcdCa ? { ca: etcdCa } : {}),
    ...(etcdCert ? { cert: etcdCert } : {}),
    ...(etcdKey ? { key: etcdKey } : {}),
  }
}

interface FileCommand extends StoreCommand {
  readonly filename: string[]
}

interface Written {
  readonly name: string
  readonly text: string
  /** The revision that the object must have, if its author says one. */
  readonly revision?: number
}

/** All objects of the files in one transaction, or none: those with an error keep everything out. */
export async function apply(options: FileCommand): Promise<number> {
  const read = await readObjects(options.filename)
  printAll(read.diagnostics)
  if (hasErrors(read.diagnostics)) return EXIT.wrongInput
  return withStore(options, async (etcd) => {
    const before = await Promise.all(read.objects.map(({ name }) => revisionOf(etcd, name)))
    const done = await commit(etcd, {
      compare: read.objects.map(({ name, revision }, index) => ({
        ...{ key: objectKey(etcd, name), target: 'MOD' as const },
        modRevision: revision ?? before[index] ?? 0,
      })),
      success: read.objects.map(({ name, text }) => ({
        requestPut: { key: objectKey(etcd, name), value: Buffer.from(text) },
      })),
    })
    if (done) return done
    for (const [index, { name }] of read.objects.entries()) {
      console.log(`${name} ${before[index] ? 'configured' : 'created'}`)
    }
    return undefined
  })
}

/** What `apply` would write again: each object as it was written, with its revision. */
export async function get(kind: string, name: string | undefined, options: StoreCommand) {
  return withStore(options, async (etcd) => {
    const wanted = name?.includes('/') || name === undefined ? name : `default/${name}`
    const prefix = objectKey(etcd, `${kind}/${wanted ?? ''}`)
    const one = wanted !== undefined
    const { kvs } = await etcd.range({
      key: prefix,
      ...(one ? {} : { rangeEnd: endOf(prefix.toString()) }),
    })
    if (one && kvs.length === 0) return notThere(`${kind}/${wanted}`)
    for (const { value, modRevision } of kvs) {
      const text = value.toString().replace(/^---[^\n]*\n/, '')
      process.stdout.write(`---\n# revision ${modRevision}\n${text.trimEnd()}\n`)
    }
    return undefined
  })
}

/** The objects of the files, whatever else these say; one that is not there is no error. */
export async function remove(options: FileCommand): Promise<number> {
  const { objects } = await readObjects(options.filename)
  return withStore(options, async (etcd) => {
    const done = await commit(etcd, {
      compare: [],
      success: objects.map(({ name }) => ({ requestDeleteRange: { key: objectKey(etcd, name) } })),
    })
    if (done) return done
    for (const { name } of objects) console.log(`${name} deleted`)
    return undefined
  })
}

async function readObjects(
  files: readonly string[],
): Promise<{ objects: readonly Written[]; diagnostics: readonly Diagnostic[] }> {
  const state = await readFiles(files)
  const admission = admit(NOTHING_ADMITTED, state.documents, (document) =>
    checkCredential(document, new Date()),
  )
  const chunks = new Map<string, ReturnType<typeof split>>()
  const objects = state.documents.map((document): Written => {
    const { source, line } = document.at([])
    const known = chunks.get(source) ?? split(readFileSync(source, 'utf8'))
    chunks.set(source, known)
    const chunk = known.findLast((one) => one.line < line)?.text ?? ''
    const revision = /^# revision (\d+)\s*$/m.exec(chunk)?.[1]
    return {
      name: nameOf(document),
      text: textOf(document, chunk),
      ...(revision === undefined ? {} : { revision: Number(revision) }),
    }
  })
  return { objects, diagnostics: [...state.diagnostics, ...admission.diagnostics] }
}

/** As it was written, with its comments; an item of a list by itself. */
function textOf({ kind, apiVersion, metadata, spec }: Document, chunk: string): string {
  const parsed = parse(chunk)
  const value = parsed.type === 'value' ? (parsed.value as { kind?: string }) : undefined
  if (value?.kind === writtenKind(kind)) return chunk
  const content = SCHEMAS[kind].content === 'spec' ? { spec } : (spec as object)
  return stringify({ apiVersion, kind: writtenKind(kind), metadata, ...content })
}

async function withStore(
  options: StoreCommand,
  work: (etcd: Etcd) => Promise<Diagnostic | undefined>,
): Promise<number> {
  const etcd = etcdClient(etcdOptions(options))
  if ('code' in etcd) return fail(etcd)
  try {
    const failed = await work(etcd)
    return failed ? fail(failed) : EXIT.done
  } catch (error) {
    const why = (error as Error).message.split('\n', 1)[0]
    const text = `The etcd store ${etcd.members} cannot be used (${why}); nothing was changed`
    return fail({ code: 'L0124', severity: 'error', text })
  } finally {
    etcd.close()
  }
}

async function revisionOf(etcd: Etcd, name: string): Promise<number> {
  const { kvs } = await etcd.range({ key: objectKey(etcd, name) })
  return kvs[0]?.modRevision ?? 0
}

async function commit(etcd: Etcd, request: TxnRequest): Promise<Diagnostic | undefined> {
  const { succeeded } = await etcd.txn(request)
  if (succeeded) return undefined
  const text =
    'An object was changed by somebody else meanwhile, so nothing was written. Get it again, and apply your change to that'
  return { code: 'L0124', severity: 'error', text }
}

function notThere(name: string): Diagnostic {
  return { code: 'L0124', severity: 'error', text: `There is no ${name} in the store` }
}
