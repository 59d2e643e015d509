// Values that a MeshConfig takes from the environment of the control plane: headers for collectors, which may be secrets.
import type { Document } from '../model/document.ts'
import type { ExtensionProvider } from '../model/schema/extension-provider.ts'
import { isKind } from '../model/schema/index.ts'
import type { MeshConfig } from '../model/schema/mesh-config.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What was read before, so that a document that did not change stays the identical object. */
const done = new WeakMap<Document, Document>()

/** Documents that take nothing from it, and headers whose variable is not set, stay as they are. */
export function withEnvironment(
  documents: readonly Document[],
  environment: Environment,
): readonly Document[] {
  if (!documents.some(takesAny)) return documents
  return documents.map((document) => {
    if (!takesAny(document)) return document
    const before = done.get(document)
    if (before) return before
    const spec = replaced((document as Document<MeshConfig>).spec, environment) as MeshConfig
    const after: Document = Object.freeze({ ...document, spec })
    done.set(document, after)
    return after
  })
}

function takesAny(document: Document): boolean {
  if (!isKind(document, 'MeshConfig')) return false
  return (document.spec.extensionProviders ?? []).some(takesFrom)
}

function takesFrom(provider: ExtensionProvider): boolean {
  return JSON.stringify(provider).includes('"envName":')
}

/** A header is found by its fields: `name` with `envName`. */
function replaced(value: unknown, environment: Environment): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map((item) => replaced(item, environment)))
  if (typeof value !== 'object' || value === null) return value
  const { name, envName } = value as { name?: string; envName?: string }
  const found = typeof envName === 'string' ? environment[envName] : undefined
  if (found !== undefined && name !== undefined) {
    return Object.freeze({ name, value: found })
  }
  const entries = Object.entries(value).map(([key, part]) => [key, replaced(part, environment)])
  return Object.freeze(Object.fromEntries(entries))
}
