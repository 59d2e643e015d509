// What many clients hold, shared by those with the same history.
import type { Mode, Payload, ResponseReader } from './wire.ts'

/** What a client has of one type. Never changed: clients with the same history hold the identical object. */
export interface Holding {
  readonly versions: ReadonlyMap<string, string>
  readonly wanted: ReadonlyMap<string, readonly string[]>
}

export const NOTHING: Holding = { versions: new Map(), wanted: new Map() }

/** What all clients of a process share. */
export interface Shared {
  readonly mode: Mode
  readonly reader: ResponseReader
  readonly holdings: WeakMap<Holding, WeakMap<Payload, Holding>>
  readonly names: WeakMap<Holding, readonly string[]>
  readonly parts: WeakMap<readonly string[], Map<string, Buffer>>
  readonly hellos: WeakMap<Holding, Map<string, Buffer>>
}

export function createShared(mode: Mode, reader: ResponseReader): Shared {
  return {
    mode,
    reader,
    holdings: new WeakMap(),
    names: new WeakMap(),
    parts: new WeakMap(),
    hellos: new WeakMap(),
  }
}

export function remember<K, V>(
  memory: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  compute: () => V,
): V {
  let value = memory.get(key)
  if (value === undefined) {
    value = compute()
    memory.set(key, value)
  }
  return value
}

export function holdingOf(shared: Shared, before: Holding, payload: Payload): Holding {
  const inner = remember(shared.holdings, before, () => new WeakMap<Payload, Holding>())
  return remember(inner, payload, () => ({
    versions: before === NOTHING ? payload.versions : merged(before.versions, payload.versions),
    wanted: before === NOTHING ? payload.wanted : merged(before.wanted, payload.wanted),
  }))
}

function merged<V>(a: ReadonlyMap<string, V>, b: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
  return b.size === 0 ? a : new Map([...a, ...b])
}

export function without(holding: Holding, names: readonly string[]): Holding {
  const versions = new Map(holding.versions)
  const wanted = new Map(holding.wanted)
  for (const name of names) {
    versions.delete(name)
    wanted.delete(name)
  }
  return { versions, wanted }
}

export function namesOf(shared: Shared, holding: Holding): readonly string[] {
  return remember(shared.names, holding, () => [...new Set([...holding.wanted.values()].flat())])
}
