// `lotse serve`: the control plane as a process.
import { pino } from 'pino'
import { findEnvoy } from '../../envoy/binary.ts'
import { openApp } from '../app.ts'
import { passphraseOf } from '../ca/passphrase.ts'
import { isProblem } from '../ca/problem.ts'
import { openHttp } from '../dashboard/server.ts'
import { type Diagnostic, printDiagnostic } from '../model/diagnostic.ts'
import { EXIT, fail } from './print.ts'
import { type PushOptions, timingOf } from './push-options.ts'
import { etcdOptions } from './store.ts'

interface ServeOptions extends PushOptions {
  readonly config?: string[]
  readonly store?: string
  readonly etcdCa?: string
  readonly etcdCert?: string
  readonly etcdKey?: string
  readonly kubeconfig?: string
  readonly meshConfigMap: string
  readonly webhooks?: string
  readonly service: string
  readonly proxyImage: string
  readonly revision: string
  readonly data: string
  readonly xds: string
  readonly http: string
  readonly insecurePlaintextXds?: string
  readonly allowEmpty?: boolean
  readonly edit?: boolean
  readonly allowPrivateJwks?: boolean
  readonly passphraseFile?: string
  readonly prometheus?: string
  /** Seconds. */
  readonly certificateLifetime: string
}

/** Seconds: less leaves no time to renew, and a certificate that lasts long is one that is stolen for long. */
const LIFETIMES = { least: 5, most: 7 * 24 * 3600 }

export async function serve(options: ServeOptions): Promise<number> {
  if (!options.config && !options.store) {
    const text = 'There is nothing to serve. Name files by --config, or a cluster by --store'
    return fail({ code: 'L0512', severity: 'error', text })
  }
  let waiting: ((diagnostic: Diagnostic) => void) | undefined
  const logger = pino({ level: process.env.LOTSE_LOG ?? 'info', base: null }, logOutput())
  const log = (diagnostic: Diagnostic) => {
    const level = diagnostic.severity === 'warning' ? 'warn' : diagnostic.severity
    logger[level]({ code: diagnostic.code }, printDiagnostic(diagnostic))
    if (diagnostic.code === 'L0109') waiting?.(diagnostic)
  }
  const stop = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
  const ca = authorityOptions(options)
  if (isProblem(ca)) return fail(ca)
  const envoy = options.preflight
    ? await findEnvoy({ say: (line) => logger.info(line) })
    : undefined
  if (isProblem(envoy)) return fail(envoy)
  const http = await openHttp({
    address: options.http,
    data: options.data,
    ...(options.edit ? { edit: options.config ?? [] } : {}),
  })
  if (isProblem(http)) return fail(http)
  waiting = http.waiting
  const app = await openApp({
    config: options.config ?? [],
    ...storeOf(options),
    data: options.data,
    xds: options.xds,
    ...(options.insecurePlaintextXds ? { plaintextXds: options.insecurePlaintextXds } : {}),
    allowEmpty: options.allowEmpty ?? false,
    timing: timingOf(options),
    ca,
    preflight: envoy?.path,
    prometheus: options.prometheus,
    jwks: { allowPrivate: options.allowPrivateJwks ?? false },
    log,
  })
  if (isProblem(app)) {
    await http.close()
    return fail(app)
  }
  http.ready(app)
  logger.info(`xDS on ${app.xds}, status page on http://${http.address}/`)
  if (app.plaintextXds) logger.warn(`plain-text xDS on ${app.plaintextXds}: no secrets are served`)
  await stop
  await app.close()
  await http.close()
  // A connection that has not said yet who it is keeps the port from its end for two minutes.
  setTimeout(() => process.exit(EXIT.done), LINGER_MS).unref()
  return EXIT.done
}

/** A full disk costs lines of the log, nothing else: without a listener it would end the process, which would wait for the disk then. */
function logOutput() {
  const output = pino.destination({ dest: 1, sync: true, maxLength: MOST_UNWRITTEN })
  return output.on('error', () => undefined)
}

const LINGER_MS = 500
/** Bytes. */
const MOST_UNWRITTEN = 1024 * 1024

function storeOf(options: ServeOptions) {
  const { store } = options
  if (store === undefined) return {}
  return store === 'kubernetes'
    ? { kubernetes: clusterOf(options) }
    : { etcd: etcdOptions({ ...options, store }) }
}

function clusterOf(options: ServeOptions) {
  const { kubeconfig, webhooks, service, proxyImage, revision } = options
  const port = options.xds.slice(options.xds.lastIndexOf(':'))
  return {
    ...(kubeconfig ? { kubeconfig } : {}),
    meshConfig: options.meshConfigMap,
    ...(webhooks
      ? {
          webhooks: {
            ...{ address: webhooks, hosts: [service, 'localhost', '127.0.0.1'] },
            settings: { image: proxyImage, xds: `${service}${port}`, revision },
          },
        }
      : {}),
  }
}

function authorityOptions(options: ServeOptions) {
  const lifetime = Number(options.certificateLifetime)
  if (lifetime < LIFETIMES.least || lifetime > LIFETIMES.most) {
    const text = `--certificate-lifetime is ${LIFETIMES.least} to ${LIFETIMES.most} seconds`
    return { code: 'L0512', severity: 'error', text } satisfies Diagnostic
  }
  const opened = passphraseOf(options.passphraseFile)
  return isProblem(opened) ? opened : { lifetime, ...opened }
}
