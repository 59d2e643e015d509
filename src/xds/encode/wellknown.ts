// The google.protobuf types whose JSON is not an object with their fields: durations, times, structs, wrappers.
import { TYPE } from '../../../proto/descriptor.ts'
import { type Body, isObject, kindOf, locate, put, type Reader, type Run, report } from './codec.ts'
import { scalar, writeString } from './scalar.ts'

const MAX_DEPTH = 100

/** The same few durations come again and again. */
const durations = new Map<string, Time>()
const MAX_CACHED = 1_000

interface Time {
  seconds: number
  nanos: number
}

function parseDuration(text: string): Time | undefined {
  const known = durations.get(text)
  if (known) return known
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(text)
  if (!match || Number(match[2]) > 315_576_000_000) return undefined
  const sign = match[1] ? -1 : 1
  const nanos = Number((match[3] ?? '').padEnd(9, '0'))
  const parsed = { seconds: sign * Number(match[2]), nanos: sign * nanos }
  if (durations.size >= MAX_CACHED) durations.clear()
  durations.set(text, parsed)
  return parsed
}

const duration: Body = {
  special: true,
  write(run, value) {
    const time = typeof value === 'string' ? parseDuration(value) : undefined
    if (time) writeTime(run, time)
    else report(run, `expected a duration such as '1.5s', got ${shown(value)}`)
  },
  read(reader, end) {
    const { seconds, nanos } = readTime(reader, end)
    const sign = seconds < 0 || nanos < 0 ? '-' : ''
    return `${sign}${Math.abs(seconds)}${fraction(Math.abs(nanos))}s`
  },
}

const FIRST_TIME = Date.parse('0001-01-01T00:00:00Z')
const RFC3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/i

const timestamp: Body = {
  special: true,
  write(run, value) {
    const match = typeof value === 'string' ? RFC3339.exec(value) : null
    const millis = match ? Date.parse(`${match[1]}${match[3]}`.toUpperCase()) : Number.NaN
    if (!match || Number.isNaN(millis) || millis < FIRST_TIME) {
      return report(run, `expected a time such as '2026-01-02T03:04:05Z', got ${shown(value)}`)
    }
    const nanos = Number((match[2] ?? '').padEnd(9, '0'))
    writeTime(run, { seconds: millis / 1000, nanos })
  },
  read(reader, end) {
    const { seconds, nanos } = readTime(reader, end)
    return `${new Date(seconds * 1000).toISOString().slice(0, 19)}${fraction(nanos)}Z`
  },
}

function writeTime(run: Run, { seconds, nanos }: Time): void {
  if (seconds !== 0) {
    run.out.uint32(0x08)
    run.out.uint64(seconds)
  }
  if (nanos !== 0) {
    run.out.uint32(0x10)
    run.out.uint64(nanos)
  }
}

function readTime(reader: Reader, end: number): Time {
  const time = { seconds: 0, nanos: 0 }
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag === 0x08) time.seconds = Number(reader.int64())
    else if (tag === 0x10) time.nanos = reader.int32()
    else reader.skipType(tag & 7)
  }
  return time
}

/** Three, six or nine decimals, as the canonical form has them. */
function fraction(nanos: number): string {
  if (nanos === 0) return ''
  return `.${String(nanos).padStart(9, '0')}`.replace(/(?:000){1,2}$/, '')
}

const fieldMask: Body = {
  special: true,
  write(run, value) {
    if (typeof value !== 'string') return report(run, `expected text, got ${kindOf(value)}`)
    for (const path of value === '' ? [] : value.split(',')) {
      run.out.uint32(0x0a)
      writeString(
        run,
        path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      )
    }
  },
  read(reader, end) {
    const paths: string[] = []
    while (reader.pos < end) {
      const tag = reader.uint32()
      if (tag === 0x0a) paths.push(reader.string())
      else reader.skipType(tag & 7)
    }
    return paths.map((p) => p.replace(/_(.)/g, (_, c: string) => c.toUpperCase())).join(',')
  },
}

const struct: Body = {
  special: true,
  write(run, value) {
    if (!isObject(value)) return report(run, `expected an object, got ${kindOf(value)}`)
    for (const key of Object.keys(value).sort()) {
      if (value[key] === undefined) continue
      const before = run.errors.length
      run.out.uint32(0x0a)
      const entry = run.out.begin()
      run.out.uint32(0x0a)
      writeString(run, key)
      run.out.uint32(0x12)
      nest(run, jsonValue, value[key])
      run.out.end(entry)
      if (run.errors.length > before) locate(run, before, key)
    }
  },
  read(reader, end) {
    const object: Record<string, unknown> = {}
    while (reader.pos < end) {
      const tag = reader.uint32()
      if (tag !== 0x0a) {
        reader.skipType(tag & 7)
        continue
      }
      const entryEnd = reader.uint32() + reader.pos
      let key = ''
      let value: unknown = null
      while (reader.pos < entryEnd) {
        const part = reader.uint32()
        if (part === 0x0a) key = reader.string()
        else if (part === 0x12) value = jsonValue.read(reader, reader.uint32() + reader.pos)
        else reader.skipType(part & 7)
      }
      put(object, key, value)
    }
    return object
  },
}

