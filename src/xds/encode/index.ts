// Turns Envoy's messages from the JSON form they are written in into bytes, and back.
import protobuf from 'protobufjs/minimal.js'
import type { EncodeError, Run } from './codec.ts'
import { bodyOf } from './message.ts'
import { Writer } from './writer.ts'

export { messageType } from '../../../proto/message-type.ts'
export type { EncodeError } from './codec.ts'
export { redact } from './redact.ts'

/** Shared by all runs: one runs to its end before the next begins. */
const scratch = new Writer()

/**
 * The bytes of `json` as a message of type `typeName`, for instance `envoy.config.cluster.v3.Cluster`. Equal content gives
 * equal bytes: fields go by number, map keys sorted, and origins are not seen. Both `connect_timeout` and `connectTimeout`
 * are understood. Whatever the type does not allow is an error: unknown fields and types, wrong values, two fields of a oneof,
 * and, unless `rules` is false, what Envoy's validation would refuse (one such message makes Envoy drop a whole response).
 */
export function encodeMessage(
  typeName: string,
  json: object,
  { rules = true } = {},
): { bytes: Uint8Array } | { errors: EncodeError[] } {
  const body = bodyOf(typeName)
  if (!body) return { errors: [{ pointer: '', text: `no message type ${typeName}` }] }
  const run: Run = { out: scratch, errors: [], depth: 0, rules }
  scratch.cutTo(0)
  body.write(run, json)
  return run.errors.length > 0 ? { errors: run.errors } : { bytes: run.out.bytes() }
}

/**
 * The authored JSON of an encoded message: snake_case, 64-bit numbers as text, bytes as base64. An Any of a type unknown
 * here keeps its bytes under `value`. Throws a RangeError or an Error when the bytes are no such message.
 */
export function decodeMessage(typeName: string, bytes: Uint8Array): Record<string, unknown> {
  const body = bodyOf(typeName)
  if (!body) throw new Error(`no message type ${typeName}`)
  return body.read(protobuf.Reader.create(bytes), bytes.length) as Record<string, unknown>
}
