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

/** Key of the origins of single fields, where something was written into an object that comes from elsewhere. */
export const FIELD_ORIGINS: unique symbol = Symbol('field origins')

export interface Traced {
  readonly [ORIGIN]?: Origin
  readonly [FIELD_ORIGINS]?: Readonly<Record<string, Origin>>
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
  const fields = fieldsFromElsewhere(value)
  for (const [key, child] of Object.entries(value)) {
    const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined
    if (field) found.set(at, field)
    collect(child, at, found)
  }
}

/** Where all of an object comes from one place, that of the object is enough. */
function fieldsFromElsewhere(object: Traced): Readonly<Record<string, Origin>> {
  const fields = object[FIELD_ORIGINS]
  if (!fields) return {}
  const isWhole = object[ORIGIN] && Object.keys(object).every((key) => Object.hasOwn(fields, key))
  return isWhole ? {} : fields
}

/** The origin of the innermost traced object on the way to `pointer`, for errors that name a field. */
export function nearestOrigin(value: unknown, pointer: string): Origin | undefined {
  let current: unknown = value
  let nearest = (value as Traced | undefined)?.[ORIGIN]
  for (const part of pointer.split('/').slice(1)) {
    if (typeof current !== 'object' || current === null) break
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    const fields = (current as Traced)[FIELD_ORIGINS]
    if (fields && Object.hasOwn(fields, key)) nearest = fields[key]
    current = (current as Record<string, unknown>)[key]
    nearest = (current as Traced | undefined)?.[ORIGIN] ?? nearest
  }
  return nearest
}
