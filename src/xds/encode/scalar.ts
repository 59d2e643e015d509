// Numbers, strings, bytes, booleans and enums: their JSON forms and their wire forms.
import { type EnumDescriptor, TYPE } from '../../../proto/descriptor.ts'
import { type Codec, kindOf, type Reader, type Run, report } from './codec.ts'
import type { Writer } from './writer.ts'

/** JSON allows a number or its decimal text; whole numbers may be written `1.0` or `1e3`. */
function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || !/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)) return undefined
  return Number(value)
}

function integer(min: number, max: number, wire: 0 | 5, put: Put<number>, read: Read): Codec {
  return {
    wire,
    isZero: (value) => toNumber(value) === 0,
    write(run, value) {
      const number = toNumber(value)
      if (number === undefined || !Number.isInteger(number)) {
        report(run, `expected a whole number, got ${given(value)}`)
      } else if (number < min || number > max) {
        report(run, `${number} is not between ${min} and ${max}`)
      } else put(run.out, number)
    },
    read,
  }
}

type Put<T> = (out: Writer, value: T) => void
type Read = (reader: Reader) => unknown

/** 64-bit integers: numbers where they are exact, decimal text always; read as text. */
function bigInteger(signed: boolean, wire: 0 | 1, put: Put<number | bigint>, read: Read): Codec {
  const min = signed ? -(2n ** 63n) : 0n
  const max = signed ? 2n ** 63n - 1n : 2n ** 64n - 1n
  return {
    wire,
    isZero: (value) => value === 0 || value === '0' || value === '-0',
    write(run, value) {
      if (typeof value === 'number' && Number.isSafeInteger(value) && (signed || value >= 0)) {
        return put(run.out, value)
      }
      if (typeof value !== 'string' || !/^-?\d{1,20}$/.test(value)) {
        const hint = typeof value === 'number' ? '; write numbers beyond 2^53 as text' : ''
        return report(run, `expected a 64-bit whole number, got ${given(value)}${hint}`)
      }
      const exact = BigInt(value)
      if (exact < min || exact > max) report(run, `${value} is not between ${min} and ${max}`)
      else put(run.out, exact)
    },
    read,
  }
}

const SPECIAL_NUMBERS: Record<string, number> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
}

function floating(wire: 1 | 5, limit: number, put: Put<number>, read: Read): Codec {
  const parse = (value: unknown) =>
    typeof value === 'string' && Object.hasOwn(SPECIAL_NUMBERS, value)
      ? SPECIAL_NUMBERS[value]
      : toNumber(value)
  return {
    wire,
    isZero: (value) => Object.is(parse(value), 0),
    write(run, value) {
      const number = parse(value)
      if (number === undefined) return report(run, `expected a number, got ${given(value)}`)
      if (Number.isFinite(number) && Math.abs(number) > limit) {
        return report(run, `${number} does not fit into 32 bits`)
      }
      put(run.out, number)
    },
    read,
  }
}

function floatJson(value: number): unknown {
  return Number.isFinite(value) ? value : String(value)
}

/** The shortest decimal that is the same 32-bit float. */
function shortest(value: number): unknown {
  if (!Number.isFinite(value)) return String(value)
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}

const signed64: Read = (reader) => BigInt.asIntN(64, bigFrom(reader.uint64())).toString()

/** protobufjs gives a Long, or a number where none is installed. */
function bigFrom(value: unknown): bigint {
  if (typeof value === 'number') return BigInt(value)
  const { low, high } = value as { low: number; high: number }
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
}

function zigzag(value: bigint): bigint {
  return (value >> 1n) ^ -(value & 1n)
}

const INT32 = [-0x8000_0000, 0x7fff_ffff] as const
const UINT32 = [0, 0xffff_ffff] as const