const list: Body = {
  special: true,
  write(run, value) {
    if (!Array.isArray(value)) return report(run, `expected a list, got ${kindOf(value)}`)
    for (const [index, item] of value.entries()) {
      const before = run.errors.length
      run.out.uint32(0x0a)
      nest(run, jsonValue, item)
      if (run.errors.length > before) locate(run, before, index)
    }
  },
  read(reader, end) {
    const items: unknown[] = []
    while (reader.pos < end) {
      const tag = reader.uint32()
      if (tag === 0x0a) items.push(jsonValue.read(reader, reader.uint32() + reader.pos))
      else reader.skipType(tag & 7)
    }
    return items
  },
}

/** google.protobuf.Value: any JSON. */
const jsonValue: Body = {
  special: true,
  takesNull: true,
  write(run, value) {
    if (value === null) {
      run.out.uint32(0x08)
      run.out.uint32(0)
    } else if (typeof value === 'number') {
      if (!Number.isFinite(value)) return report(run, 'a number in a struct must be finite')
      run.out.uint32(0x11)
      run.out.double(value)
    } else if (typeof value === 'string') {
      run.out.uint32(0x1a)
      writeString(run, value)
    } else if (typeof value === 'boolean') {
      run.out.uint32(0x20)
      run.out.uint32(value ? 1 : 0)
    } else if (typeof value === 'object') {
      run.out.uint32(Array.isArray(value) ? 0x32 : 0x2a)
      nest(run, Array.isArray(value) ? list : struct, value)
    } else report(run, `expected JSON, got ${kindOf(value)}`)
  },
  read(reader, end) {
    let value: unknown = null
    while (reader.pos < end) {
      const tag = reader.uint32()
      if (tag === 0x08) {
        reader.int32()
        value = null
      } else if (tag === 0x11) value = reader.double()
      else if (tag === 0x1a) value = reader.string()
      else if (tag === 0x20) value = reader.bool()
      else if (tag === 0x2a) value = struct.read(reader, reader.uint32() + reader.pos)
      else if (tag === 0x32) value = list.read(reader, reader.uint32() + reader.pos)
      else reader.skipType(tag & 7)
    }
    return value
  },
}

/** Writes a message inside another; Envoy's parser gives up at a hundred levels, and so does this. */
export function nest(run: Run, body: Body, value: unknown): void {
  const start = run.out.begin()
  if (++run.depth > MAX_DEPTH) report(run, `nested more than ${MAX_DEPTH} levels deep`)
  else body.write(run, value)
  run.depth--
  run.out.end(start)
}

/** A scalar that can be absent: field 1 of a message, written as the scalar. */
function wrapper(type: number, zero: unknown): Body {
  const codec = scalar(type)
  const tag = 8 | codec.wire
  return {
    special: true,
    write(run, value) {
      if (codec.isZero(value)) return
      run.out.uint32(tag)
      codec.write(run, value)
    },
    read(reader, end) {
      let value = zero
      while (reader.pos < end) {
        const read = reader.uint32()
        if (read === tag) value = codec.read(reader)
        else reader.skipType(read & 7)
      }
      return value
    },
  }
}

function shown(value: unknown): string {
  return typeof value === 'string' && value.length < 40 ? `'${value}'` : kindOf(value)
}

export const WELL_KNOWN: Record<string, Body> = {
  'google.protobuf.Duration': duration,
  'google.protobuf.Timestamp': timestamp,
  'google.protobuf.FieldMask': fieldMask,
  'google.protobuf.Struct': struct,
  'google.protobuf.ListValue': list,
  'google.protobuf.Value': jsonValue,
  'google.protobuf.DoubleValue': wrapper(TYPE.double, 0),
  'google.protobuf.FloatValue': wrapper(TYPE.float, 0),
  'google.protobuf.Int64Value': wrapper(TYPE.int64, '0'),
  'google.protobuf.UInt64Value': wrapper(TYPE.uint64, '0'),
  'google.protobuf.Int32Value': wrapper(TYPE.int32, 0),
  'google.protobuf.UInt32Value': wrapper(TYPE.uint32, 0),
  'google.protobuf.BoolValue': wrapper(TYPE.bool, false),
  'google.protobuf.StringValue': wrapper(TYPE.string, ''),
  'google.protobuf.BytesValue': wrapper(TYPE.bytes, ''),
}
