// Which kind an object says it is, and what to tell the user when Lotse does not read it.
import { KINDS, type Kind, writtenKind } from '../model/document.ts'
import { SCHEMAS } from '../model/schema/index.ts'
import { nearest } from './spelling.ts'

export type Identified =
  | { readonly type: 'known'; readonly kind: Kind }
  | { readonly type: 'ignored'; readonly text: string }
  | { readonly type: 'wrong'; readonly field: 'kind' | 'apiVersion'; readonly text: string }

/** Another project's kind is ignored with a warning; a misspelt kind or a wrong version of Istio's is an error. */
export function identify(kind: string, apiVersion: string): Identified {
  const group = groupOf(apiVersion)
  const candidates = KINDS.filter((name) => writtenKind(name) === kind)
  const known = candidates.find((name) => isOf(name, group)) ?? candidates[0]
  if (known) {
    const versions: readonly string[] = SCHEMAS[known].apiVersions
    if (versions.includes(apiVersion)) return { type: 'known', kind: known }
    if (isOf(known, group)) {
      const text = `${kind} has no version ${apiVersion}; write ${versions.join(' or ')}`
      return { type: 'wrong', field: 'apiVersion', text }
    }
  }
  if (!group.endsWith('istio.io')) {
    return { type: 'ignored', text: `${kind} of ${apiVersion} is not read by Lotse: ignored` }
  }
  if (known) {
    const versions = SCHEMAS[known].apiVersions.join(' or ')
    const text = `${kind} does not belong to ${apiVersion}; write ${versions}`
    return { type: 'wrong', field: 'apiVersion', text }
  }
  const meant = nearest(kind, KINDS)
  const text = `${apiVersion} has no kind ${kind}${meant ? `; did you mean ${meant}?` : ''}`
  return { type: 'wrong', field: 'kind', text }
}

function isOf(kind: Kind, group: string): boolean {
  return SCHEMAS[kind].apiVersions.some((version) => groupOf(version) === group)
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? '' : apiVersion.slice(0, slash)
}
