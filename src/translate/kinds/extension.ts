// WasmPlugin and TrafficExtension: filters of WebAssembly and Lua in the chain of HTTP filters, each delivered apart from the listener.
import type { Any, HttpFilter, HttpWasm } from '../../../proto/envoy.d.ts'
import { byAge } from '../../model/document.ts'
import { memo } from '../../model/memo.ts'
import { ORIGIN } from '../../model/origin.ts'
import { type Chunk, TYPE_PREFIX } from '../../model/resource.ts'
import { type DocumentOf, isKind } from '../../model/schema/index.ts'
import type { WasmConfig } from '../../model/schema/wasm-plugin.ts'
import { ownWorkload } from '../../model/selector.ts'
import type { View } from '../../model/view.ts'
import { selectedKeys } from '../policy-scope.ts'
import { FROM_ADS, resource, typed } from '../typed.ts'
import type { Mode } from './telemetry.ts'

type Extension = DocumentOf<'WasmPlugin'> | DocumentOf<'TrafficExtension'>

const KINDS = ['WasmPlugin', 'TrafficExtension'] as const
const WASM = 'envoy.extensions.filters.http.wasm.v3.Wasm'
const LUA = 'envoy.extensions.filters.http.lua.v3.Lua'
const RBAC = 'envoy.extensions.filters.http.rbac.v3.RBAC'

/** Filters of one connection manager by their places in its chain. */
export interface ExtensionFilters {
  readonly authn: readonly HttpFilter[]
  readonly authz: readonly HttpFilter[]
  readonly stats: readonly HttpFilter[]
  /** Of no phase. */
  readonly rest: readonly HttpFilter[]
}

/** For traffic to a port; at a gateway all is `CLIENT` (Istio). */
export function extensionFilters(view: View, mode: Mode, port: number): ExtensionFilters {
  const concerned = extensions(view, '').filter(({ spec }) => concerns(spec, mode, port))
  const of = (...phases: readonly (string | undefined)[]) =>
    concerned.filter(({ spec }) => phases.includes(spec.phase)).map(filterOf)
  return {
    authn: of('AUTHN'),
    authz: of('AUTHZ'),
    stats: of('STATS'),
    rest: of(undefined, 'UNSPECIFIED', 'UNSPECIFIED_PHASE'),
  }
}

/** The configurations of all filters that `extensionFilters` names. */
export const extensionConfigs = memo(
  (view: View, _: ''): Chunk =>
    Object.freeze(
      extensions(view, '').map((document) => {
        const name = nameOf(document)
        const body = { [ORIGIN]: document.at(['spec']), name, typed_config: configOf(document) }
        return resource('extensionConfig', name, body)
      }),
    ),
)

/** Those that select the workload, the highest priority first, then the oldest. */
const extensions = memo((view: View, _: ''): readonly Extension[] => {
  const workload = ownWorkload(view)
  const selected = KINDS.flatMap((kind) =>
    selectedKeys(view, workload, kind)
      .split('\n')
      .flatMap((key) => (key && (view.get(kind, key) as Extension | undefined)) || []),
  )
  return Object.freeze(
    selected.sort((a, b) => (b.spec.priority ?? 0) - (a.spec.priority ?? 0) || byAge(a, b)),
  )
})

function concerns({ match = [] }: Extension['spec'], mode: Mode, port: number): boolean {
  const meant: readonly string[] = ['UNDEFINED', 'CLIENT_AND_SERVER', mode]
  return (
    match.length === 0 ||
    match.some(
      ({ mode: wanted = 'UNDEFINED', ports = [] }) =>
        meant.includes(wanted) &&
        (ports.length === 0 || ports.some(({ number }) => number === port)),
    )
  )
}

/** With what it is: a filter that drains takes no configuration of another type under its name. */
function nameOf(document: Extension): string {
  const { kind, metadata } = document
  const object = `${kind.toLowerCase()}/${metadata.namespace}.${metadata.name}`
  return `extensions.istio.io/${object}/${wasmOf(document) ? 'wasm' : 'lua'}`
}

/** Of a TrafficExtension with Lua there is none. */
function wasmOf(document: Extension): WasmConfig | undefined {
  return isKind(document, 'WasmPlugin') ? document.spec : document.spec.wasm
}

/**
 * Of a module that is missing or a script that is wrong Envoy refuses the configuration, but not the listener: requests get 500, or with
 * FAIL_OPEN pass a filter that does nothing, which stands in until the first good configuration.
 */
function filterOf(document: Extension): HttpFilter {
  const wasm = wasmOf(document)
  const types = wasm ? (wasm.failStrategy === 'FAIL_OPEN' ? [WASM, RBAC] : [WASM]) : [LUA]
  return {
    [ORIGIN]: document.at(['spec']),
    name: nameOf(document),
    config_discovery: {
      config_source: FROM_ADS,
      ...(wasm?.failStrategy === 'FAIL_OPEN' ? { default_config: typed(RBAC, {}) } : {}),
      type_urls: types.map((type) => `${TYPE_PREFIX}${type}`),
    },
  } as HttpFilter
}

function configOf(document: Extension): Any {
  const wasm = wasmOf(document)
  if (wasm) return typed(WASM, wasmFilter(nameOf(document), wasm))
  const { lua } = (document as DocumentOf<'TrafficExtension'>).spec
  return typed(LUA, { default_source_code: { inline_string: lua?.inlineCode ?? '' } })
}

const POLICIES = {
  FAIL_CLOSE: 'FAIL_CLOSED',
  FAIL_OPEN: 'FAIL_OPEN',
  FAIL_RELOAD: 'FAIL_RELOAD',
} as const

function wasmFilter(name: string, wasm: WasmConfig): HttpWasm {
  const { pluginName, pluginConfig, failStrategy = 'FAIL_CLOSE' } = wasm
  return {
    config: {
      name,
      ...(pluginName ? { root_id: pluginName } : {}),
      failure_policy: POLICIES[failStrategy],
      vm_config: {
        runtime: 'envoy.wasm.runtime.v8',
        code: { local: { filename: moduleFile(wasm.url ?? '') ?? '' } },
        ...environment(wasm),
      },
      ...(pluginConfig ? { configuration: stringValue(JSON.stringify(pluginConfig)) } : {}),
    },
  }
}

/** Modules take their configuration as a text (Istio). */
function stringValue(value: string): Any {
  return { '@type': `${TYPE_PREFIX}google.protobuf.StringValue`, value }
}

function environment({ vmConfig }: WasmConfig) {
  const { env = [] } = vmConfig ?? {}
  if (env.length === 0) return {}
  const named = env.flatMap(({ name, valueFrom, value = '' }) =>
    name ? [{ name, value, isHost: valueFrom === 'HOST' }] : [],
  )
  const host_env_keys = named.filter(({ isHost }) => isHost).map(({ name }) => name)
  const inline = named.filter(({ isHost }) => !isHost).map(({ name, value }) => [name, value])
  return {
    environment_variables: {
      ...(host_env_keys.length > 0 ? { host_env_keys } : {}),
      ...(inline.length > 0 ? { key_values: Object.fromEntries(inline) } : {}),
    },
  }
}

/** The path in a `file://` URL; undefined for any other. */
export function moduleFile(url: string): string | undefined {
  return /^file:\/\/(?:localhost)?(\/.+)$/.exec(url)?.[1]
}
