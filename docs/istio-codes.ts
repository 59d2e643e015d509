// The codes by which unit tests see a value refused, or warned about, by field: for docs/istio-api.md.
import { ROWS } from '../test/unit/refused.ts'
import { type Field, fieldAt } from './istio-fields.ts'

/** Sorted. A field of a block that stands in several places is found where the block is listed. */
export function codesByField(fields: readonly Field[]): ReadonlyMap<string, readonly string[]> {
  const codes = new Map<string, Set<string>>()
  for (const { kind, says } of ROWS) {
    for (const said of [says].flat()) {
      const [, code = '', path = ''] = said.split(' ')
      const field = listed(fieldAt(kind, path), fields)
      codes.set(field, (codes.get(field) ?? new Set()).add(code))
    }
  }
  const sorted = [...codes].sort(([a], [b]) => (a < b ? -1 : 1))
  return new Map(sorted.map(([field, found]) => [field, [...found].sort()]))
}

function listed(path: string, fields: readonly Field[]): string {
  const block = fields.find(({ path: at, same }) => same && `${path}.`.startsWith(`${at}.`))
  return block ? listed(`${block.same}${path.slice(block.path.length)}`, fields) : path
}
