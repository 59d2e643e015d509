// Addresses of pods in tests: of the network for benchmarks (RFC 2544), which `test/kubernetes/in-namespace` makes this host's own.
import { createServer } from 'node:net'
import { apiServerMissing } from './api-server.ts'

let last = 0

/** Files run side by side: an address tells the process, too, or an Envoy would take another test's requests. */
const SLOT = process.pid % 512

/** One that no other test has. */
export function podAddress(): string {
  last += 1
  if (last > 254) throw new Error('a test file uses at most 254 pods')
  return `198.${18 + (SLOT >> 8)}.${SLOT & 255}.${last}`
}

function hasAddresses(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(0, '198.18.0.1', () => server.close(() => resolve(true)))
  })
}

/** For node:test's `skip`: why there is no cluster for tests here, else false. */
export const skip: string | false = (await hasAddresses())
  ? (apiServerMissing() ?? false)
  : 'run it by test/kubernetes/in-namespace, where pods have addresses'
