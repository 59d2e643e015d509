// Switches the tap of a workload's proxies: the value of their runtime that lets requests be told.
import type { Chunk, Resource, ResourceSet } from './model/resource.ts'
import { TAP_KEY } from './translate/listener/tap.ts'

/** Name of the layer in the bootstrap. */
const LAYER = 'lotse'

function runtime(layer: object): readonly Chunk[] {
  const resource: Resource = Object.freeze({
    type: 'runtime',
    name: LAYER,
    body: Object.freeze({ name: LAYER, layer }),
  })
  return Object.freeze([Object.freeze([resource])])
}

const OFF = runtime({})
const ON = runtime({ [TAP_KEY]: 100 })

const off = new WeakMap<ResourceSet, ResourceSet>()
const on = new WeakMap<ResourceSet, ResourceSet>()

/** The set with the runtime beside it; the identical one for the identical set. */
export function withRuntime(set: ResourceSet, isTapped: boolean): ResourceSet {
  const known = isTapped ? on : off
  let whole = known.get(set)
  if (!whole) {
    whole = Object.freeze({ ...set, runtime: isTapped ? ON : OFF })
    known.set(set, whole)
  }
  return whole
}
