// The gate of a running control plane: an Envoy beside it judges every change before proxies have it.
import { join } from 'node:path'
import { openJudge } from '../envoy/judge.ts'
import type { LiveMesh } from './live-mesh.ts'
import type { Diagnostic } from './model/diagnostic.ts'
import { Gate } from './preflight/gate.ts'

/** Milliseconds: a change about which Envoy says nothing for so long goes out. */
const PATIENCE = 2_000

interface GateSettings {
  /** Path of the Envoy; without it all goes out at once. */
  readonly preflight?: string | undefined
  readonly data: string
  readonly log: (diagnostic: Diagnostic) => void
}

export function openGate(core: LiveMesh, { preflight: binary, data, log }: GateSettings): void {
  if (binary === undefined) return
  const judge = openJudge({ binary, folder: join(data, 'preflight'), patience: PATIENCE })
  const { ask, close } = judge
  core.gate = new Gate({ ask, close, log, onVerdict: () => core.verdict() })
}
