// A small shop for tests of routing: a client behind its sidecar in each of two namespaces, three servers without one.
import type { TestContext } from 'node:test'
import { type HttpRequest, request } from './http.ts'
import { type MeshOptions, startMesh, type TestMesh } from './mesh.ts'
import { loopback } from './ports.ts'
import { type Echo, httpUpstream, type Upstream } from './upstreams.ts'
import { join, policy, service, workload } from './workload.ts'

export const PORT = 8000
export const SECOND = 8001

export interface Shop {
  readonly mesh: TestMesh
  readonly one: Upstream
  readonly two: Upstream
  readonly other: Upstream
  /** A request from the client in namespace `shop`, to host `web` by default. */
  ask(options?: Partial<HttpRequest>): Promise<Answer>
  /** The same from the client in namespace `else`. */
  askElsewhere(options?: Partial<HttpRequest>): Promise<Answer>
  /** Replaces all rules. */
  rules(...documents: string[]): Promise<void>
  /** Replaces all rules by one VirtualService `shop/web`, whose `http` is given. */
  http(rules: string): Promise<void>
}

export interface Answer {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Which upstream answered; empty if none did. */
  readonly by: string
  readonly echo: Echo
}

export async function startShop(
  t: TestContext,
  options: Pick<MeshOptions, 'delivery' | 'preflight'> = {},
): Promise<Shop> {
  const client = loopback()
  const elsewhere = loopback()
  const at = (name: string) => httpUpstream(t, { name, address: loopback(), port: 8080 })
  const [one, two, other] = await Promise.all([at('one'), at('two'), at('other')])
  const calls = [
    { port: PORT, protocol: 'HTTP' },
    { port: SECOND, protocol: 'HTTP' },
  ]
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({ workload: 'shop/client', address: client, labels: { team: 'red' }, calls }),
        workload({ workload: 'else/client', address: elsewhere, calls }),
        workload({ workload: 'shop/one', address: one.address, labels: { app: 'web', v: '1' } }),
        workload({ workload: 'shop/two', address: two.address, labels: { app: 'web', v: '2' } }),
        workload({ workload: 'else/other', address: other.address, labels: { app: 'other' } }),
        service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
        // Nothing listens behind its second port.
        service('shop/twoports', { app: 'web' }, `http:${PORT}:8080`, `http:${SECOND}:8081`),
        service('else/other', { app: 'other' }, `http:${PORT}:8080`),
        // The same short name in another namespace.
        service('else/web', { app: 'other' }, `http:${PORT}:8080`),
        policy(
          'DestinationRule',
          'shop/web',
          '{host: web, subsets: [{name: v1, labels: {v: "1"}}, {name: v2, labels: {v: "2"}}, {name: none, labels: {v: "9"}}]}',
        ),
      ),
      'rules.yaml': '',
    },
    proxies: ['shop/client', 'else/client'],
    ...options,
  })
  const asker =
    (address: string) =>
    async (options: Partial<HttpRequest> = {}): Promise<Answer> => {
      const answer = await request({ address, port: PORT, host: 'web', ...options })
      const { status, body, headers } = answer
      const echo = body.startsWith('{') ? answer.json<Echo>() : ({} as Echo)
      return { status, body, headers, by: echo.name ?? '', echo }
    }
  const rules = (...documents: string[]) => mesh.edit('rules.yaml', join(...documents))
  return {
    ...{ mesh, one, two, other, rules },
    ask: asker(client),
    askElsewhere: asker(elsewhere),
    http: (text) => rules(policy('VirtualService', 'shop/web', `{hosts: [web], http: ${text}}`)),
  }
}
