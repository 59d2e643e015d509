// Reads OTLP metrics as far as proxies report them: counters and histograms as differences, gauges, with text attributes.
import protobuf from 'protobufjs/minimal.js'

export interface Point {
  readonly subject: Subject
  /** Of a counter or a gauge. */
  readonly value?: number
  readonly isGauge?: true
  readonly histogram?: Histogram
}

/** What a point is about. */
export interface Subject {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
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
/** Subjects that are remembered, and bytes of the longest one. */
const MOST_SUBJECTS = 40_000
const LONGEST_SUBJECT = 512

type Reader = protobuf.Reader
type Take = (point: Point) => void

/** Fields of OTLP's messages, by what holds them. */
const GAUGE = 5
const SUM = 7
const HISTOGRAM = 9
const ATTRIBUTES = { number: 7, histogram: 9 } as const

/**
 * Proxies report the same subjects again and again: one that came in the same bytes before is the identical object, and is not read.
 */
export class MetricsReader {
  readonly #onForget: () => void
  /** By name, then by the bytes of all attributes. */
  readonly #known = new Map<string, Map<string, Subject>>()
  #size = 0
  #points = 0

  /** Called when all subjects were forgotten, since there were too many. */
  constructor(onForget: () => void = () => undefined) {
    this.#onForget = onForget
  }

  /** Calls `take` for each data point of an ExportMetricsServiceRequest. Throws for bytes that are no such message. */
  read(bytes: Uint8Array, take: Take): void {
    this.#points = 0
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const reader = protobuf.Reader.create(buffer)
    // resource_metrics, scope_metrics, metrics
    each(reader, buffer.length, 1, (resource) =>
      each(reader, resource, 2, (scope) =>
        each(reader, scope, 2, (metric) => this.#metric(reader, metric, take)),
      ),
    )
  }

  #metric(reader: Reader, end: number, take: Take): void {
    let name = ''
    const data: { readonly field: number; readonly from: number; readonly to: number }[] = []
    while (reader.pos < end) {
      const tag = reader.uint32()
      const field = tag >>> 3
      if (field === 1) name = text(reader)
      else if (field === GAUGE || field === SUM || field === HISTOGRAM) {
        const to = endOf(reader, tag)
        data.push({ field, from: reader.pos, to })
        reader.pos = to
      } else reader.skipType(tag & 7)
    }
    ended(reader, end)
    for (const { field, from, to } of data) {
      reader.pos = from
      each(reader, to, 1, (point) => {
        this.#points += 1
        if (this.#points > MOST_POINTS) throw new Error(`more than ${MOST_POINTS} data points`)
        if (field === HISTOGRAM) this.#histogram(reader, point, name, take)
        else this.#number(reader, point, { name, isGauge: field === GAUGE }, take)
      })
    }
  }

  #number(
    reader: Reader,
    end: number,
    { name, isGauge }: { readonly name: string; readonly isGauge: boolean },
    take: Take,
  ): void {
    let value = 0
    let attributes = ''
    while (reader.pos < end) {
      const from = reader.pos
      const tag = reader.uint32()
      const field = tag >>> 3
      if (field === ATTRIBUTES.number) attributes += bytesOf(reader, from, tag)
      else if (field === 4) value = reader.double()
      else if (field === 6) value = fixed64(reader)
      else reader.skipType(tag & 7)
    }
    ended(reader, end)
    const subject = this.#subject(name, attributes)
    const counted = { subject, value: amount(value) }
    take(isGauge ? { ...counted, isGauge: true } : counted)
  }

  #histogram(reader: Reader, end: number, name: string, take: Take): void {
    let sum = 0
    let count: number | undefined
    let attributes = ''
    const counts: number[] = []
    const bounds: number[] = []
    while (reader.pos < end) {
      const from = reader.pos
      const tag = reader.uint32()
      const field = tag >>> 3
      if (field === ATTRIBUTES.histogram) attributes += bytesOf(reader, from, tag)
      else if (field === 4) count = counted(reader)
      else if (field === 5) sum = reader.double()
      else if (field === 6) repeated(reader, tag, counts, counted)
      else if (field === 7) repeated(reader, tag, bounds, double)
      else reader.skipType(tag & 7)
    }
    ended(reader, end)
    const subject = this.#subject(name, attributes)
    if (count !== undefined && counts.length > 0) counts.push(above(count, counts))
    take({ subject, histogram: { sum: amount(sum), counts, bounds } })
  }

