// google.protobuf.Any: a message of a type named beside its fields.
import protobuf from 'protobufjs/minimal.js'
import { type Body, isObject, kindOf, locate, type Run, report } from './codec.ts'

const TYPE_URL = 0x0a
const VALUE = 0x12

/** The Any whose types are looked up with `bodyOf`. */
export function anyOf(bodyOf: (name: string) => Body | undefined): Body {
  return {
    special: true,
    write(run, value) {
      if (!isObject(value)) return report(run, `expected an object, got ${kindOf(value)}`)
      const url = value['@type']
      if (url === undefined && Object.keys(value).length === 0) return
      if (typeof url !== 'string') return report(run, "expected an object with '@type'")
      const body = bodyOf(url.slice(url.lastIndexOf('/') + 1))
      if (!body || !url.includes('/')) {
        return report(run, `'@type': ${url} is no message type of Envoy 1.40's API`)
      }
      run.out.uint32(TYPE_URL)
      run.out.string(url)
      writeContent(run, body, value)
    },
    read(reader, end) {
      let url = ''
      let bytes: Uint8Array = new Uint8Array()
      while (reader.pos < end) {
        const tag = reader.uint32()
        if (tag === TYPE_URL) url = reader.string()
        else if (tag === VALUE) bytes = reader.bytes()
        else reader.skipType(tag & 7)
      }
      if (url === '' && bytes.length === 0) return {}
      const body = bodyOf(url.slice(url.lastIndexOf('/') + 1))
      if (!body) return { '@type': url, value: Buffer.from(bytes).toString('base64') }
      const content = body.read(protobuf.Reader.create(bytes), bytes.length)
      return body.special
        ? { '@type': url, value: content }
        : { '@type': url, ...(content as Record<string, unknown>) }
    },
  }
}

function writeContent(run: Run, body: Body, { '@type': _, ...fields }: Record<string, unknown>) {
  const before = run.out.length
  run.out.uint32(VALUE)
  const start = run.out.begin()
  if (body.special) {
    const errors = run.errors.length
    for (const key of Object.keys(fields)) {
      if (key !== 'value') report(run, `unknown field '${key}' beside 'value'`)
    }
    body.write(run, fields.value)
    locate(run, errors, 'value')
  } else body.write(run, fields)
  if (run.out.length === start) run.out.cutTo(before)
  else run.out.end(start)
}
