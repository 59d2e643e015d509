// One service or workload: its signals, the policies that apply with their lines, who serves it and how their proxies do.
import { type ComponentChild, h } from 'preact'
import type {
  EndpointRow,
  ProxyState,
  Saturation as SaturationAnswer,
  ServiceDetail,
  WayRow,
  WorkloadDetail,
} from '../src/dashboard/answers.ts'
import type { Graph } from '../src/model/graph.ts'
import { type Feed, useAnswer } from './feed.ts'
import { percent, rate } from './format.ts'
import { badge, card, empty, type Level, policyLinks, Table, whenThere, where } from './parts.ts'
import { link, type Place } from './router.ts'
import { loadRows, Saturation, wayTo } from './saturation.ts'
import { Signals, useTick } from './signals.ts'

export interface NodeProps {
  readonly place: Place
  readonly feed: Feed
}

const PROXY: Readonly<Record<ProxyState, readonly [Level, string]>> = {
  synced: ['ok', 'in sync'],
  stale: ['warn', 'behind'],
  rejected: ['bad', 'rejected'],
  gone: ['bad', 'not connected'],
  none: ['idle', 'no proxy'],
}

export function proxyBadge(state: ProxyState): ComponentChild {
  return badge(...PROXY[state])
}

const NO_POLICY = 'None: the defaults of Istio hold.'

export function ServiceView({ place, feed }: NodeProps): ComponentChild {
  const [namespace = '', name = ''] = place.parts
  const path = `services/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`
  const tick = useTick(5_000)
  const health = useAnswer<Graph>('graph?by=workload&window=60', tick).value
  const saturation = useAnswer<SaturationAnswer>('saturation', tick)
  const found = useAnswer<ServiceDetail>(path, feed.summary?.revision)
  const ports = found.value?.ports.map(({ number, protocol }) => `${number} ${protocol}`).join(', ')
  return h(
    'div',
    { class: 'node' },
    h('p', { class: 'above' }, h('a', { href: link('services') }, 'Services'), ` / ${namespace}`),
    h('h2', null, name, ' ', h('small', null, ports ?? '')),
    h(Signals, { node: `${namespace}/${name}`, by: 'service' }),
    whenThere(found, (service) =>
      h(
        'div',
        { class: 'two' },
        card('Policies that apply', policyLinks(service.policies, NO_POLICY)),
        card(
          'Written in',
          h('p', null, where(service.place)),
          h('p', { class: 'dim' }, service.host),
        ),
        h(
          'section',
          { class: 'card wide' },
          h('h3', null, 'Endpoints'),
          endpoints(service, health, saturation.value?.ways ?? []),
        ),
        h(Saturation, {
          first: 'From',
          answer: saturation,
          shown: (way) => (wayTo(way)?.host === service.host ? way.workload : undefined),
        }),
      ),
    ),
  )
}

function endpoints(
  { endpoints, host }: ServiceDetail,
  health: Graph | undefined,
  ways: readonly WayRow[],
): ComponentChild {
  if (endpoints.length === 0) {
    return empty(
      'Nothing serves it: requests are answered with 503.',
      'Does its selector fit the labels of a WorkloadEntry, and is that in the same namespace?',
    )
  }
  return h(Table, {
    caption: 'Endpoints',
    head: ['Address', 'Workload', 'Version', 'Proxy', 'Last minute', 'Called by', 'Written in'],
    rows: endpoints.map((one) => {
      const [namespace = '', name = ''] = one.workload.split('/')
      const { address, ports, workload, version, proxy, ready, mutualTls, place } = one
      return {
        key: `${address} ${workload}`,
        cells: [
          h('code', null, `${address}${ports.length > 0 ? `:${ports.join(',')}` : ''}`),
          workload
            ? h('a', { href: link('workload', namespace, name) }, workload)
            : 'not of this mesh',
          version,
          ready ? proxyBadge(proxy) : badge('bad', 'not ready'),
          h('span', null, healthOf(workload, health), ' ', asideBy(one, host, ways)),
          mutualTls ? 'mutual TLS' : 'plain text',
          where(place),
        ],
      }
    }),
  })
}

