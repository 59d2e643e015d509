// Whether the real Envoy would take what the mesh is translated to: every resource is shown to one that only validates.
import { findEnvoy } from '../../envoy/binary.ts'
import { openJudge } from '../../envoy/judge.ts'
import { isProblem } from '../ca/problem.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Resource } from '../model/resource.ts'
import { judge } from '../preflight/judgement.ts'
import { byPlace, refusalOf } from '../preflight/refusal.ts'
import { partsOf } from '../preflight/trial.ts'

const FATE = 'Proxies would keep what they have in its place.'

/** What Envoy refuses, or why it cannot be asked. */
export async function refusals(resources: readonly Resource[]): Promise<Diagnostic[] | Diagnostic> {
  const binary = await findEnvoy({ say: (line) => console.error(line) })
  if (isProblem(binary)) return binary
  const asked = openJudge({ binary: binary.path, patience: 60_000 })
  try {
    const parts = [...new Set(resources.flatMap(partsOf))]
    const refused: Diagnostic[] = []
    let unable: string | undefined
    await judge(parts, asked.ask, (group, answer) => {
      if (answer.kind === 'unable') unable ??= answer.text
      if (answer.kind !== 'refused') return
      for (const one of group) refused.push(refusalOf(one, answer.text, FATE))
    })
    if (unable === undefined) return byPlace(refused)
    const text = `Envoy ${binary.path} could not be asked: ${unable}`
    return { code: 'L0514', severity: 'error', text }
  } finally {
    await asked.close()
  }
}
