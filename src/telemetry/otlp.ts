// Reads OTLP metrics as far as proxies report them: counters and histograms as differences, gauges, with text attributes.
import protobuf from 'protobufjs/minimal.js'

export interface Point {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  /** Of a counter or a gauge. */
  readonly value?: number
  readonly isGauge?: true
  readonly histogram?: Histogram
}

export interface Histogram {
  readonly sum: number
  /** One more than bounds: the last counts what is above all of them. */
  readonly counts: readonly number[]
  readonly bounds: readonly number[]
}

/** More of either is nonsense or an attack. */
const MOST_POINTS = 20_000
const LONGEST_TEXT = 1024
const MOST_BUCKETS = 200

type Reader = protobuf.Reader
/** Reads the fields it knows; the rest is skipped. */
type Fields = Readonly<Record<number, (reader: Reader, wire: number) => void>>

/** Calls `take` for each data point of an ExportMetricsServiceRequest. Throws for bytes that are no such message. */
export function readMetrics(bytes: Uint8Array, take: (point: Point) => void): void {
  let points = 0
  const limited = (point: Point) => {
    points += 1
    if (points > MOST_POINTS) throw new Error(`more than ${MOST_POINTS} data points`)
    take(point)
  }
  const metrics: Fields = { 2: inner((reader, end) => readMetric(reader, end, limited)) }
  const scopes: Fields = { 2: nested(metrics) }
  message(protobuf.Reader.create(bytes), bytes.length, { 1: nested(scopes) })
}

function readMetric(reader: Reader, end: number, take: (point: Point) => void): void {
  let name = ''
  const counters: Point[] = []
  const add = (point: Omit<Point, 'name'>) => counters.push({ name: '', ...point })
  message(reader, end, {
    1: (from) => {
      name = text(from)
    },
    5: nested({ 1: inner((from, to) => add({ ...readNumber(from, to), isGauge: true })) }),
    7: nested({ 1: inner((from, to) => add(readNumber(from, to))) }),
    9: nested({ 1: inner((from, to) => add(readHistogram(from, to))) }),
  })
  for (const counter of counters) take({ ...counter, name })
}

function readNumber(reader: Reader, end: number): Omit<Point, 'name'> {
  const attributes = new Map<string, string>()
  let value = 0
  message(reader, end, {
    4: (from) => {
      value = from.double()
    },
    6: (from) => {
      value = fixed64(from)
    },
    7: attributeInto(attributes),
  })
  return { attributes, value: amount(value) }
}

function readHistogram(reader: Reader, end: number): Omit<Point, 'name'> {
  const attributes = new Map<string, string>()
  const counts: number[] = []
  const bounds: number[] = []
  let sum = 0
  message(reader, end, {
    5: (from) => {
      sum = from.double()
    },
    6: repeated(counts, (from) => amount(fixed64(from))),
    7: repeated(bounds, (from) => from.double()),
    9: attributeInto(attributes),
  })
  return { attributes, histogram: { sum: amount(sum), counts, bounds } }
}

function attributeInto(attributes: Map<string, string>) {
  return inner((reader, end) => {
    let key = ''
    let value = ''
    message(reader, end, {
      1: (from) => {
        key = text(from)
      },
      2: nested({
        1: (from) => {
          value = text(from)
        },
      }),
    })
    attributes.set(key, value)
  })
}

function message(reader: Reader, end: number, fields: Fields): void {
  while (reader.pos < end) {
    const tag = reader.uint32()
    const read = fields[tag >>> 3]
    if (read) read(reader, tag & 7)
    else reader.skipType(tag & 7)
  }
  if (reader.pos !== end) throw new Error('a message ends within a field')
}

/** A field that holds a message, given as where it ends. */
function inner(read: (reader: Reader, end: number) => void) {
  return (reader: Reader, wire: number) => {
    if (wire !== 2) throw new Error('a message is expected')
    const length = reader.uint32()
    const end = reader.pos + length
    if (end > reader.len) throw new Error('a message is longer than its bytes')
    read(reader, end)
  }
}

function nested(fields: Fields) {
  return inner((reader, end) => message(reader, end, fields))
}

/** Packed or one by one. */
function repeated(into: number[], read: (reader: Reader) => number) {
  const one = (reader: Reader) => {
    if (into.length > MOST_BUCKETS) throw new Error('too many buckets')
    into.push(read(reader))
  }
  const packed = inner((reader, end) => {
    while (reader.pos < end) one(reader)
  })
  return (reader: Reader, wire: number) => (wire === 2 ? packed(reader, wire) : one(reader))
}

function text(reader: Reader): string {
  const value = reader.string()
  return value.length > LONGEST_TEXT ? value.slice(0, LONGEST_TEXT) : value
}

function fixed64(reader: Reader): number {
  const low = reader.fixed32()
  return low + reader.fixed32() * 2 ** 32
}

/** No count is negative, endless or not a number, whatever a proxy says. */
function amount(value: number): number {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : 0
}
