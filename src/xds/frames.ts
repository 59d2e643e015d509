// The bytes of a response, made once for all streams that are sent the same one.
import type { ResourceType } from '../model/resource.ts'
import type { Mode } from './holdings.ts'
import type { Response } from './respond.ts'
import { frameDelta, frameSotw, TYPE_URLS } from './wire.ts'

/** A response is remembered as long as a stream may still be due it; its bytes need not be. */
const frames = new WeakMap<Response, WeakRef<Buffer>>()

export function frameOf(mode: Mode, type: ResourceType, response: Response): Buffer {
  let bytes = frames.get(response)?.deref()
  if (!bytes) {
    bytes = frame(mode, TYPE_URLS[type], response)
    frames.set(response, new WeakRef(bytes))
  }
  return bytes
}

function frame(mode: Mode, url: string, response: Response): Buffer {
  const { nonce, resources, removed, version } = response
  if (mode === 'delta') {
    const chunks = resources.map(({ deltaChunk }) => deltaChunk)
    return frameDelta(url, nonce, chunks, removed)
  }
  const chunks = resources.map(({ chunk }) => chunk)
  return frameSotw(url, version, nonce, chunks)
}
