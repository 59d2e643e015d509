// Which workloads a policy or a service means: labels that must all be equal.
import type { View } from './view.ts'

/** A workload's labels: as a record, or as a function when each look-up is to be recorded. */
export type Labels = Readonly<Record<string, string>> | ((name: string) => string | undefined)

/** A workload as policies see it. */
export interface Workload {
  readonly namespace: string
  readonly labels: Labels
}

/** Whether every label of `selector` is there with the same value; an empty or absent selector means every workload. */
export function matchesLabels(
  selector: Readonly<Record<string, string>> | undefined,
  labels: Labels,
): boolean {
  if (!selector) return true
  for (const [name, value] of Object.entries(selector)) {
    if (labelOf(labels, name) !== value) return false
  }
  return true
}

/** The workload of the proxy that is translated for; only labels that a selector asks for become part of what was read. */
export function ownWorkload(view: View): Workload {
  return { namespace: view.facet('namespace') ?? '', labels: (name) => view.label(name) }
}

function labelOf(labels: Labels, name: string): string | undefined {
  if (typeof labels === 'function') return labels(name)
  return Object.hasOwn(labels, name) ? labels[name] : undefined
}
