// TrafficExtension: a WebAssembly or Lua filter for the requests of some workloads.
import { enumOf, type Infer, object, required, text } from '../shape.ts'
import { placeFields, wasmFields } from './wasm-plugin.ts'

/** Istio's limit. */
const MAX_SCRIPT = 65_536

export const trafficExtension = object(
  {
    ...placeFields,
    phase: enumOf('UNSPECIFIED', 'AUTHN', 'AUTHZ', 'STATS'),
    wasm: object(wasmFields),
    lua: object({ inlineCode: required(text({ min: 1, max: MAX_SCRIPT })) }),
  },
  [['wasm', 'lua']],
)

export type TrafficExtension = Infer<typeof trafficExtension>
