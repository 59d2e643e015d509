// Stands between Lotse and a real API server, and does to its answers what a test says.
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Cleanup } from '../../support/cleanup.ts'
import { testFolder } from '../../support/envoy.ts'
import type { ApiServer } from './api-server.ts'

/** For a request that it is about; undefined leaves the request alone. */
export type Fault =
  | { readonly delay: number }
  | { readonly status: number; readonly message: string }
  | { readonly events: readonly object[] }

export interface FaultyServer {
  readonly kubeconfig: string
  /** From now on; ends all watches, so that they come again. */
  fault(which: ((path: string) => Fault | undefined) | undefined): void
}

export async function startFaulty(t: Cleanup, server: ApiServer): Promise<FaultyServer> {
  let which: (path: string) => Fault | undefined = () => undefined
  const open = new Set<IncomingMessage>()
  const agent = new Agent({ rejectUnauthorized: false, keepAlive: true })
  const proxy = createServer(async (asked, answer) => {
    open.add(asked)
    answer.once('close', () => open.delete(asked))
    const fault = which(asked.url ?? '')
    if (fault && 'delay' in fault) await pause(fault.delay)
    if (fault && 'status' in fault) {
      const { status, message } = fault
      answer.writeHead(status, { 'content-type': 'application/json' })
      answer.end(JSON.stringify({ kind: 'Status', message, code: status }))
      return
    }
    if (fault && 'events' in fault) {
      answer.end(fault.events.map((event) => `${JSON.stringify(event)}\n`).join(''))
      return
    }
    const { method, headers, url } = asked
    const passed = request(`${server.url}${url}`, { method, headers, agent }, (found) => {
      answer.writeHead(found.statusCode ?? 500, found.headers)
      // A watch says that it is open long before there is news.
      answer.flushHeaders()
      found.pipe(answer)
      answer.once('close', () => found.destroy())
    })
    passed.once('error', () => answer.destroy())
    asked.pipe(passed)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    proxy.closeAllConnections()
    proxy.close()
    agent.destroy()
  })
  const { port } = proxy.address() as AddressInfo
  const config = JSON.parse(readFileSync(server.kubeconfig, 'utf8')) as {
    clusters: { cluster: { server: string } }[]
  }
  for (const { cluster } of config.clusters) cluster.server = `http://127.0.0.1:${port}`
  const kubeconfig = join(testFolder(t), 'kubeconfig')
  writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 })
  return {
    kubeconfig,
    fault: (now) => {
      which = now ?? (() => undefined)
      for (const asked of open) asked.socket.destroy()
    },
  }
}
