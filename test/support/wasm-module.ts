// A module of WebAssembly for Envoy, put together byte by byte: it adds the response header `x-wasm` with its own configuration as the value.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const I32 = 0x7f
const END = 0x0b
const DROP = 0x1a

const text = (value: string): number[] => [value.length, ...Buffer.from(value)]
const list = (items: readonly number[][]): number[] => [items.length, ...items.flat()]
const type = (parameters: number, results: number) => [
  0x60,
  ...list(Array.from({ length: parameters }, () => [I32])),
  ...list(Array.from({ length: results }, () => [I32])),
]
const constant = (value: number) => [0x41, value]
const argument = (index: number) => [0x20, index]
const call = (index: number) => [0x10, index]
const load = (address: number) => [...constant(address), 0x28, 2, 0]
const code = (...body: readonly number[][]) => {
  const bytes = [0, ...body.flat(), END]
  return [bytes.length, ...bytes]
}
/** Sections here are longer than one byte of LEB128 tells. */
const section = (id: number, bytes: number[]) => [
  id,
  (bytes.length & 0x7f) | 0x80,
  bytes.length >> 7,
  ...bytes,
]

/** Where the name of the header is, and where the host writes the place and the length of the configuration. */
const [NAME, PLACE, LENGTH] = [8, 32, 36]
const HEADER = 'x-wasm'
/** As the interface numbers them. */
const [RESPONSE_HEADERS, CONFIGURATION] = [2, 7]

const types = list([type(0, 0), type(1, 1), type(3, 1), type(5, 1), type(2, 1)])
const imports = list(
  ['proxy_get_buffer_bytes', 'proxy_add_header_map_value'].map((name) => [
    ...text('env'),
    ...text(name),
    ...[0, 3],
  ]),
)
const exports = list([
  [...text('memory'), 2, 0],
  [...text('proxy_abi_version_0_2_1'), 0, 2],
  [...text('proxy_on_memory_allocate'), 0, 3],
  [...text('proxy_on_configure'), 0, 4],
  [...text('proxy_on_response_headers'), 0, 5],
])
const functions = list([
  code(),
  // Memory is never given back: the global says where it is free.
  code([0x23, 0], [0x23, 0], argument(0), [0x6a], [0x24, 0]),
  code(
    ...[constant(CONFIGURATION), constant(0), argument(1), constant(PLACE), constant(LENGTH)],
    ...[call(0), [DROP], constant(1)],
  ),
  code(
    ...[constant(RESPONSE_HEADERS), constant(NAME), constant(HEADER.length)],
    ...[load(PLACE), load(LENGTH), call(1), [DROP], constant(0)],
  ),
])

const MODULE = Buffer.from([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, types),
  ...section(2, imports),
  ...section(3, list([[0], [1], [4], [2]])),
  ...section(5, list([[0, 1]])),
  // A number that changes; it begins at 1024.
  ...section(6, list([[I32, 1, 0x41, 0x80, 0x08, END]])),
  ...section(7, exports),
  ...section(10, functions),
  ...section(11, list([[0, ...constant(NAME), END, ...text(HEADER)]])),
])

/** Writes it into the folder; gives its path. */
export function wasmModule(folder: string): string {
  const path = join(folder, 'module.wasm')
  writeFileSync(path, MODULE)
  return path
}
