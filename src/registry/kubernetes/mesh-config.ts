// The mesh configuration of a cluster: YAML in the key `mesh` of a ConfigMap, as Istio keeps it.
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Origin, Path } from '../../model/origin.ts'
import type { StoredObject } from '../objects.ts'
import { find, parse } from '../yaml.ts'
import type { KubernetesObject } from './reflector.ts'

const KEY = 'mesh'

/** The MeshConfig that a ConfigMap holds, with the lines of that text; a diagnostic if the text is not YAML; undefined if it holds none. */
export function meshConfigIn(configMap: KubernetesObject): StoredObject | Diagnostic | undefined {
  const text = (configMap.data as Readonly<Record<string, string>> | undefined)?.[KEY]
  if (text === undefined) return undefined
  const { namespace, name } = configMap.metadata
  const source = `k8s:ConfigMap/${namespace}/${name}#data.${KEY}`
  const parsed = parse(text)
  if (parsed.type === 'nothing') return undefined
  if (parsed.type === 'problem') {
    const { text: what, line, column } = parsed.problem
    const origin = { source, line: line + 1, column: column + 1 }
    return { code: 'L0101', severity: 'error', text: what, origin }
  }
  const at = (path: Path): Origin => {
    const place = find(parsed.place, path)
    return { source, line: place.line + 1, column: place.column + 1 }
  }
  const fields = parsed.value as Readonly<Record<string, unknown>>
  const head = {
    apiVersion: 'mesh.istio.io/v1alpha1',
    kind: 'MeshConfig',
    metadata: { name: 'mesh' },
  }
  return { value: { ...fields, ...head }, at }
}
