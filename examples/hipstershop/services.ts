// Starts every stand-in service in this process: behind Envoys for the demo, or calling each other directly.
import { fileURLToPath } from 'node:url'
import { adservice } from './services/adservice.ts'
import { startBank } from './services/bank.ts'
import { cartservice } from './services/cartservice.ts'
import { checkoutservice } from './services/checkoutservice.ts'
import { currencyservice } from './services/currencyservice.ts'
import { emailservice } from './services/emailservice.ts'
import { frontend } from './services/frontend.ts'
import { paymentservice } from './services/paymentservice.ts'
import { productcatalogservice } from './services/productcatalogservice.ts'
import { recommendationservice } from './services/recommendationservice.ts'
import { startRedis } from './services/redis.ts'
import { shippingservice } from './services/shippingservice.ts'
import { type Address, App, type Town } from './standin/app.ts'
import { type Handler, serveGrpc } from './standin/grpc.ts'
import { serveHttp } from './standin/http.ts'
import { Journal } from './standin/journal.ts'
import type { Listening } from './standin/listen.ts'
import { loadMethods } from './standin/proto.ts'
import { Trouble } from './standin/trouble.ts'
import {
  appPort,
  BANK,
  inboundAddress,
  outboundAddress,
  serviceOf,
  WORKLOADS,
  type WorkloadRow,
  workloadOf,
} from './topology.ts'

/** `mesh`: the fixed ports of topology.ts, calls go to the own Envoy. `direct`: free ports, calls go to the service itself. */
export type Mode = 'mesh' | 'direct'

export interface Services {
  readonly journal: Journal
  readonly trouble: Trouble
  /** The application of a workload, for calls in its name. */
  app(workload: string): App
  /** Where a workload's application listens. */
  address(workload: string): Address
  stop(): Promise<void>
}

const GRPC: Readonly<Record<string, (app: App) => Record<string, Handler>>> = {
  adservice,
  checkoutservice,
  currencyservice,
  emailservice,
  paymentservice,
  productcatalogservice,
  recommendationservice,
  shippingservice,
}

export async function startServices(mode: Mode): Promise<Services> {
  const addresses = new Map<string, Address>()
  const town: Town = {
    journal: new Journal(),
    trouble: new Trouble(),
    methods: loadMethods(),
    find: mode === 'mesh' ? findByEnvoy : (_caller, service) => findDirectly(addresses, service),
  }
  const apps = new Map<string, App>()
  const closers: (() => unknown)[] = [() => town.trouble.end()]
  const stop = async (): Promise<void> => {
    await Promise.all(closers.splice(0).map((close) => close()))
  }
  const listening = (name: string, host: string, served: Listening): void => {
    addresses.set(name, { host, port: served.port })
    closers.push(served.close)
  }
  try {
    const bankPort = mode === 'mesh' ? BANK.standIn : 0
    listening(BANK.host, '127.0.0.1', await startBank(town.journal, bankPort))
    for (const row of WORKLOADS) {
      const app = new App(row, town)
      apps.set(row.name, app)
      closers.push(() => app.close())
      const { host, port } = listenAt(row, mode)
      const served = await serve(app, host, port, closers)
      if (served) listening(row.name, host, served)
    }
  } catch (error) {
    await stop()
    throw error
  }
  return {
    journal: town.journal,
    trouble: town.trouble,
    app: (name) => apps.get(workloadOf(name).name)!,
    address: (name) => addresses.get(workloadOf(name).name)!,
    stop,
  }
}

async function serve(
  app: App,
  host: string,
  port: number,
  closers: (() => unknown)[],
): Promise<Listening | undefined> {
  const { row, town } = app
  if (row.app === 'redis-cart') return startRedis(row, town.journal, host, port)
  if (row.app === 'frontend') return serveHttp(app, frontend(app), host, port)
  if (row.app === 'cartservice') {
    const cart = cartservice(app)
    closers.push(cart.close)
    return serveGrpc(app, cart.handlers, host, port)
  }
  const handlers = GRPC[row.app]
  // The gateway is all Envoy, and the load generator only calls.
  return handlers && serveGrpc(app, handlers(app), host, port)
}

function listenAt(row: WorkloadRow, mode: Mode): Address {
  if (mode === 'direct') return { host: '127.0.0.1', port: 0 }
  return row.proxied
    ? { host: '127.0.0.1', port: appPort(row) }
    : { host: inboundAddress(row), port: serviceOf(row.app).targetPort }
}

function findByEnvoy(caller: WorkloadRow, service: string): Address {
  const port = service === BANK.host ? BANK.port : serviceOf(service).port
  return { host: outboundAddress(caller), port }
}

function findDirectly(addresses: ReadonlyMap<string, Address>, service: string): Address {
  const workload = WORKLOADS.find((row) => row.app === service)?.name ?? service
  const address = addresses.get(workload)
  if (!address) throw new Error(`${service} is not running`)
  return address
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const services = await startServices('direct')
  for (const name of ['frontend-v1', 'frontend-v2']) {
    const { host, port } = services.address(name)
    console.log(`${name}: http://${host}:${port}/`)
  }
  const end = () => void services.stop().then(() => process.exit(0))
  process.once('SIGINT', end).once('SIGTERM', end)
}