const SCALARS: Record<number, Codec> = {
  [TYPE.int32]: integer(
    ...INT32,
    0,
    (out, v) => out.uint64(v),
    (reader) => reader.int32(),
  ),
  [TYPE.uint32]: integer(
    ...UINT32,
    0,
    (out, v) => out.uint32(v),
    (reader) => reader.uint32(),
  ),
  [TYPE.sint32]: integer(
    ...INT32,
    0,
    (out, v) => out.uint32((v << 1) ^ (v >> 31)),
    (reader) => reader.sint32(),
  ),
  [TYPE.fixed32]: integer(
    ...UINT32,
    5,
    (out, v) => out.fixed32(v),
    (reader) => reader.fixed32(),
  ),
  [TYPE.sfixed32]: integer(
    ...INT32,
    5,
    (out, v) => out.fixed32(v),
    (reader) => reader.sfixed32(),
  ),
  [TYPE.int64]: bigInteger(true, 0, (out, v) => out.uint64(v), signed64),
  [TYPE.uint64]: bigInteger(
    false,
    0,
    (out, v) => out.uint64(v),
    (reader) => bigFrom(reader.uint64()).toString(),
  ),
  [TYPE.sint64]: bigInteger(
    true,
    0,
    (out, v) => out.uint64((BigInt(v) << 1n) ^ (BigInt(v) >> 63n)),
    (reader) => zigzag(bigFrom(reader.uint64())).toString(),
  ),
  [TYPE.fixed64]: bigInteger(
    false,
    1,
    (out, v) => out.fixed64(v),
    (reader) => bigFrom(reader.fixed64()).toString(),
  ),
  [TYPE.sfixed64]: bigInteger(
    true,
    1,
    (out, v) => out.fixed64(v),
    (reader) => BigInt.asIntN(64, bigFrom(reader.fixed64())).toString(),
  ),
  [TYPE.float]: floating(
    5,
    3.4028234663852886e38,
    (out, v) => out.float(v),
    (reader) => shortest(reader.float()),
  ),
  [TYPE.double]: floating(
    1,
    Number.MAX_VALUE,
    (out, v) => out.double(v),
    (reader) => floatJson(reader.double()),
  ),
  [TYPE.bool]: {
    wire: 0,
    isZero: (value) => value === false,
    write(run, value) {
      if (typeof value !== 'boolean') report(run, `expected true or false, got ${given(value)}`)
      else run.out.uint32(value ? 1 : 0)
    },
    read: (reader) => reader.bool(),
  },
  [TYPE.string]: {
    wire: 2,
    isZero: (value) => value === '',
    write: writeString,
    read: (reader) => reader.string(),
  },
  [TYPE.bytes]: {
    wire: 2,
    isZero: (value) => value === '',
    write(run, value) {
      if (typeof value !== 'string' || !/^[\w+/-]*={0,2}$/.test(value)) {
        report(run, `expected base64 text, got ${kindOf(value)}`)
      } else run.out.raw(Buffer.from(value, 'base64'))
    },
    read: (reader) => Buffer.from(reader.bytes()).toString('base64'),
  },
}

export function writeString(run: Run, value: unknown): void {
  if (typeof value !== 'string') report(run, `expected text, got ${given(value)}`)
  else if (!run.out.string(value)) report(run, 'not valid Unicode text')
}

/** The codec of a scalar type; throws for a number that is not one of TYPE. */
export function scalar(type: number): Codec {
  const codec = SCALARS[type]
  if (!codec) throw new Error(`no scalar type ${type}`)
  return codec
}

/** An enum: its names, or the number of one. */
export function enumeration({ name, values }: EnumDescriptor): Codec {
  const names = new Map([...values].reverse().map(([text, number]) => [number, text]))
  const resolve = (value: unknown) =>
    typeof value === 'string' ? values.get(value) : names.has(value as number) ? value : undefined
  return {
    wire: 0,
    isZero: (value) => resolve(value) === 0,
    write(run, value) {
      const number = resolve(value)
      if (typeof number === 'number') return run.out.uint64(number)
      const choices = [...values.keys()]
      const shown = choices.length > 8 ? [...choices.slice(0, 8), '…'] : choices
      report(run, `${given(value)} is not one of ${name}: ${shown.join(', ')}`)
    },
    read: (reader) => {
      const number = reader.int32()
      return names.get(number) ?? number
    },
  }
}

/** Numbers, booleans and short words are shown; anything longer may be a secret and is not. */
function given(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string' && /^[\w.-]{0,40}$/.test(value)) return `'${value}'`
  return kindOf(value)
}
