// Opening and closing a server, the same for every protocol.
import type { AddressInfo, Server } from 'node:net'

export interface Listening {
  readonly port: number
  close(): Promise<void>
}

/** Listens (0: any free port); `hangUp` ends the connections that are still open when it closes. */
export async function listen(
  server: Server,
  host: string,
  port: number,
  hangUp: () => void,
): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      hangUp()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
