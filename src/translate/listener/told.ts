// Whether the figures of a side tell the names that MeshConfig gives clusters in statistics.
import type { View } from '../../model/view.ts'
import { meshConfig } from '../mesh-config.ts'
import type { Side, Told } from './signals.ts'

export function toldAt(view: View, side: Side): Told {
  const { inboundClusterStatName, outboundClusterStatName } = meshConfig(view)
  const pattern = side === 'server' ? inboundClusterStatName : outboundClusterStatName
  return { side, isRenamed: !!pattern }
}
