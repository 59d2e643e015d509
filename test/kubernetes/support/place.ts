// Addresses of pods in tests: TEST-NET-1, which `test/kubernetes/in-namespace` makes this host's own.
import { createServer } from 'node:net'
import { apiServerMissing } from './api-server.ts'

let last = 0

/** One that no other test has: each test file runs by itself. */
export function podAddress(): string {
  last += 1
  if (last > 254) throw new Error('a test file uses at most 254 pods')
  return `192.0.2.${last}`
}

function hasAddresses(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(0, '192.0.2.1', () => server.close(() => resolve(true)))
  })
}

/** For node:test's `skip`: why there is no cluster for tests here, else false. */
export const skip: string | false = (await hasAddresses())
  ? (apiServerMissing() ?? false)
  : 'run it by test/kubernetes/in-namespace, where pods have addresses'
