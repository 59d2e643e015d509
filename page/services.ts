// All services and workloads, with what the graph knows of their traffic now.
import { type ComponentChild, h } from 'preact'
import type { PlaceList } from '../src/dashboard/answers.ts'
import type { Graph } from '../src/model/graph.ts'
import { type Feed, useAnswer } from './feed.ts'
import { percent, rate } from './format.ts'
import { empty, notice, searchBox, Table, whenThere, where } from './parts.ts'
import { link, type Place, setQuery } from './router.ts'

export interface ServicesProps {
  readonly place: Place
  readonly feed: Feed
}

export function ServicesView({ place, feed }: ServicesProps): ComponentChild {
  const known = useAnswer<PlaceList>('services', feed.summary?.revision)
  const search = place.query.get('search') ?? ''
  return h(
    'div',
    null,
    h(
      'div',
      { class: 'controls' },
      h('h2', null, 'Services'),
      searchBox(search, (search) => setQuery(place, { search })),
    ),
    notice(feed.graph?.problem),
    whenThere(known, (list) => tables(list, feed.graph, search.toLowerCase())),
  )
}

function tables(list: PlaceList, graph: Graph | undefined, search: string): ComponentChild {
  if (list.services.length + list.workloads.length === 0) {
    return empty(
      'The sources hold no services.',
      'Put Service and WorkloadEntry objects into the folder of --config; they appear here at once.',
    )
  }
  const fits = (name: string) => name.toLowerCase().includes(search)
  const services = list.services.filter(({ namespace, name }) => fits(`${namespace}/${name}`))
  const workloads = list.workloads.filter(fits)
  const traffic = trafficOf(graph)
  return h(
    'div',
    null,
    h(Table, {
      caption: 'Services',
      head: ['Service', 'Namespace', 'Ports', 'Requests', 'Errors', 'Written in'],
      rows: services.map(({ namespace, name, ports, place }) => {
        const { requests = '', errors = '' } = traffic.get(`${namespace}/${name}`) ?? {}
        return {
          key: `${namespace}/${name}`,
          cells: [
            h('a', { href: link('service', namespace, name) }, name),
            namespace,
            ports.join(', '),
            requests,
            errors,
            where(place),
          ],
        }
      }),
    }),
    h('h2', null, 'Workloads'),
    h(
      'ul',
      { class: 'columns' },
      ...workloads.slice(0, 500).map((key) => {
        const [namespace = '', name = ''] = key.split('/')
        return h('li', { key }, h('a', { href: link('workload', namespace, name) }, key))
      }),
    ),
    workloads.length > 500 &&
      h('p', { class: 'dim' }, `${workloads.length} in all; search for the others.`),
  )
}

function trafficOf(graph: Graph | undefined): Map<string, { requests: string; errors: string }> {
  const sums = new Map<string, { rate: number; requests: number; errors: number }>()
  for (const { target, rate, requests, errors } of graph?.edges ?? []) {
    const sum = sums.get(target) ?? { rate: 0, requests: 0, errors: 0 }
    sums.set(target, {
      rate: sum.rate + rate,
      requests: sum.requests + requests,
      errors: sum.errors + errors,
    })
  }
  return new Map(
    [...sums].map(([id, sum]) => [
      id,
      {
        requests: rate(sum.rate),
        errors: sum.errors > 0 ? percent(sum.errors / sum.requests) : '',
      },
    ]),
  )
}
