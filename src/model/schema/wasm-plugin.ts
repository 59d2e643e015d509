// WasmPlugin: a WebAssembly filter for the requests of some workloads.
import {
  enumOf,
  type Infer,
  int32,
  list,
  object,
  port,
  string,
  struct,
  text,
  unused,
} from '../shape.ts'
import { policySelector, targetRef } from './match.ts'

const NOT_PULLED = 'Lotse pulls no module: it is a file where the proxy is'

/** What a WasmPlugin has below `spec` and a TrafficExtension below `spec.wasm`. */
export const wasmFields = {
  url: string,
  sha256: text({ pattern: '^$|^[a-f0-9]{64}$' }),
  imagePullPolicy: unused(enumOf('UNSPECIFIED_POLICY', 'IfNotPresent', 'Always'), NOT_PULLED),
  imagePullSecret: unused(string, NOT_PULLED),
  verificationKey: unused(string, 'Istio does not verify signatures of modules either'),
  pluginConfig: struct,
  pluginName: text({ max: 256 }),
  failStrategy: enumOf('FAIL_CLOSE', 'FAIL_OPEN', 'FAIL_RELOAD'),
  vmConfig: object({
    env: list(
      object({ name: string, valueFrom: enumOf('INLINE', 'HOST'), value: text({ max: 2048 }) }),
    ),
  }),
  type: enumOf('UNSPECIFIED_PLUGIN_TYPE', 'HTTP', 'NETWORK'),
} as const

const trafficSelector = object({
  mode: enumOf('UNDEFINED', 'CLIENT', 'SERVER', 'CLIENT_AND_SERVER'),
  ports: list(object({ number: port })),
})

/** Of both kinds: for whom, for which traffic, and where in the chain. */
export const placeFields = {
  selector: policySelector,
  targetRefs: list(targetRef),
  priority: int32,
  match: list(trafficSelector),
} as const

const wasm = object(wasmFields)

export const wasmPlugin = object({
  ...placeFields,
  targetRef,
  phase: enumOf('UNSPECIFIED_PHASE', 'AUTHN', 'AUTHZ', 'STATS'),
  ...wasmFields,
})

export type WasmPlugin = Infer<typeof wasmPlugin>
export type WasmConfig = Infer<typeof wasm>
