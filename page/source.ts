// YAML on the page, with the places it comes from beside it.
import { type ComponentChild, h } from 'preact'
import { useMemo } from 'preact/hooks'
import { yamlLines } from '../src/dashboard/yaml-text.ts'
import { where } from './parts.ts'

export interface SourceProps {
  readonly value: unknown
  readonly origins?: Readonly<Record<string, string>>
}

/** More would make the browser slow, and nobody reads it. */
const MOST = 3_000

export function Source({ value, origins = {} }: SourceProps): ComponentChild {
  const lines = useMemo(() => yamlLines(value, origins), [value, origins])
  return h(
    'div',
    { class: 'source', tabindex: 0, role: 'region', 'aria-label': 'YAML' },
    ...lines
      .slice(0, MOST)
      .map(({ text, place }) => h('div', null, h('code', null, text), place && where(place))),
    lines.length > MOST && h('p', { class: 'dim' }, `${lines.length - MOST} more lines`),
  )
}
