// A workload's requests as they happen, each with the lines that decided about it.
import type { FastifyInstance } from 'fastify'
import type { Route } from '../../proto/envoy.d.ts'
import type { App } from '../app.ts'
import { possibleRoutes } from '../explain/possible.ts'
import { clustersOf } from '../explain/route.ts'
import { type Origin, originsOf, printOrigin } from '../model/origin.ts'
import type { Explained, Tapped } from '../model/tap.ts'
import { withVirtualHosts } from '../model/vhds.ts'
import { beginEvents } from './events.ts'
import type { MeshRoute } from './route.ts'
import { count, list, number, oneOf, place, shape, text, time } from './schema.ts'

const MOST_TAPS = 20
const EVERY_MS = 250
/** In one quarter of a second; what is more is counted and not shown. */
const MOST_AT_ONCE = 100
const MOST_ANSWERS = 500

type Steps = Explained['steps']

export function tapRoutes(server: FastifyInstance): readonly MeshRoute[] {
  const open = new Set<() => void>()
  const stream: MeshRoute['stream'] = (app, { query }, reply) => {
    const workload = query.workload ?? ''
    if (!/^[^/]+\/[^/]+$/.test(workload)) {
      void reply.code(400).send({ error: 'Name a workload: ?workload=NAMESPACE/NAME' })
      return
    }
    const names = app.services.flatMap((service) => service.proxies()).map(({ name }) => name)
    if (!names.some(({ namespace, workload: own }) => `${namespace}/${own}` === workload)) {
      void reply.code(404).send({ error: `No proxy of ${workload} is connected` })
      return
    }
    if (open.size >= MOST_TAPS) {
      void reply.code(503).send({ error: `${MOST_TAPS} taps are open already. Close one` })
      return
    }
    beginEvents(reply)
    const explain = explainer(app)
    let waiting: Tapped[] = []
    let dropped = 0
    let behind = false
    const remove = app.taps.add(workload, (requests) => {
      const room = behind ? 0 : MOST_AT_ONCE - waiting.length
      waiting.push(...requests.slice(0, Math.max(0, room)))
      dropped += Math.max(0, requests.length - Math.max(0, room))
    })
    const timer = setInterval(() => {
      if (behind || waiting.length + dropped === 0) return
      const requests = waiting.map((one) => shown(one, explain(one)))
      const data = JSON.stringify({ requests, dropped })
      waiting = []
      dropped = 0
      behind = !reply.raw.write(`event: requests\ndata: ${data}\n\n`)
    }, EVERY_MS)
    const close = () => {
      clearInterval(timer)
      remove()
      open.delete(close)
      reply.raw.destroy()
    }
    open.add(close)
    reply.raw.on('drain', () => {
      behind = false
    })
    reply.raw.on('close', close)
  }
  server.addHook('preClose', async () => {
    for (const close of [...open]) close()
  })
  return [{ ...DESCRIPTION, stream }]
}

/** What decided about a request: the same question is asked once for each state of the mesh. */
function explainer(app: App): (request: Tapped) => Steps {
  let generation = -1
  const answers = new Map<string, Steps>()
  return (request) => {
    const now = app.mesh().generation
    if (now !== generation || answers.size > MOST_ANSWERS) answers.clear()
    generation = now
    const { workload, direction, method, host, path, cluster, config, detail, allowedBy } = request
    const asked = [workload, direction, method, host, path, request.headers]
    const key = JSON.stringify([...asked, cluster, config, detail, allowedBy])
    const steps = answers.get(key) ?? stepsOrNone(app, request)
    answers.set(key, steps)
    return steps
  }
}

/** Headers are the caller's business, as the query is: they are only asked of the routes. */
function shown({ headers: _, ...request }: Tapped, steps: Steps): Explained {
  return { ...request, steps }
}

/** A request as nobody expected it is shown without what decided about it. */
function stepsOrNone(app: App, request: Tapped): Steps {
  try {
    return stepsOf(app, request)
  } catch {
    return []
  }
}

function stepsOf(app: App, request: Tapped): Steps {
  return [...routeSteps(app, request), ...ruleSteps(app, request)]
}

