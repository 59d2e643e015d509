// Security: mutual TLS everywhere, plain text nowhere, and who may ask the frontend for what.
import net from 'node:net'
import {
  EDGES,
  inboundAddress,
  NAMESPACE,
  SERVICES,
  serviceOf,
  TRUST_DOMAIN,
  WORKLOADS,
  type WorkloadRow,
} from '../topology.ts'
import { browse, type Check } from './check.ts'

export const authorization: Check = async ({ services }) => {
  const app = services.app('loadgenerator')
  const ask = (path: string, method = 'GET') => app.fetch('frontend', path, {}, { method })
  const wanted: readonly (readonly [what: string, status: number, got: Promise<number>])[] = [
    ['GET /api by loadgenerator', 200, ask('/api').then((answer) => answer.status)],
    ['POST /api by loadgenerator', 403, ask('/api', 'POST').then((answer) => answer.status)],
    ['GET / by loadgenerator', 403, ask('/').then((answer) => answer.status)],
    ['GET /api by ingressgateway', 403, browse('/api').then((answer) => answer.status)],
    ['GET / by ingressgateway', 200, browse('/').then((answer) => answer.status)],
  ]
  const results = await Promise.all(
    wanted.map(async ([what, status, got]) => ({ what, status, got: await got })),
  )
  return {
    passed: results.every(({ status, got }) => got === status),
    text: results.map(({ what, got }) => `${what} ${got}`).join(', '),
  }
}

/** Every inbound listener resets a caller that speaks plain HTTP. */
export const plainText: Check = async () => {
  const served = WORKLOADS.filter(
    (row) => row.proxied && SERVICES.some((service) => service.name === row.app),
  )
  const answers = await Promise.all(served.map(speakPlainly))
  const reset = answers.filter((answer) => answer === 'reset').length
  const other = served.flatMap((row, index) =>
    answers[index] === 'reset' ? [] : [`${row.name}: ${answers[index]}`],
  )
  return {
    passed: reset === served.length,
    text: `${reset} of ${served.length} workloads reset a plain-text caller${other.length > 0 ? `; ${other.join(', ')}` : ''}`,
  }
}

/** Every call between proxied workloads came with the caller's identity, proved by its certificate. */
export const mutualTls: Check = async ({ services }) => {
  const { proofs } = services.journal
  const problems: string[] = []
  const expected = [
    ...EDGES.filter((edge) => edge !== 'cartservice>redis-cart').map(
      (edge) => [edge, edge.split('>')[0]!] as const,
    ),
    ['visitor>frontend', 'ingressgateway'] as const,
  ]
  for (const [edge, account] of expected) {
    const identity = `spiffe://${TRUST_DOMAIN}/ns/${NAMESPACE}/sa/${account}`
    const found = [...(proofs.get(edge) ?? ['no call'])]
    const wrong = found.filter((one) => one !== identity)
    if (wrong.length > 0) problems.push(`${edge}: ${wrong.join(', ') || 'plain text'}`)
  }
  return {
    passed: problems.length === 0,
    text:
      problems.length === 0
        ? `the caller's SPIFFE identity was proved on ${EDGES.length - 1} calls and the gateway's; redis-cart has no Envoy and is called in plain text`
        : problems.join('; '),
  }
}

function speakPlainly(row: WorkloadRow): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(serviceOf(row.app).targetPort, inboundAddress(row))
    const end = (answer: string) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(10_000, () => end('no answer'))
    socket.on('connect', () => socket.write('GET / HTTP/1.1\r\nhost: plain\r\n\r\n'))
    socket.on('data', (bytes) => end(`answered ${bytes.toString('latin1', 0, 40)}`))
    socket.on('error', (error: NodeJS.ErrnoException) =>
      end(error.code === 'ECONNRESET' ? 'reset' : error.message),
    )
    socket.on('close', () => end('reset'))
  })
}
