// Places in objects of a cluster, which have no lines: the object and the field.
import type { Origin, Path } from '../../model/origin.ts'
import { printPath } from '../phrase.ts'

/** By the `Kind/namespace/name` of the object. */
export function placesOf(id: string): (path: Path) => Origin {
  return (path) => ({
    source: path.length > 0 ? `k8s:${id}#${printPath(path)}` : `k8s:${id}`,
    line: 0,
    column: 0,
  })
}
