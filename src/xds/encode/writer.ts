// A growing byte buffer that writes protobuf's wire format.

const text = new TextEncoder()
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/
const doubles = new DataView(new ArrayBuffer(8))

export class Writer {
  #bytes = new Uint8Array(16_384)
  #at = 0

  /** Bytes written so far. */
  get length(): number {
    return this.#at
  }

  /** Forgets what was written after `length`. */
  cutTo(length: number): void {
    this.#at = length
  }

  /** A copy of everything written. */
  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#at)
  }

  /** An unsigned 32-bit varint. */
  uint32(value: number): void {
    this.#reserve(5)
    let rest = value >>> 0
    while (rest > 127) {
      this.#bytes[this.#at++] = (rest & 127) | 128
      rest >>>= 7
    }
    this.#bytes[this.#at++] = rest
  }

  /** A varint of 64 bits; negative numbers take ten bytes. */
  uint64(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0 && value <= 0xffff_ffff) {
      this.uint32(value)
      return
    }
    let rest = BigInt.asUintN(64, BigInt(value))
    this.#reserve(10)
    while (rest > 127n) {
      this.#bytes[this.#at++] = Number(rest & 127n) | 128
      rest >>= 7n
    }
    this.#bytes[this.#at++] = Number(rest)
  }

  fixed32(value: number): void {
    doubles.setUint32(0, value, true)
    this.#copy(4)
  }

  fixed64(value: number | bigint): void {
    doubles.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true)
    this.#copy(8)
  }

  float(value: number): void {
    doubles.setFloat32(0, value, true)
    this.#copy(4)
  }

  double(value: number): void {
    doubles.setFloat64(0, value, true)
    this.#copy(8)
  }

  /** Length and UTF-8. False, and nothing sensible written, for half a surrogate pair: it has no UTF-8 form. */
  string(value: string): boolean {
    this.#reserve(value.length * 3 + 6)
    const bytes = this.#bytes
    const start = ++this.#at
    let at = start
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index)
      if (code > 127) {
        if (LONE_SURROGATE.test(value)) return false
        at = start + text.encodeInto(value, bytes.subarray(start)).written
        break
      }
      bytes[at++] = code
    }
    this.#at = at
    this.end(start)
    return true
  }

  /** Length and bytes. */
  raw(value: Uint8Array): void {
    this.uint32(value.length)
    this.#reserve(value.length)
    this.#bytes.set(value, this.#at)
    this.#at += value.length
  }

  /** Opens a length-delimited value; hand the result to `end`. */
  begin(): number {
    this.#reserve(6)
    return ++this.#at
  }

  /** Puts the length before what was written since `begin`. One byte is reserved for it; longer lengths move the content. */
  end(start: number): void {
    const length = this.#at - start
    if (length < 128) {
      this.#bytes[start - 1] = length
      return
    }
    const extra = length < 16_384 ? 1 : length < 2_097_152 ? 2 : length < 268_435_456 ? 3 : 4
    this.#reserve(extra)
    this.#bytes.copyWithin(start + extra, start, this.#at)
    const end = this.#at + extra
    this.#at = start - 1
    this.uint32(length)
    this.#at = end
  }

  #copy(count: number): void {
    this.#reserve(count)
    for (let index = 0; index < count; index++) {
      this.#bytes[this.#at++] = doubles.getUint8(index)
    }
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + count))
    grown.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = grown
  }
}
