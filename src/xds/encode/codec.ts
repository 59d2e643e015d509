// What encoding and decoding one value means, and the errors of a run.
import type protobuf from 'protobufjs/minimal.js'
import type { Writer } from './writer.ts'

export type Reader = protobuf.Reader

/** One thing wrong in an authored message. */
export interface EncodeError {
  /** JSON pointer into what was given: `/virtual_hosts/3/routes/0/match`. */
  pointer: string
  text: string
}

/** The state of encoding one message. Errors get the front of their pointers on the way out. */
export interface Run {
  out: Writer
  errors: EncodeError[]
  depth: number
  /** Whether Envoy's validation rules are checked. */
  rules: boolean
}

/** Writes and reads one value after its tag. */
export interface Codec {
  /** Wire type: 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  wire: 0 | 1 | 2 | 5
  /** Writes the value, or reports why it cannot. */
  write(run: Run, value: unknown): void
  read(reader: Reader): unknown
  /** Whether the value is the one a field without presence has when unset. */
  isZero(value: unknown): boolean
  /** JSON null is a value and not the absence of one. */
  takesNull?: boolean
}

/** Writes and reads the content of a message, without its length. */
export interface Body {
  write(run: Run, value: unknown): void
  read(reader: Reader, end: number): unknown
  /** The JSON form is not an object with the message's fields: inside an Any it stands under `value`. */
  special: boolean
  takesNull?: boolean
}

export function report(run: Run, text: string): void {
  run.errors.push({ pointer: '', text })
}

/** Puts `key` before the pointers of the errors found since there were `before` of them. */
export function locate(run: Run, before: number, key: string | number): void {
  const part = `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
  for (let index = before; index < run.errors.length; index++) {
    const error = run.errors[index]!
    error.pointer = part + error.pointer
  }
}

/** What kind of JSON value this is; never the value, which may be a secret. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  return typeof value === 'undefined' ? 'nothing' : `a ${typeof value}`
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Sets a key that may be `__proto__`. */
export function put(to: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(to, key, { value, enumerable: true, configurable: true, writable: true })
  } else to[key] = value
}
