// `lotse capture`: applies, prints or removes the rules that lead this host's traffic through Envoy.
import { spawnSync } from 'node:child_process'
import { captureRules, removalRules } from '../../envoy/capture.ts'
import { EXIT } from './print.ts'

interface CaptureCommand {
  readonly uid: string
  readonly outboundPort?: string
  readonly inboundPort?: string
  readonly excludeInboundPorts?: string
  readonly excludeOutboundPorts?: string
  readonly excludeOutboundRanges?: string
}

export async function applyCapture(options: CaptureCommand): Promise<number> {
  const rules = rulesOf(options)
  return rules === undefined ? EXIT.wrongUsage : run(rules)
}

export async function printCapture(options: CaptureCommand): Promise<number> {
  const rules = rulesOf(options)
  if (rules === undefined) return EXIT.wrongUsage
  console.log(rules.trimEnd())
  return EXIT.done
}

export async function removeCapture(): Promise<number> {
  return run(removalRules())
}

function rulesOf(options: CaptureCommand): string | undefined {
  try {
    return captureRules({
      uid: Number(options.uid),
      ...(options.outboundPort ? { outboundPort: Number(options.outboundPort) } : {}),
      ...(options.inboundPort ? { inboundPort: Number(options.inboundPort) } : {}),
      excludeInboundPorts: listOf(options.excludeInboundPorts).map(Number),
      excludeOutboundPorts: listOf(options.excludeOutboundPorts).map(Number),
      excludeOutboundRanges: listOf(options.excludeOutboundRanges),
    })
  } catch (error) {
    console.error(`error: ${(error as RangeError).message} (L0512)`)
    return undefined
  }
}

function listOf(text: string | undefined): string[] {
  return text ? text.split(',').map((part) => part.trim()) : []
}

function run(rules: string): number {
  const { error, status, stderr } = spawnSync('nft', ['-f', '-'], {
    input: rules,
    encoding: 'utf8',
  })
  if (error) {
    console.error(
      'error: the command nft is not there; install the package nftables, or print the rules and apply them elsewhere (L0513)',
    )
    return EXIT.environment
  }
  if (status === 0) return EXIT.done
  const reason = stderr.split('\n', 1)[0]
  console.error(`error: nft refused the rules: ${reason}. It needs root (CAP_NET_ADMIN) (L0513)`)
  return EXIT.environment
}
