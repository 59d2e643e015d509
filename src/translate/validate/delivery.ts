// The annotation that says how proxies have their configuration.
import type { Document } from '../../model/document.ts'
import { DELIVERY_MODES } from '../../model/node.ts'
import { DELIVERY } from '../vhds/mode.ts'
import type { Report } from './report.ts'

const KINDS: readonly string[] = ['MeshConfig', 'ProxyConfig', 'Sidecar']

export function checkDelivery(report: Report, { kind, metadata }: Document): void {
  const word = metadata.annotations[DELIVERY]
  if (word === undefined) return
  const at = ['metadata', 'annotations', DELIVERY]
  if (!KINDS.includes(kind)) {
    report.warning('L0238', at, `${DELIVERY} has no effect here, only on ${KINDS.join(', ')}`)
  } else if (!DELIVERY_MODES.some((mode) => mode === word)) {
    report.warning(
      'L0238',
      at,
      `"${word}" has no effect: write one of ${DELIVERY_MODES.join(', ')}`,
    )
  }
}
