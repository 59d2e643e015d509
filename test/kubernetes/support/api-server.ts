// A real Kubernetes API server over a real etcd: no kubelet, no controllers, so pods and endpoint slices are what a test says.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import type { Cleanup } from '../../support/cleanup.ts'
import { type RunningCommand, start } from '../../support/command.ts'
import { testFolder } from '../../support/envoy.ts'
import { etcdMissing, startEtcd } from '../../support/etcd.ts'
import { freePort } from '../../support/ports.ts'
import { waitFor } from '../../support/wait.ts'
import { goTool } from './go-tool.ts'

const VERSION = 'v1.37.2'
const STAMP = 'k8s.io/component-base/version'

export interface Answer<T = unknown> {
  readonly status: number
  readonly body: T
}

export interface ApiServer {
  readonly url: string
  /** Of an administrator; 0600. */
  readonly kubeconfig: string
  /** A kubeconfig for another bearer token. */
  kubeconfigOf(token: string): string
  call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    contentType?: string,
  ): Promise<Answer<T>>
  /** Creates objects of any kind that the server knows; throws with the server's words if one is refused. */
  create(path: string, object: object): Promise<Record<string, unknown>>
  stop(): Promise<void>
  restart(): Promise<void>
}

let binary: ReturnType<typeof goTool> | undefined

/** Why no API server can run here; undefined if one can. Builds it, which takes minutes the first time. */
export function apiServerMissing(): string | undefined {
  const missing = etcdMissing()
  if (missing) return missing
  binary ??= goTool({
    module: 'test/kubernetes/apiserver',
    program: 'k8s.io/kubernetes/cmd/kube-apiserver',
    ldflags: `-X ${STAMP}.gitVersion=${VERSION} -X ${STAMP}.gitMajor=1 -X ${STAMP}.gitMinor=37`,
  })
  return typeof binary === 'string' ? undefined : binary.why
}

export async function startApiServer(t: Cleanup): Promise<ApiServer> {
  const missing = apiServerMissing()
  if (missing || typeof binary !== 'string') throw new Error(missing)
  const path = binary
  const [etcd] = await startEtcd(t)
  const folder = testFolder(t, 'kube')
  const admin = randomBytes(16).toString('hex')
  write(folder, 'tokens.csv', `${admin},admin,admin,system:masters\n`)
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  write(folder, 'sa.key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  write(folder, 'sa.pub', publicKey.export({ type: 'spki', format: 'pem' }).toString())
  const port = await freePort()
  const url = `https://127.0.0.1:${port}`
  const run = () => start(t, path, argumentsOf(folder, port, etcd!.url))
  let process = run()
  const kubeconfigOf = (token: string) =>
    write(folder, `kubeconfig-${token.slice(-12)}`, kubeconfig(url, token))
  const server: ApiServer = {
    url,
    kubeconfig: kubeconfigOf(admin),
    kubeconfigOf,
    call: (method, path, body, contentType) =>
      call({ url, token: admin }, method, path, body, contentType),
    async create(path, object) {
      const { status, body } = await server.call('POST', path, object)
      if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`)
      return body
    },
    async stop() {
      await process.stop('SIGKILL')
    },
    async restart() {
      process = run()
      await ready(server, process)
    },
  }
  await ready(server, process)
  return server
}

function argumentsOf(folder: string, port: number, etcd: string): string[] {
  return [
    ...['--etcd-servers', etcd, '--bind-address', '127.0.0.1', '--secure-port', String(port)],
    ...['--cert-dir', folder, '--token-auth-file', join(folder, 'tokens.csv')],
    ...[
      '--authorization-mode',
      'RBAC',
      '--service-account-issuer',
      'https://kubernetes.default.svc',
    ],
    ...['--service-account-key-file', join(folder, 'sa.pub')],
    ...['--service-account-signing-key-file', join(folder, 'sa.key')],
    ...['--service-cluster-ip-range', '10.96.0.0/16', '--allow-privileged=true'],
    // Nobody calls it there: no default route could tell an address.
    ...['--advertise-address', '192.0.2.254', '--endpoint-reconciler-type=none'],
  ]
}

async function ready(server: ApiServer, process: RunningCommand): Promise<void> {
  let ended = false
  void process.ended.then(() => {
    ended = true
  })
  const look = async () => {
    if (ended) return 'ended'
    if ((await server.call('GET', '/readyz')).status !== 200) return false
    return (await server.call('GET', '/api/v1/namespaces/default')).status === 200
  }
  const last = await waitFor('the API server to be ready', look, Boolean, {
    timeout: 120_000,
    every: 100,
    context: () => process.output().slice(-3000),
  })
  if (last === 'ended') throw new Error(`it ended: ${process.output().slice(-3000)}`)
}

const insecure = new Agent({ rejectUnauthorized: false, keepAlive: true })

function call<T>(
  { url, token }: { url: string; token: string },
  method: string,
  path: string,
  body: unknown,
  contentType = 'application/json',
): Promise<Answer<T>> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': contentType }
    const sent = request(`${url}${path}`, { method, headers, agent: insecure }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.once('error', reject)
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, body: parsed(text) as T })
      })
    })
    sent.once('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function kubeconfig(server: string, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  })
}

function write(folder: string, name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}
