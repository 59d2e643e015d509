// Addresses of tests: every caller gets a loopback address of its own, so that fixed listener ports never collide.
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

/** A port that is free on `host` now, for what cannot listen on port 0 itself. */
export function freePort(host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, host, () => {
      const address = server.address()
      server.close(() => {
        if (address && typeof address === 'object') resolve(address.port)
        else reject(new Error(`no port is free on ${host}`))
      })
    })
  })
}
