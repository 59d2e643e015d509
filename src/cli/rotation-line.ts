// One line about a rotation of the root: which of its four steps, what that means, and whom it waits for.
import type { RotationOverview } from '../ca/overview.ts'

const MEANING = {
  distribute: 'both roots are handed out, the old one signs',
  sign: 'the new root signs',
  rekey: 'proxies are told to renew',
  withdraw: 'given up: proxies renew from the old root, then the new one is dropped',
} as const

const SHOWN = 3

export function rotationLine(rotation: RotationOverview): string {
  const { phase, goal, step, waiting, waitingFor } = rotation
  if (phase === undefined) return ''
  const place = phase === 'withdraw' ? 'abort' : `step ${step} of 4, ${phase}`
  const names = [...new Set(waitingFor.map(({ workload }) => workload))]
  const more = names.length > SHOWN ? ', …' : ''
  const whom =
    waiting > 0 ? `; waits for ${waiting}: ${names.slice(0, SHOWN).join(', ')}${more}` : ''
  const held = goal === phase ? '; stops here until lotse ca resume' : ''
  return `${place}: ${MEANING[phase]}${whom}${held}`
}
