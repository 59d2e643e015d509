// The form of names in rules: host names, namespaces, gateways, labels.

import { isAddress } from '../../model/host.ts'
import type { Path } from '../../model/origin.ts'
import { eachEntry, eachOf, type Report, repeats } from './report.ts'

const LABEL = /^[a-zA-Z0-9]([-_a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/

export function isDnsLabel(text: string): boolean {
  return DNS_LABEL.test(text)
}

/** Why the text is no host name; a leading `*.` (or `*` alone) is allowed. */
export function hostProblem(host: string): string | undefined {
  if (host === '') return 'it is empty'
  if (host === '*') return undefined
  const name = host.startsWith('*.') ? host.slice(2) : host
  if (name.includes('*')) return 'a * may stand only at its beginning, as in *.example.com'
  if (host.includes('://') || host.includes('/'))
    return 'it has a scheme or a path, which a host name has not'
  if (/:\d+$/.test(host) && !isAddress(host)) return 'it has a port, which a host name has not'
  if (name.length > 255) return 'it is longer than 255 characters'
  // A trailing dot is the absolute form.
  const parts = (name.endsWith('.') ? name.slice(0, -1) : name).split('.')
  return parts.every((part) => LABEL.test(part))
    ? undefined
    : 'its parts must be letters, digits and -, at most 63 of them'
}

/** Reports a host that is none; true if it is one. */
export function checkHost(report: Report, host: string, path: Path): boolean {
  const problem = hostProblem(host)
  if (problem) report.error('L0201', path, `"${host}" is not a host name: ${problem}`)
  return problem === undefined
}

/** Pairs of hosts that are equal or of which one is a wildcard for the other: the later one's index, then the earlier one's. */
export function overlaps(hosts: readonly string[]): ReadonlyMap<number, number> {
  const first = new Map<string, number>()
  const found = new Map<number, number>()
  for (const [index, host] of hosts.entries()) {
    const earlier = first.get(host)
    if (earlier === undefined) first.set(host, index)
    else found.set(index, earlier)
  }
  for (const [index, host] of hosts.entries()) {
    for (const pattern of patternsOf(host)) {
      const other = first.get(pattern)
      if (other === undefined) continue
      const later = Math.max(index, other)
      if (!found.has(later)) found.set(later, Math.min(index, other))
    }
  }
  return found
}

/** `a.b.c` is matched by `*.b.c`, `*.c` and `*`. */
function patternsOf(host: string): string[] {
  if (host === '*') return []
  const parts = host.split('.').slice(1)
  const wildcards = parts.map((_, index) => `*.${parts.slice(index).join('.')}`)
  return [...wildcards.filter((pattern) => pattern !== host), '*']
}

/** `*`, `.`, `~` or namespaces. */
export function checkExportTo(report: Report, exportTo: readonly string[] | undefined): void {
  const path = ['spec', 'exportTo']
  eachOf(exportTo, path, (target, at) => {
    if (['*', '.', '~'].includes(target) || isDnsLabel(target)) return
    report.error(
      'L0220',
      at,
      `exportTo "${target}" is neither a namespace nor one of "*" (all), "." (its own), "~" (none)`,
    )
  })
  for (const [index] of repeats(exportTo, (target) => target)) {
    report.error(
      'L0220',
      [...path, index],
      `exportTo names "${exportTo?.[index]}" twice: remove one`,
    )
  }
  const all = exportTo?.includes('*') || exportTo?.includes('~')
  if (all && exportTo!.length > 1) {
    report.error(
      'L0220',
      path,
      'exportTo has "*" or "~" beside other entries, which then say nothing: keep one of them',
    )
  }
}

/** `name` or `namespace/name` of a Gateway, or `mesh`. */
export function checkGatewayName(report: Report, name: string, path: Path): void {
  const parts = name.split('/')
  if (parts.length <= 2 && parts.every((part) => part.split('.').every(isDnsLabel))) return
  report.error(
    'L0219',
    path,
    `"${name}" does not name a gateway: write NAME, NAMESPACE/NAME or mesh`,
  )
}

/** Labels that must be equal: keys and values as Kubernetes has them, no wildcards. */
export function checkSelector(
  report: Report,
  labels: Readonly<Record<string, string>> | undefined,
  path: Path,
): void {
  eachEntry(labels, path, (key, value, at) => {
    const name = key.slice(key.indexOf('/') + 1)
    if (key.includes('*') || value.includes('*')) {
      report.error(
        'L0228',
        at,
        `the selector ${key}: ${value} has a *, but labels are compared as they are: write the whole value`,
      )
    } else if (!LABEL_VALUE.test(name) || name === '' || !LABEL_VALUE.test(value)) {
      report.error(
        'L0228',
        at,
        `${key}: ${value} is not a label: at most 63 letters, digits, -, _ and .`,
      )
    }
  })
}
