// `npm run bench [-- SCENARIO… --clients 1,50,200 --services 100,1000 --modes delta,sotw --repeats 10 --date YYYY-MM-DD]`
import { parseArgs } from 'node:util'
import { DELIVERY_MODES, type DeliveryMode } from '../src/model/node.ts'
import { issuance, soak } from './certificates.ts'
import type { Uses } from './clients.ts'
import { delivery } from './delivery.ts'
import { editToEnvoy } from './edit-to-envoy.ts'
import { writeResults } from './figures.ts'
import { kubernetes } from './kubernetes.ts'
import { latency } from './latency.ts'
import { onDemand } from './on-demand.ts'
import { pageUpdates } from './page.ts'
import { routes } from './routes.ts'
import { startup } from './startup.ts'
import { tapCost } from './tap.ts'
import { counting, receiving } from './telemetry.ts'
import { translation } from './translation.ts'
import type { Mode } from './wire.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    clients: { type: 'string', default: '1,50,200' },
    services: { type: 'string', default: '100,1000' },
    modes: { type: 'string', default: 'delta,sotw' },
    /** How Envoys on delta streams have it: whole, preloaded, on-demand. */
    delivery: { type: 'string', default: 'whole' },
    /** On demand, whether all proxies use the same ten services, `same`, or each others, `own`. */
    uses: { type: 'string', default: 'same' },
    /** Minutes of changes after the rest, to see whether memory grows. */
    churn: { type: 'string', default: '0' },
    /** `one`: all services on port 80; `many`: on ten ports. */
    ports: { type: 'string', default: 'one' },
    repeats: { type: 'string', default: '10' },
    /** HTTPRoutes of one gateway that are there while one of them changes all the time. */
    routes: { type: 'string', default: '2000' },
    /** Seconds for HTTPRoutes that are added one by one, at most three thousand. */
    patience: { type: 'string', default: '60' },
    /** Of the soak. */
    seconds: { type: 'string', default: '300' },
    /** Requests a second. */
    rate: { type: 'string', default: '500' },
    date: { type: 'string', default: new Date().toISOString().slice(0, 10) },
    /** Options for the measured server's node, as in `--node=--cpu-prof`; results are not written then. */
    node: { type: 'string', multiple: true },
  },
})

const repeats = Number(values.repeats)
const numbers = (list: string) => list.split(',').map(Number)

async function deliveries(): Promise<void> {
  for (const services of numbers(values.services)) {
    for (const clients of numbers(values.clients)) {
      for (const mode of values.modes.split(',') as Mode[]) {
        for (const ports of values.ports.split(',') as ('one' | 'many')[]) {
          for (const [how, uses] of waysOf(values.delivery, values.uses)) {
            if (mode === 'sotw' && how !== 'whole') continue
            const word = [mode, mode === 'sotw' ? [] : how, uses === 'own' ? uses : []]
              .flat()
              .join(' ')
            const churn = Number(values.churn)
            const key = `${word} ${clients} clients ${services} services ${ports === 'one' ? 'one port' : 'ten ports'}`
            const mesh = { services, ports }
            const node = values.node ? { node: values.node } : {}
            const options = { mode, clients, mesh, repeats, delivery: how, uses, churn, ...node }
            await told('delivery', key, () => delivery(options))
          }
        }
      }
    }
  }
}

function waysOf(deliveries: string, uses: string): [DeliveryMode, Uses][] {
  return (deliveries.split(',') as DeliveryMode[]).flatMap((how): [DeliveryMode, Uses][] =>
    how === 'on-demand' ? (uses.split(',') as Uses[]).map((use) => [how, use]) : [[how, 'same']],
  )
}

async function deliveryModes(): Promise<void> {
  for (const services of numbers(values.services)) {
    for (const mode of DELIVERY_MODES) {
      const measured = { mode, services, asked: 50, changes: repeats }
      await told('on-demand', `${mode} ${services} services`, () => onDemand(measured))
    }
  }
}

async function told(file: string, key: string, measure: () => Promise<object>): Promise<void> {
  console.log(`${file}: ${key}`)
  const result = await measure()
  console.log(JSON.stringify(result, withoutSamples, 1))
  if (!values.node) await writeResults(file, values.date, { [key]: result })
}

function withoutSamples(key: string, value: unknown): unknown {
  return key === 'samples' ? undefined : value
}

const SCENARIOS: Readonly<Record<string, () => Promise<void>>> = {
  startup: () => told('startup', 'startup', () => startup({ runs: repeats, services: 1000 })),
  'edit-to-envoy': async () => {
    for (const preflight of [false, true]) {
      const key = `explicit sidecar${preflight ? ', preflight' : ''}`
      await told('edit-to-envoy', key, () => editToEnvoy({ edits: 2 * repeats, preflight }))
    }
  },
  delivery: deliveries,
  tap: () => told('tap', 'silent tap', () => tapCost({ rounds: Math.min(repeats, 5) })),
  translation: async () => {
    for (const services of numbers(values.services)) {
      const key = `${services} services, one sidecar`
      await told('translation', key, async () => translation({ mesh: { services }, repeats }))
    }
  },
  telemetry: async () => {
    const many = { proxies: 200, edges: 50, every: 5_000, seconds: 20 }
    for (const watched of [false, true]) {
      const key = `200 proxies, 50 edges, every 5 s${watched ? ', graph every 2 s' : ''}`
      await told('telemetry', key, () => receiving({ ...many, watched }))
    }
    await told('telemetry', 'Envoy, 20 edges', () => counting({ requests: 4_000, rounds: 5 }))
  },
  'on-demand': deliveryModes,
  page: () => told('page', '100 services, 400 edges', pageUpdates),
  /** Needs etcd, and the API server that its tests build; only when it is named. */
  kubernetes: () =>
    told('kubernetes', '10,000 pods, 1,000 services, 500 rules, 3 replicas', () =>
      kubernetes({ repeats, ...(values.node ? { node: values.node } : {}) }),
    ),
  latency: () =>
    told('latency', `two sidecars, ${values.rate}/s`, () =>
      latency({ perSecond: Number(values.rate), seconds: 12, rounds: 4 }),
    ),
  routes: () =>
    told('routes', 'one gateway', () =>
      routes({
        ...{ attached: 1000, probed: 3000 },
        ...{ patience: Number(values.patience), many: Number(values.routes) },
        ...{ seconds: 15, perSecond: Number(values.rate) },
      }),
    ),
  issuance: () => told('certificates', 'issuance', () => issuance(2_000)),
  /** Five minutes; only when it is named. */
  soak: () => {
    const seconds = Number(values.seconds)
    const perSecond = Number(values.rate)
    const key = `soak ${seconds} s at ${perSecond}/s`
    return told('certificates', key, () => soak({ seconds, perSecond, lifetime: 10 }))
  },
}

const everyday = Object.keys(SCENARIOS).filter((name) => name !== 'soak' && name !== 'kubernetes')
for (const name of positionals.length > 0 ? positionals : everyday) {
  const scenario = SCENARIOS[name]
  if (!scenario) {
    console.error(`There is no scenario ${name}; there are ${Object.keys(SCENARIOS).join(', ')}.`)
    process.exit(2)
  }
  await scenario()
}
