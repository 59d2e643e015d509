// A store of resources whose bytes are their JSON; what has a field `broken` cannot be encoded.
import { createStore } from '../../src/xds/store.ts'

export function jsonStore() {
  return createStore({
    encode: (_, json) =>
      'broken' in json
        ? { errors: [{ pointer: '/broken', text: 'no such field' }] }
        : { bytes: Buffer.from(JSON.stringify(json)) },
  })
}
