// Addresses of tests: every caller gets a loopback address of its own, so that fixed listener ports never collide.
import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

let count = 0

/**
 * A fresh address of 127.0.0.0/8, different for each call in this process and, by the process id, between processes
 * that run at the same time.
 */
export function loopback(): string {
  count += 1
  const slot = process.pid % 0x3fff
  // 14 bits of process, 8 of count; 127.0.x.y is left to people and to the defaults.
  if (count > 253) throw new Error('a test file uses at most 253 loopback addresses')
  return `127.${64 + (slot >> 8)}.${slot & 0xff}.${count}`
}

/**
 * A port that is free on `host` now, for what cannot listen on port 0 itself. It is below those that the system gives to
 * connections and to listeners on port 0, and reserved until this process ends, so that neither it nor a test that runs at
 * the same time is given the port before it is used.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(20_000, 32_768)
    if ((await listens(host, port)) && (await reserve(port))) return port
  }
  throw new Error(`no port is free on ${host}`)
}

function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}

/** Holds the port of that number for UDP on an address that nobody else uses; on others it is free for UDP, too. */
function reserve(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.once('error', () => socket.close(() => resolve(false)))
    socket.bind(port, '127.255.255.254', () => {
      socket.unref()
      resolve(true)
    })
  })
}
