// An edge for tests of TLS: a gateway with real certificates in front of a sidecar, a TLS server and two TCP servers.
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join as path } from 'node:path'
import type { TestContext } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { isProblem } from '../../src/ca/problem.ts'
import { enrolWorkload } from '../../src/cli/bootstrap.ts'
import { type KeyPair, type TestCa, testCa } from './certificates.ts'
import { testFolder } from './envoy.ts'
import { type HttpRequest, request } from './http.ts'
import { startMesh, type TestMesh } from './mesh.ts'
import { loopback } from './ports.ts'
import { httpUpstream, tcpUpstream, type Upstream } from './upstreams.ts'
import { join, policy, service, workload } from './workload.ts'

export const HTTPS = 8443

export interface Edge {
  readonly mesh: TestMesh
  /** Address of the gateway. */
  readonly address: string
  readonly ca: TestCa
  readonly clients: TestCa
  readonly secure: Upstream
  readonly secureCertificate: KeyPair
  /** Over TLS with the server name given; the host is the same unless told otherwise. */
  ask(name: string, options?: Partial<HttpRequest>): Promise<string>
  /** A connection, and the serial number of the certificate that was shown. */
  dial(
    name: string,
    options?: { readonly port?: number },
  ): Promise<{ socket: TLSSocket; serial: string }>
  /** Certificate and key of a workload of the mesh. */
  identity(workload: string): Promise<{ cert: string; key: string; ca: string }>
}

/** `files.yaml` may be anything; the Gateway's servers are JSON. */
export async function startEdge(
  t: TestContext,
  parts: (edge: {
    readonly ca: TestCa
    readonly clients: TestCa
    readonly folder: string
  }) => Promise<string[]>,
): Promise<Edge> {
  const [ca, clients] = [await testCa('public'), await testCa('partner')]
  const [address, web] = [loopback(), loopback()]
  const folder = testFolder(t)
  mkdirSync(folder, { recursive: true })
  const application = await httpUpstream(t, { name: 'web' })
  const secureCertificate = await ca.issue({ dns: 'a.passed.test' })
  const secure = await httpUpstream(t, {
    ...{ name: 'secure', address: loopback(), port: 8443 },
    tls: { key: secureCertificate.keyPem, cert: secureCertificate.chainPem },
  })
  const one = await tcpUpstream(t, {
    name: 'one',
    address: loopback(),
    port: 9000,
    greeting: 'one',
  })
  const two = await tcpUpstream(t, {
    name: 'two',
    address: loopback(),
    port: 9000,
    greeting: 'two',
  })
  const serves = [{ port: 8080, protocol: 'HTTP', application: application.port }]
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({ workload: 'edge/gateway', address, labels: { istio: 'edge' } }),
        workload({
          workload: 'shop/web',
          address: web,
          account: 'web',
          labels: { app: 'web' },
          serves,
        }),
        workload({ workload: 'shop/secure', address: secure.address, labels: { app: 'secure' } }),
        workload({ workload: 'shop/one', address: one.address, labels: { app: 'lines', v: '1' } }),
        workload({ workload: 'shop/two', address: two.address, labels: { app: 'lines', v: '2' } }),
        service('shop/web', { app: 'web' }, 'http:8000:8080'),
        service('shop/secure', { app: 'secure' }, 'tls:9443:8443'),
        service('shop/lines', { app: 'lines' }, 'tcp:9000:9000'),
        policy(
          'DestinationRule',
          'shop/lines',
          '{host: lines, subsets: [{name: v1, labels: {v: "1"}}, {name: v2, labels: {v: "2"}}]}',
        ),
      ),
      'edge.yaml': join(...(await parts({ ca, clients, folder }))).replaceAll('EDGE', address),
    },
    proxies: ['edge/gateway', 'shop/web'],
  })
  const options = (servername: string) => ({ servername, ca: ca.rootPem })
  return {
    ...{ mesh, address, ca, clients, secure, secureCertificate },
    ask: (name, given = {}) =>
      status({ address, port: HTTPS, host: name, ...given }, options(name)),
    dial: (name, given = {}) => dial(address, given.port ?? HTTPS, options(name)),
    identity: (named) => identity(t, mesh, named),
  }
}

/** Status and answering upstream, or why there is no answer. */
async function status(given: HttpRequest, tls: object): Promise<string> {
  try {
    const answer = await request({ ...given, tls: { ...tls, ...given.tls } })
    const by = answer.status === 200 ? ` ${answer.json<{ name: string }>().name}` : ''
    return `${answer.status}${by}`
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code ?? message
  }
}

function dial(
  address: string,
  port: number,
  tls: { servername: string; ca: string },
): Promise<{ socket: TLSSocket; serial: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, ...tls, ALPNProtocols: ['http/1.1'] }, () =>
      resolve({ socket, serial: socket.getPeerCertificate().serialNumber }),
    )
    socket.on('error', reject)
  })
}

async function identity(t: TestContext, { app, config }: TestMesh, named: string) {
  const out = testFolder(t)
  const enrolled = await enrolWorkload({
    ...{ workload: named, xds: app.xds, out, admin: '127.0.0.1:0' },
    tokenFile: path(dirname(config), 'data', 'join-token'),
  })
  if (isProblem(enrolled)) throw new Error(enrolled.text)
  const read = (name: string) => readFileSync(path(out, 'certs', name), 'utf8')
  const ca = app.authority.trust.rootsPem.join('')
  return { cert: read('chain.pem'), key: read('key.pem'), ca }
}

export interface ServerOptions {
  readonly name: string
  readonly port?: number
  readonly protocol?: string
  readonly hosts: readonly string[]
  readonly tls?: object
}

/** A Gateway `edge/NAME` bound to the gateway's address. */
export function gateway(name: string, ...servers: readonly ServerOptions[]): string {
  const list = servers.map(({ name, port = HTTPS, protocol = 'HTTPS', hosts, tls }) => ({
    ...{ port: { number: port, name, protocol }, bind: 'EDGE', hosts },
    ...(tls ? { tls } : {}),
  }))
  const spec = JSON.stringify({ selector: { istio: 'edge' }, servers: list })
  return policy('Gateway', `edge/${name}`, spec)
}
