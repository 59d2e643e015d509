// Takes an Envoy out of use before it ends, so that no request is cut off.
import { ask, poll } from './admin.ts'

/** At most this much of the time is left to callers to go by themselves. */
const GRACE = 0.5

/**
 * First callers are asked to end their connections (`Connection: close`, GOAWAY) while new ones are still served; then
 * the ports close, which callers take as a reason to go elsewhere, and what is under way ends.
 *
 * @param time milliseconds for all of it
 */
export async function drained(
  adminUrl: string,
  ended: Promise<unknown>,
  time: number,
): Promise<void> {
  if ((await ask(`${adminUrl}/drain_listeners?graceful&skip_exit`, 'POST')) === undefined) return
  const until = Date.now() + time
  await poll(ended, time * GRACE, () => settled(adminUrl, ({ open }) => open === 0))
  // Also when none is open at this moment: the next one would be cut off.
  await ask(`${adminUrl}/drain_listeners`, 'POST')
  // Envoy answers before its threads have closed the ports; until then connections still come.
  const gone = ({ open, listening }: Use) => open === 0 && listening <= 0
  await poll(ended, until - Date.now(), () => settled(adminUrl, gone))
}

interface Use {
  /** Connections, those of which the first bytes are awaited included. */
  readonly open: number
  /** Listeners whose ports are not closed yet. */
  readonly listening: number
}

/** True, or undefined: no answer in time says nothing. */
async function settled(adminUrl: string, enough: (use: Use) => boolean): Promise<true | undefined> {
  const names =
    '^listener\\..*downstream_(pre_)?cx_active$|^listener_manager\\.(listener_stopped|total_listeners_active)$'
  const stats = await ask(`${adminUrl}/stats?filter=${encodeURIComponent(names)}`)
  return stats !== undefined && enough(useOf(stats)) ? true : undefined
}

function useOf(stats: string): Use {
  const figures = stats.split('\n').map((line) => {
    const colon = line.lastIndexOf(':')
    return { name: line.slice(0, colon), value: Number(line.slice(colon + 1)) }
  })
  const sum = (counted: (name: string) => boolean) =>
    figures.reduce((total, { name, value }) => total + (counted(name) ? value : 0), 0)
  const open = (name: string) => name.startsWith('listener.') && !name.startsWith('listener.admin')
  const active = sum((name) => name === 'listener_manager.total_listeners_active')
  const stopped = sum((name) => name === 'listener_manager.listener_stopped')
  return { open: sum(open), listening: active - stopped }
}
