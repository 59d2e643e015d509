// Redis's protocol (RESP 2), the part that the cart needs: commands as arrays of bulk strings, and the five kinds of reply.

export type Reply = string | number | null | Error | readonly Reply[]

export function encodeCommand(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`
}

export function encodeReply(reply: Reply): string {
  if (reply === null) return '$-1\r\n'
  if (typeof reply === 'number') return `:${reply}\r\n`
  if (reply instanceof Error) return `-ERR ${reply.message}\r\n`
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`
  return `*${reply.length}\r\n${reply.map(encodeReply).join('')}`
}

/** Collects bytes and yields every complete value in them; a command is read as an array of strings. */
export class RespReader {
  #rest: Buffer = Buffer.alloc(0)

  push(bytes: Buffer): Reply[] {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    const values: Reply[] = []
    for (;;) {
      const parsed = parse(this.#rest, 0)
      if (!parsed) return values
      values.push(parsed.value)
      this.#rest = this.#rest.subarray(parsed.end)
    }
  }
}

interface Parsed {
  readonly value: Reply
  readonly end: number
}

function parse(bytes: Buffer, start: number): Parsed | undefined {
  const lineEnd = bytes.indexOf('\r\n', start)
  if (lineEnd < 0) return undefined
  const line = bytes.toString('utf8', start + 1, lineEnd)
  const end = lineEnd + 2
  switch (bytes.toString('latin1', start, start + 1)) {
    case '+':
      return { value: line, end }
    case '-':
      return { value: new Error(line), end }
    case ':':
      return { value: Number(line), end }
    case '$':
      return parseBulk(bytes, Number(line), end)
    case '*':
      return parseArray(bytes, Number(line), end)
    default:
      return { value: new Error('not RESP'), end }
  }
}

function parseBulk(bytes: Buffer, length: number, start: number): Parsed | undefined {
  if (length < 0) return { value: null, end: start }
  if (bytes.length < start + length + 2) return undefined
  return { value: bytes.toString('utf8', start, start + length), end: start + length + 2 }
}

function parseArray(bytes: Buffer, length: number, start: number): Parsed | undefined {
  const items: Reply[] = []
  let end = start
  for (let count = 0; count < length; count++) {
    const item = parse(bytes, end)
    if (!item) return undefined
    items.push(item.value)
    end = item.end
  }
  return { value: items, end }
}
