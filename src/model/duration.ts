// Lengths of time: the Go forms that Istio's API accepts, and the form in seconds that Envoy's JSON uses.

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

/** The longest duration protobuf allows, about 10,000 years. */
const LONGEST = 315_576_000_000n * 1_000_000_000n

const WHOLE = /^(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+)$/
const TERM = /(\d*)\.?(\d*)(ns|us|µs|ms|s|m|h)/g

/** In nanoseconds; undefined unless `text` is a Go duration (`300ms`, `1.5s`, `1h2m`, `0`), not negative, that protobuf can hold. */
export function nanoseconds(text: string): bigint | undefined {
  if (text.length > 100 || !WHOLE.test(text)) return undefined
  let total = 0n
  for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(TERM)) {
    const size = NANOSECONDS[unit] ?? 0n
    total += BigInt(whole || '0') * size
    total += (BigInt(fraction || '0') * size) / 10n ** BigInt(fraction.length)
  }
  return total > LONGEST ? undefined : total
}

/** In Envoy's form, as `1h2m` -> `3720s`, `1500ms` -> `1.5s`. For text that has passed its shape's check; throws RangeError otherwise. */
export function seconds(text: string): `${number}s` {
  const total = nanoseconds(text)
  if (total === undefined) throw new RangeError(`not a duration: ${text}`)
  const whole = total / 1_000_000_000n
  const rest = (total % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '')
  return `${whole}${rest ? `.${rest}` : ''}s` as `${number}s`
}

/** In milliseconds, for comparing. Same condition as `seconds`. */
export function milliseconds(text: string): number {
  const total = nanoseconds(text)
  if (total === undefined) throw new RangeError(`not a duration: ${text}`)
  return Number(total) / 1_000_000
}

/** Given, and more than none. */
export function isSome(text: string | undefined): text is string {
  return text !== undefined && (nanoseconds(text) ?? 0n) > 0n
}
