// One patch on a list of filters, routes or hosts.
import { PATCHED_TYPES, type Patch } from '../kinds/envoy-filter.ts'
import { type Json, merged } from './message.ts'

export interface ListOptions {
  /** Whether the match means this element. */
  readonly finds: (element: Json) => boolean
  /** The match names an element, before or after which something can be put. */
  readonly isNamed: boolean
  /** What must stay last: nothing is put behind it unless the match asks for that. */
  readonly isLast?: (element: Json) => boolean
}

/** The list after the patch; the identical list if it changes nothing. */
export function patchedList(
  list: readonly Json[],
  patch: Patch,
  { finds, isNamed, isLast = () => false }: ListOptions,
): readonly Json[] {
  const { operation, value } = patch
  const insert = (index: number) => [...list.slice(0, index), value, ...list.slice(index)]
  const atEnd = () => insert(list.at(-1) && isLast(list.at(-1)!) ? list.length - 1 : list.length)
  switch (operation) {
    case 'ADD':
      return atEnd()
    case 'INSERT_FIRST':
      return insert(0)
    case 'INSERT_BEFORE': {
      if (!isNamed) return insert(0)
      const index = list.findIndex(finds)
      return index < 0 ? list : insert(index)
    }
    case 'INSERT_AFTER': {
      if (!isNamed) return atEnd()
      const index = list.findLastIndex(finds)
      return index < 0 ? list : insert(index + 1)
    }
    default:
      return eachFound(list, finds, (element) => patchedMessage(element, patch))
  }
}

/** What becomes of a message that MERGE, REPLACE or REMOVE means; undefined if it is removed. */
export function patchedMessage(
  message: Json,
  { applyTo, operation, value }: Patch,
): Json | undefined {
  if (operation === 'REMOVE') return undefined
  if (operation === 'REPLACE') return value
  const replaceLists = operation === 'MERGE_AND_REPLACE_LIST'
  if (operation !== 'MERGE' && !replaceLists) return message
  return merged(PATCHED_TYPES[applyTo]!, message, value, { replaceLists })
}

/** Changes or removes some elements; the identical list if none is meant. */
export function eachFound(
  list: readonly Json[],
  finds: (element: Json) => boolean,
  change: (element: Json) => Json | undefined,
): readonly Json[] {
  if (!list.some(finds)) return list
  const after = list.flatMap((element): readonly Json[] => {
    const changed = finds(element) ? change(element) : element
    return changed ? [changed] : []
  })
  const same = after.length === list.length && after.every((element, i) => element === list[i])
  return same ? list : after
}