/** The rule where only one can have led where the request went; else the object that Envoy's route names. */
function routeSteps(app: App, request: Tapped): Steps {
  const { direction, workload, config, event } = request
  if (event) return []
  const proxy = app.services
    .flatMap((service) => service.proxies())
    .find(({ name }) => `${name.namespace}/${name.workload}` === workload)
  const object = objectNamed(app, config)
  if (direction === 'out' && proxy) {
    const { host, path, method, headers } = request
    const question = { direction: 'outbound', host, path, method, headers } as const
    const routes = possibleRoutes(withVirtualHosts(app.resources(proxy)), question)
    const origins = routes
      .filter((route) => tookIt(route, request))
      .map((route) => [...originsOf(route).values()][0])
    const [origin, ...others] = new Map(
      origins.map((one) => [one ? printOrigin(one) : '', one]),
    ).values()
    if (origins.length > 0 && others.length === 0)
      return [toStep('route', object?.name ?? 'no rule: the service itself', origin)]
  }
  return object ? [toStep('route', object.name, object.origin)] : []
}

/** It was made of the object that Envoy names, and leads where the request went. */
function tookIt(route: Route, { config, cluster, detail, headers }: Tapped): boolean {
  const { config: own = '' } = route.metadata?.filter_metadata?.istio ?? {}
  if (own !== config) return false
  if (route.route) return clustersOf(route, { headers }).some(({ name }) => name === cluster)
  return cluster === '' && detail === 'direct_response'
}

const CONFIG = /^\/apis\/[^/]+\/[^/]+\/namespaces\/([^/]+)\/([^/]+)\/([^/]+)$/
/** Kinds that rule requests, as Envoy's metadata has them. */
const RULING: Readonly<Record<string, 'VirtualService' | 'HTTPRoute'>> = {
  'virtual-service': 'VirtualService',
  httproute: 'HTTPRoute',
}
const RULE = /ns\[([^\]]+)\]-policy\[([^\]]+)\]-rule\[(\d+)\]/

function objectNamed(app: App, config: string): { name: string; origin?: Origin } | undefined {
  const [, namespace, written = '', name] = CONFIG.exec(config) ?? []
  const kind = RULING[written]
  if (!kind) return undefined
  const document = app.mesh().tables[kind].rows.get(`${namespace}/${name}`)
  return {
    name: `${kind} ${namespace}/${name}`,
    ...(document ? { origin: document.at([]) } : {}),
  }
}

/** Envoy names the rule that refused a request in its details, and notes the one that let it in. */
function ruleSteps(app: App, { detail, allowedBy }: Tapped): Steps {
  if (/rbac_access_denied_matched_policy\[none\]/.test(detail)) {
    return [toStep('rule', 'no rule of the ALLOW policies lets it in', undefined)]
  }
  return [detail, allowedBy].flatMap((text) => {
    const [, namespace, name, rule] = RULE.exec(text) ?? []
    if (!name) return []
    const document = app.mesh().tables.AuthorizationPolicy.rows.get(`${namespace}/${name}`)
    const origin = document?.at(['spec', 'rules', Number(rule)])
    return [toStep('rule', `AuthorizationPolicy ${namespace}/${name} rule ${rule}`, origin)]
  })
}

function toStep(what: string, name: string, origin: Origin | undefined): Steps[number] {
  return { what, name, ...(origin ? { place: printOrigin(origin) } : {}) }
}

const REQUEST = shape(
  {
    ...{ at: time, workload: text, direction: oneOf('in', 'out'), method: text, host: text },
    ...{ path: text, protocol: text, status: count, flags: list(text), detail: text },
    ...{
      caller: text,
      allowedBy: text,
      config: text,
      cluster: text,
      upstream: text,
      requestId: text,
    },
    ...{ bytesSent: count, bytesReceived: count },
    steps: list(shape({ what: text, name: text }, { place })),
  },
  { grpc: count, duration: number, event: oneOf('opened', 'closed') },
)

const DESCRIPTION: MeshRoute = {
  method: 'GET',
  path: '/api/v1/tap',
  summary:
    'Requests of one workload as they happen, with route and rule; its proxies tell them only while somebody listens',
  role: 'operate',
  // Requests tell of both of their ends.
  scope: 'mesh',
  query: { workload: 'NAMESPACE/NAME' },
  answer: { events: { requests: shape({ requests: list(REQUEST), dropped: count }) } },
}
