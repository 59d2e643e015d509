// Where an object was written: the answer to "which line of YAML did this?".

/** One place in a source. `line` and `column` count from 1; a source without lines (an API server) has line 0. */
export interface Origin {
  /** File path as given by the user, or `k8s:Kind/namespace/name`. */
  readonly source: string
  readonly line: number
  readonly column: number
}

/** A path into a document, as in `['spec', 'http', 0, 'route']`. */
export type Path = readonly (string | number)[]

/**
 * Key of the origin on a generated Envoy object. A symbol, so that neither JSON nor the encoder sees it:
 * moving a YAML line changes origins and no bytes.
 */
export const ORIGIN: unique symbol = Symbol('origin')

export interface Traced {
  readonly [ORIGIN]?: Origin
}

/** `file:line:col`, the form editors and terminals make clickable. */
export function printOrigin(origin: Origin): string {
  return origin.line > 0 ? `${origin.source}:${origin.line}:${origin.column}` : origin.source
}

/** Every origin inside a generated object, by JSON pointer; walked only when somebody asks. */
export function originsOf(value: unknown, pointer = ''): Map<string, Origin> {
  const found = new Map<string, Origin>()
  collect(value, pointer, found)
  return found
}

function collect(value: unknown, pointer: string, found: Map<string, Origin>): void {
  if (typeof value !== 'object' || value === null) return
  const origin = (value as Traced)[ORIGIN]
  if (origin) found.set(pointer, origin)
  for (const [key, child] of Object.entries(value)) {
    collect(child, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, found)
  }
}

/** The origin of the innermost traced object on the way to `pointer`, for errors that name a field. */
export function nearestOrigin(value: unknown, pointer: string): Origin | undefined {
  let current: unknown = value
  let nearest = (value as Traced | undefined)?.[ORIGIN]
  for (const part of pointer.split('/').slice(1)) {
    if (typeof current !== 'object' || current === null) break
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    current = (current as Record<string, unknown>)[key]
    nearest = (current as Traced | undefined)?.[ORIGIN] ?? nearest
  }
  return nearest
}
