// Hosts with addresses of their own on one machine: network namespaces on a bridge that the test makes and removes. Needs root.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import type { Cleanup } from './cleanup.ts'
import { adopt } from './processes.ts'

export interface Host {
  readonly name: string
  readonly address: string
  /** Runs a command on that host to its end. */
  run(command: string, ...args: string[]): { status: number | null; stdout: string; stderr: string }
  /** Runs a program of Node's there to its end; what it prints. */
  script(code: string, uid?: number): string
  /** Starts a command there, as a user if wanted; ended with the test. */
  start(command: string, args: readonly string[], uid?: number): ChildProcess
}

const TOOLS = ['ip', 'nft', 'setpriv']

/** Why no namespaces can be made here; false when they can. */
export function whyNot(): string | false {
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  const missing = TOOLS.filter((tool) => spawnSync(tool, ['--version']).error)
  if (missing.length > 0)
    return `not installed: ${missing.join(', ')} (packages iproute2, nftables, util-linux)`
  const name = `lotse-try-${process.pid}`
  const made = ip('netns', 'add', name)
  ip('netns', 'del', name)
  return made.status === 0 ? false : `namespaces cannot be made: ${made.stderr.trim()}`
}

/** One host for each name, on one network; everything else is unreachable. */
export function hosts<Name extends string>(t: Cleanup, names: readonly Name[]): Record<Name, Host> {
  const tag = `l${process.pid}`
  const bridge = `${tag}-net`
  must(ip('netns', 'add', bridge))
  t.after(() => void ip('netns', 'del', bridge))
  must(ip('-n', bridge, 'link', 'add', 'br0', 'type', 'bridge'))
  must(ip('-n', bridge, 'link', 'set', 'br0', 'up'))
  const made = names.map((name, index) => {
    const namespace = `${tag}-${name}`
    const address = `10.77.0.${index + 1}`
    must(ip('netns', 'add', namespace))
    t.after(() => void ip('netns', 'del', namespace))
    const port = `p${index}`
    const link = ['link', 'add', 'eth0', 'type', 'veth', 'peer', port, 'netns', bridge]
    must(ip('-n', namespace, ...link))
    must(ip('-n', bridge, 'link', 'set', port, 'master', 'br0', 'up'))
    must(ip('-n', namespace, 'addr', 'add', `${address}/24`, 'dev', 'eth0'))
    must(ip('-n', namespace, 'link', 'set', 'eth0', 'up'))
    must(ip('-n', namespace, 'link', 'set', 'lo', 'up'))
    must(ip('-n', namespace, 'route', 'add', 'default', 'dev', 'eth0'))
    return [name, hostOf(namespace, address)] as const
  })
  return Object.fromEntries(made) as Record<Name, Host>
}

function hostOf(namespace: string, address: string): Host {
  const inside = ['netns', 'exec', namespace]
  const run: Host['run'] = (command, ...args) =>
    spawnSync('ip', [...inside, command, ...args], { encoding: 'utf8', timeout: 60_000 })
  return {
    name: namespace,
    address,
    run,
    script(code, uid) {
      const node = [process.execPath, '--input-type=module', '-e', code]
      const [command = '', ...args] = [...asUser(uid), ...node]
      const { stdout, stderr } = run(command, ...args)
      return `${stdout}${stderr}`.trim()
    },
    start(command, args, uid) {
      const whole = [...inside, ...asUser(uid), command, ...args]
      // `ip netns exec` and `setpriv` become the command, so its id is the child's.
      const child = spawn('ip', whole, { stdio: ['ignore', 'pipe', 'pipe'] })
      if (child.pid) adopt(child.pid)
      return child
    },
  }
}

function asUser(uid: number | undefined): string[] {
  return uid === undefined ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups']
}

function ip(...args: string[]) {
  return spawnSync('ip', args, { encoding: 'utf8' })
}

function must({ status, stderr }: { status: number | null; stderr: string }): void {
  if (status !== 0) throw new Error(stderr.trim())
}
