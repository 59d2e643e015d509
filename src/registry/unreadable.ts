// Text that is no YAML may hold a security object that nobody has read yet: what it may have been about is closed until it can be read.
import { isMap, isScalar, parseDocument } from 'yaml'
import type { Document } from '../model/document.ts'
import type { Origin } from '../model/origin.ts'
import { closedVersion, UNNAMED } from './closed.ts'

const SECURITY = 'AuthorizationPolicy|PeerAuthentication|RequestAuthentication'
const KIND = new RegExp(`^[\\s{,-]*["']?kind["']?\\s*:\\s*["']?(${SECURITY})\\b`, 'gm')
/** Of an object in braces, anywhere in a line. */
const FLOW_KIND = new RegExp(`[{,]\\s*["']?kind["']?\\s*:\\s*["']?(${SECURITY})\\b`, 'g')

/** A closed stand-in for each security object that the text seems to hold; the whole namespace where its selector is not beyond doubt. */
export function closedVersionsIn(text: string, origin: Origin): Document[] {
  const plain = text.replace(/^\s*#.*$/gm, '')
  const kinds = [...plain.matchAll(KIND), ...plain.matchAll(FLOW_KIND)].map(([, kind]) => kind!)
  if (kinds.length === 0) return []
  const namespaces = valuesOf(plain, 'namespace')
  const one = kinds.length === 1 && namespaces.length <= 1
  const value = one ? { spec: { selector: { matchLabels: labelsIn(text) } } } : {}
  const name = (one ? valuesOf(plain, 'name')[0] : undefined) ?? UNNAMED
  const about = (namespaces.length > 0 ? namespaces : ['default']).flatMap((namespace) =>
    kinds.map((kind) => `${kind}/${namespace}/${name}`),
  )
  return [...new Set(about)].flatMap((one) => closedVersion(one, value, () => origin) ?? [])
}

/** Values of a key that look like names, each once. */
function valuesOf(text: string, key: string): string[] {
  const pattern = new RegExp(
    `(?:^|[\\s{,])["']?${key}["']?\\s*:\\s*["']?([a-z0-9][-a-z0-9.]*)`,
    'gm',
  )
  return [...new Set([...text.matchAll(pattern)].map(([, value]) => value!))]
}

/** Labels of the selector, if they can be read in spite of what is wrong, and the mistake is not among them. */
function labelsIn(text: string): Record<string, string> | undefined {
  try {
    const document = parseDocument(text, { logLevel: 'silent', stringKeys: true })
    const labels = document.getIn(['spec', 'selector', 'matchLabels'], true)
    if (!isMap(labels) || !labels.range) return undefined
    const [start, , end] = labels.range
    if (document.errors.some(({ pos }) => pos[0] <= end && pos[1] >= start)) return undefined
    const entries = labels.items.map(({ key, value }) => [
      isScalar(key) ? key.value : undefined,
      isScalar(value) ? value.value : undefined,
    ])
    const whole = entries.every((entry) => entry.every((part) => typeof part === 'string'))
    return whole && entries.length > 0 ? Object.fromEntries(entries) : undefined
  } catch {
    return undefined
  }
}
