// The form of single values: durations, ports, percentages, addresses, text matches, headers.
import { nanoseconds } from '../../model/duration.ts'
import { isAddress } from '../../model/host.ts'
import type { Path } from '../../model/origin.ts'
import type { StringMatch } from '../../model/schema/match.ts'
import { formatProblem } from './log-format.ts'
import { regexProblem } from './regex.ts'
import type { Report } from './report.ts'

const MILLISECOND = 1_000_000n

/** At least 1 ms and whole milliseconds; 0 only where it means something. */
export function checkDuration(
  report: Report,
  duration: string | undefined,
  path: Path,
  options: { readonly zero?: boolean } = {},
): void {
  if (duration === undefined) return
  const length = nanoseconds(duration)
  if (length === undefined || (length === 0n && options.zero)) return
  if (length >= MILLISECOND && length % MILLISECOND === 0n) return
  const zero = options.zero ? ', or 0s for none' : ''
  report.error(
    'L0212',
    path,
    `${duration} is not usable here: write at least 1ms, in whole milliseconds${zero}`,
  )
}

export function checkPort(report: Report, port: number | undefined, path: Path): void {
  if (port === undefined || (port >= 1 && port <= 65535)) return
  report.error('L0213', path, `${port} is not a port: ports are 1 to 65535`)
}

export function checkPercent(report: Report, percent: number | undefined, path: Path): void {
  if (percent === undefined || (percent >= 0 && percent <= 100)) return
  report.error('L0206', path, `${percent} is not a percentage: write 0 to 100`)
}

/** An IPv4 or IPv6 address. */
export function isIp(text: string): boolean {
  if (!text.includes(':')) return isAddress(text)
  return /^[0-9a-fA-F:.]+$/.test(text) && isIpv6(text)
}

function isIpv6(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const last = groups.at(-1) ?? ''
  const isMixed = last.includes('.')
  if (isMixed && !isAddress(last)) return false
  const plain = isMixed ? groups.slice(0, -1) : groups
  const count = plain.length + (isMixed ? 2 : 0)
  if (!plain.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false
  return halves.length === 2 ? count < 8 : count === 8
}

/** `10.0.0.0/8` or a single address. */
export function isSubnet(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  if (more.length > 0 || !isIp(address)) return false
  if (bits === undefined) return true
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (address.includes(':') ? 128 : 32)
}

/** An empty prefix or regex; a regex that RE2 does not take. `*` alone means "present" for headers and parameters. */
export function checkStringMatch(
  report: Report,
  match: StringMatch | undefined,
  path: Path,
  options: { readonly star?: boolean } = {},
): void {
  if (!match) return
  for (const kind of ['prefix', 'regex'] as const) {
    if (match[kind] !== '') continue
    report.error(
      'L0211',
      [...path, kind],
      `the ${kind} is empty: leave out the match to take every value`,
    )
  }
  if (!match.regex || (options.star && match.regex === '*')) return
  checkRegex(report, match.regex, [...path, 'regex'])
}

export function checkRegex(report: Report, regex: string, path: Path): void {
  const problem = regexProblem(regex)
  if (problem) {
    report.error(
      'L0210',
      path,
      `Envoy cannot use the regular expression ${shortened(regex)}: ${problem} (RE2 syntax)`,
    )
  }
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

const HEADER_NAME = /^:?[-!#$%&'*+.^_`|~0-9A-Za-z]+$/

export function checkHeaderName(report: Report, name: string, path: Path): void {
  if (HEADER_NAME.test(name)) return
  report.error(
    'L0216',
    path,
    `"${name}" is not the name of a header: letters, digits and - without spaces`,
  )
}

/** Nobody writes longer ones with commands in them, and each command is looked for from its beginning. */
const LONGEST_FORMAT = 4096

/** Envoy reads `%COMMAND%` in values it sets. */
export function checkHeaderValue(report: Report, value: string, path: Path): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
  if (/[\u0000\r\n]/.test(value)) {
    report.error('L0216', path, 'the value of a header cannot have line breaks')
  }
  const rest = value
    .replaceAll('%%', '')
    .replace(/%[A-Z][A-Z0-9_]*(\([^()]*(\([^()]*\)[^()]*)*\))?(:\d+)?%/g, '')
  if (rest.includes('%')) {
    const text = 'has a % that begins no command of Envoy: write %% for the character'
    report.error('L0216', path, `"${shortened(value)}" ${text}`)
    return
  }
  // One that headers have beside those of logs.
  const known = value.replace(/%PER_REQUEST_STATE\([^()]+\)%/g, '')
  const problem = value.length <= LONGEST_FORMAT ? formatProblem(known) : undefined
  if (problem) report.error('L0216', path, `"${shortened(value)}" is nothing for Envoy: ${problem}`)
}