/** Callers whose Envoys have put it aside as an outlier, for the time being. */
function asideBy(
  { address, ports }: EndpointRow,
  host: string,
  ways: readonly WayRow[],
): ComponentChild {
  const own = ports.map((port) => `${address}:${port}`)
  const callers = ways
    .filter((way) => wayTo(way)?.host === host)
    .filter(({ now }) => now?.ejected.some((one) => own.includes(one)))
    .map(({ workload }) => workload)
  return callers.length === 0
    ? null
    : badge('bad', `put aside by ${[...new Set(callers)].join(', ')}`)
}

/** As those see it who call it. */
function healthOf(workload: string, graph: Graph | undefined): ComponentChild {
  const calls = (graph?.edges ?? []).filter(({ target }) => target === workload)
  const sum = (figure: 'rate' | 'requests' | 'errors') =>
    calls.reduce((total, edge) => total + edge[figure], 0)
  if (workload === '' || sum('requests') === 0) return h('span', { class: 'dim' }, 'not called')
  const share = sum('errors') / sum('requests')
  const errors = share > 0 ? badge(share < 0.05 ? 'warn' : 'bad', `${percent(share)} errors`) : ''
  return h('span', null, `${rate(sum('rate'))} `, errors)
}

export function WorkloadView({ place, feed }: NodeProps): ComponentChild {
  const [namespace = '', name = ''] = place.parts
  const path = `workloads/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`
  const tick = useTick(5_000)
  const saturation = useAnswer<SaturationAnswer>('saturation', tick)
  const load = saturation.value?.proxies.find((one) => one.workload === `${namespace}/${name}`)
  const found = useAnswer<WorkloadDetail>(path, feed.summary?.revision)
  return h(
    'div',
    { class: 'node' },
    h('p', { class: 'above' }, h('a', { href: link('services') }, 'Services'), ` / ${namespace}`),
    h('h2', null, name, ' ', found.value ? proxyBadge(found.value.proxy) : null),
    h(Signals, { node: `${namespace}/${name}`, by: 'workload' }),
    whenThere(found, (workload) =>
      h(
        'div',
        { class: 'two' },
        card('Policies that apply', policyLinks(workload.policies, NO_POLICY)),
        card('What it is', facts(workload, saturation.value ? loadRows(load) : [])),
        h(Saturation, {
          first: 'To',
          answer: saturation,
          shown: (way) => (way.workload === `${namespace}/${name}` ? wayTo(way)?.words : undefined),
        }),
      ),
    ),
  )
}

function facts(
  workload: WorkloadDetail,
  load: readonly (readonly [string, ComponentChild])[],
): ComponentChild {
  const { namespace, name, address, service, version, account, labels, place, proxy } = workload
  const [serviceNamespace = '', serviceName = ''] = service.split('/')
  const rows: readonly (readonly [string, ComponentChild])[] = [
    ['Address', address],
    [
      'Service',
      service && h('a', { href: link('service', serviceNamespace, serviceName) }, service),
    ],
    ['Version', version],
    ['Account', account],
    [
      'Labels',
      Object.entries(labels).map(([key, value]) => h('code', { class: 'tag' }, `${key}=${value}`)),
    ],
    ['Written in', where(place)],
    [
      'Proxy',
      proxy === 'none' || proxy === 'gone'
        ? ''
        : h('a', { href: link('proxies', `${name}.${namespace}`) }, 'the configuration it holds'),
    ],
    ...(proxy === 'none' || proxy === 'gone' ? [] : load),
    ['Requests', h('a', { href: link('tap', namespace, name) }, 'watch them live')],
  ]
  return h(
    'dl',
    null,
    ...rows
      .filter(([, value]) => value)
      .flatMap(([key, value]) => [h('dt', null, key), h('dd', null, value)]),
  )
}
