// WasmPlugin and TrafficExtension by themselves: what cannot be had, and what has no effect. Whether the module is there only the proxy sees.
import type { Path } from '../../model/origin.ts'
import type { DocumentOf } from '../../model/schema/index.ts'
import type { WasmConfig } from '../../model/schema/wasm-plugin.ts'
import { moduleFile } from '../kinds/extension.ts'
import { hasTargetRefs } from '../policy-scope.ts'
import { checkSelector } from './host.ts'
import { eachOf, type Report, repeats } from './report.ts'
import { checkPort } from './value.ts'

export function checkWasmPlugin(report: Report, document: DocumentOf<'WasmPlugin'>): void {
  checkPlace(report, document)
  checkWasm(report, document.spec, ['spec'])
}

export function checkTrafficExtension(
  report: Report,
  document: DocumentOf<'TrafficExtension'>,
): void {
  checkPlace(report, document)
  const { wasm, lua } = document.spec
  if (wasm) checkWasm(report, wasm, ['spec', 'wasm'])
  else if (!lua) report.error('L0268', ['spec'], 'it has no filter: write wasm or lua')
}

function checkPlace(
  report: Report,
  { spec }: DocumentOf<'WasmPlugin'> | DocumentOf<'TrafficExtension'>,
): void {
  checkSelector(report, spec.selector?.matchLabels, ['spec', 'selector', 'matchLabels'])
  if (hasTargetRefs(spec)) {
    const text =
      'targetRefs name objects of the Gateway API, to which nothing can be bound yet: the object applies to nothing. Use selector.'
    const isOne = 'targetRef' in spec && spec.targetRef !== undefined
    report.warning('L0251', ['spec', isOne ? 'targetRef' : 'targetRefs'], text)
  }
  eachOf(spec.match, ['spec', 'match'], ({ ports }, path) =>
    eachOf(ports, [...path, 'ports'], ({ number }, at) =>
      checkPort(report, number ?? 0, [...at, 'number']),
    ),
  )
}

function checkWasm(report: Report, wasm: WasmConfig, path: Path): void {
  checkUrl(report, wasm, path)
  if (wasm.type === 'NETWORK') {
    const text =
      'filters of WebAssembly are put in for HTTP only: write type HTTP, or put it in with an EnvoyFilter (NETWORK_FILTER)'
    report.error('L0268', [...path, 'type'], text)
  }
  const env = [...path, 'vmConfig', 'env']
  eachOf(wasm.vmConfig?.env, env, ({ name, valueFrom, value }, at) => {
    if (!name || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      report.error('L0268', [...at, 'name'], `"${name ?? ''}" is no name of a variable`)
    } else if (valueFrom === 'HOST' && value !== undefined) {
      const text = `${name} has the value that it has where the proxy is, and no other: leave value out`
      report.error('L0268', [...at, 'value'], text)
    }
  })
  for (const [index, first] of repeats(wasm.vmConfig?.env, ({ name }) => name)) {
    report.error('L0268', [...env, index], `variables ${first} and ${index} have the same name`)
  }
}

function checkUrl(report: Report, { url = '', sha256 }: WasmConfig, path: Path): void {
  const at = [...path, 'url']
  const todo = 'fetch the module to where the proxy is and name it file:///path/of/the.wasm'
  if (moduleFile(url) !== undefined) {
    if (!sha256) return
    const text = 'Envoy does not compare the digest of a file: check it where you fetch the module'
    report.warning('L0238', [...path, 'sha256'], text)
  } else if (/^https?:\/\//i.test(url)) {
    report.error('L0267', at, `proxies do not fetch "${url}": ${todo}`)
  } else if (/^file:/i.test(url)) {
    report.error('L0267', at, `"${url}" names no file: write file:///path/of/the.wasm`)
  } else if (url) {
    report.error('L0267', at, `proxies do not pull the image "${url}": ${todo}`)
  } else report.error('L0267', at, `there is no url: ${todo}`)
}
