// The dashboard: what the mesh does now, in the browser.
import { type ComponentChild, h, render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Status } from '../src/dashboard/status.ts'
import type { Graph } from '../src/model/graph.ts'
import { type Feed, listen, type Wish } from './feed.ts'
import { count } from './format.ts'
import { GraphView } from './graph-view.ts'
import './style.css'
import { Diagnostics, Objects, Proxies } from './tables.ts'

const VIEWS = ['graph', 'proxies', 'diagnostics', 'objects'] as const
type View = (typeof VIEWS)[number]

const NOTHING: Feed = { graph: undefined, status: undefined, lost: false }

function Page(): ComponentChild {
  const view = useView()
  const [wish, setWish] = useState<Wish>({ by: 'service', window: 60, ago: 0 })
  const [namespace, setNamespace] = useState('')
  const [feed, setFeed] = useState(NOTHING)
  const [stopped, stop] = useState(false)
  useEffect(() => (stopped ? undefined : listen(wish, feed, setFeed)), [wish, stopped])
  const { graph, status } = feed
  return h(
    'div',
    null,
    h(
      'header',
      null,
      h('h1', null, 'Lotse'),
      navigation(view, status),
      h(
        'p',
        { class: `live${feed.lost ? ' lost' : ''}`, role: 'status' },
        feed.lost ? 'no connection to the control plane; trying again' : summary(graph, status),
      ),
    ),
    h(
      'main',
      null,
      view === 'graph'
        ? [
            controls({ wish, setWish, namespace, setNamespace, graph, stopped, stop }),
            graph
              ? h(GraphView, { graph, namespace })
              : h('p', { class: 'empty' }, 'Waiting for the control plane…'),
          ]
        : status
          ? h({ proxies: Proxies, diagnostics: Diagnostics, objects: Objects }[view], { status })
          : h('p', { class: 'empty' }, 'Waiting for the control plane…'),
    ),
  )
}

function useView(): View {
  const read = () => VIEWS.find((view) => location.hash === `#${view}`) ?? 'graph'
  const [view, set] = useState(read)
  useEffect(() => {
    const changed = () => set(read())
    addEventListener('hashchange', changed)
    return () => removeEventListener('hashchange', changed)
  }, [])
  return view
}

function navigation(view: View, status: Status | undefined): ComponentChild {
  const wrong = status?.diagnostics.filter(({ severity }) => severity !== 'info').length
  const numbers: Partial<Record<View, number | undefined>> = {
    proxies: status?.proxies.length,
    diagnostics: wrong,
  }
  return h(
    'nav',
    { 'aria-label': 'views' },
    ...VIEWS.map((name) =>
      h(
        'a',
        { href: `#${name}`, 'aria-current': name === view ? 'page' : undefined },
        name[0]?.toUpperCase() + name.slice(1),
        numbers[name]
          ? h('span', { class: `number${name === 'diagnostics' ? ' warn' : ''}` }, numbers[name])
          : null,
      ),
    ),
  )
}

function summary(graph: Graph | undefined, status: Status | undefined): string {
  if (!graph || !status) return 'connecting…'
  const synced = status.proxies.filter((proxy) => proxy.synced).length
  const requests = graph.edges.reduce((sum, edge) => sum + edge.requests, 0)
  const errors = graph.edges.reduce((sum, edge) => sum + edge.errors, 0)
  return `${synced} of ${status.proxies.length} proxies in sync · ${count(requests)} calls, ${count(errors)} failed in ${span(graph.window)}`
}

function span(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}

interface Controls {
  readonly wish: Wish
  readonly setWish: (wish: Wish) => void
  readonly namespace: string
  readonly setNamespace: (namespace: string) => void
  readonly graph: Graph | undefined
  readonly stopped: boolean
  readonly stop: (stopped: boolean) => void
}

function controls({
  wish,
  setWish,
  namespace,
  setNamespace,
  graph,
  stopped,
  stop,
}: Controls): ComponentChild {
  const namespaces = [
    ...new Set([namespace, ...(graph?.nodes ?? []).map((node) => node.namespace)]),
  ]
    .filter(Boolean)
    .sort()
  const minutes = Math.round(wish.ago / 60)
  return h(
    'div',
    { class: 'controls' },
    choice('Nodes', wish.by, ['service', 'workload'], (by) =>
      setWish({ ...wish, by: by as Wish['by'] }),
    ),
    choice(
      'Window',
      String(wish.window),
      ['15', '60', '300', '1800'],
      (window) => setWish({ ...wish, window: Number(window) }),
      (value) => span(Number(value)),
    ),
    choice('Namespace', namespace, ['', ...namespaces], setNamespace, (value) => value || 'all'),
    h(
      'label',
      null,
      'Replay',
      h('input', {
        type: 'range',
        min: -29,
        max: 0,
        value: -minutes,
        'aria-valuetext': when(minutes),
        onChange: (event: Event) =>
          setWish({ ...wish, ago: -60 * Number((event.target as HTMLInputElement).value) }),
      }),
      h('output', null, when(minutes)),
    ),
    h(
      'button',
      { onClick: () => stop(!stopped), 'aria-pressed': stopped },
      stopped ? 'Go on' : 'Pause',
    ),
  )
}

function when(minutes: number): string {
  return minutes === 0 ? 'now' : `${minutes} min ago`
}

function choice(
  name: string,
  value: string,
  options: readonly string[],
  set: (value: string) => void,
  write = (option: string) => option,
): ComponentChild {
  return h(
    'label',
    null,
    name,
    h(
      'select',
      { value, onChange: (event: Event) => set((event.target as HTMLSelectElement).value) },
      ...options.map((option) =>
        h('option', { value: option, selected: option === value }, write(option)),
      ),
    ),
  )
}

const root = document.getElementById('page')
if (root) {
  root.replaceChildren()
  render(h(Page, null), root)
}