  #subject(name: string, bytes: string): Subject {
    const known = this.#known.get(name)?.get(bytes)
    if (known) return known
    const subject = { name, attributes: readAttributes(bytes) }
    if (name.length + bytes.length > LONGEST_SUBJECT) return subject
    if (this.#size >= MOST_SUBJECTS) {
      this.#known.clear()
      this.#size = 0
      this.#onForget()
    }
    const ofName = this.#known.get(name) ?? new Map<string, Subject>()
    this.#known.set(name, ofName.set(bytes, subject))
    this.#size += 1
    return subject
  }
}

/** A field with its tag, a character a byte. */
function bytesOf(reader: Reader, from: number, tag: number): string {
  reader.pos = endOf(reader, tag)
  return (reader.buf as Buffer).toString('latin1', from, reader.pos)
}

function readAttributes(bytes: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>()
  const reader = protobuf.Reader.create(Buffer.from(bytes, 'latin1'))
  while (reader.pos < reader.len) {
    const end = endOf(reader, reader.uint32())
    let key = ''
    let value = ''
    while (reader.pos < end) {
      const tag = reader.uint32()
      if (tag >>> 3 === 1) key = text(reader)
      else if (tag >>> 3 === 2) value = textValue(reader, endOf(reader, tag))
      else reader.skipType(tag & 7)
    }
    ended(reader, end)
    attributes.set(key, value)
  }
  return attributes
}

/** An AnyValue; empty if it is no text. */
function textValue(reader: Reader, end: number): string {
  let value = ''
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag >>> 3 === 1) value = text(reader)
    else reader.skipType(tag & 7)
  }
  ended(reader, end)
  return value
}

/** Calls `read` for each message in this field, with where it ends; the other fields are skipped. */
function each(reader: Reader, end: number, field: number, read: (end: number) => void): void {
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag >>> 3 === field) read(endOf(reader, tag))
    else reader.skipType(tag & 7)
  }
  ended(reader, end)
}

/** Where the message ends that follows this tag. */
function endOf(reader: Reader, tag: number): number {
  if ((tag & 7) !== 2) throw new Error('a message is expected')
  const length = reader.uint32()
  const end = reader.pos + length
  if (end > reader.len) throw new Error('a message is longer than its bytes')
  return end
}

function ended(reader: Reader, end: number): void {
  if (reader.pos !== end) throw new Error('a message ends within a field')
}

/** Packed or one by one. */
function repeated(
  reader: Reader,
  tag: number,
  into: number[],
  read: (reader: Reader) => number,
): void {
  const end = (tag & 7) === 2 ? endOf(reader, tag) : reader.pos + 1
  while (reader.pos < end) {
    if (into.length > MOST_BUCKETS) throw new Error('too many buckets')
    into.push(read(reader))
  }
}

function text(reader: Reader): string {
  const value = reader.string()
  return value.length > LONGEST_TEXT ? value.slice(0, LONGEST_TEXT) : value
}

function double(reader: Reader): number {
  return reader.double()
}

function fixed64(reader: Reader): number {
  const low = reader.fixed32()
  return low + reader.fixed32() * 2 ** 32
}

function counted(reader: Reader): number {
  return amount(fixed64(reader))
}

/**
 * What is above all bounds, in the place of what is said of it: what lies a little above the last bound Envoy counts below that bound
 * and above it.
 */
function above(count: number, counts: number[]): number {
  counts.pop()
  return amount(count - counts.reduce((all, one) => all + one, 0))
}

/** No count is negative, endless or not a number, whatever a proxy says. */
function amount(value: number): number {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : 0
}
