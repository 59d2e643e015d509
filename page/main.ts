// The dashboard: what the mesh does now and why, in the browser.
import { type ComponentChild, h, render } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Summary } from '../src/dashboard/status.ts'
import { CertificatesView } from './certificates.ts'
import { type Feed, useFeed } from './feed.ts'
import { GraphPage, graphQuery } from './graph-page.ts'
import { Login } from './login.ts'
import { ServiceView, WorkloadView } from './node-page.ts'
import { PoliciesView, PolicyView } from './policies.ts'
import { ProxiesView, ProxyView } from './proxies.ts'
import { link, type Place, usePlace } from './router.ts'
import { ServicesView } from './services.ts'
import './style.css'
import { TapView } from './tap.ts'
import { TrafficView } from './traffic.ts'

const VIEWS = [
  ['graph', 'Graph'],
  ['services', 'Services'],
  ['proxies', 'Proxies'],
  ['policies', 'Policies'],
  ['certificates', 'Certificates'],
  ['traffic', 'Traffic'],
  ['tap', 'Tap'],
] as const

export interface ViewProps {
  readonly place: Place
  readonly feed: Feed
}

function Page(): ComponentChild {
  const place = usePlace()
  const feed = useFeed(graphQuery(place))
  useEffect(() => {
    document.title = `${[...place.parts, place.view].join(' · ')} – Lotse`
  }, [place])
  return h(
    'div',
    { class: 'page' },
    h('a', { class: 'skip', href: '#main', onClick: jump }, 'Skip to the content'),
    h(
      'header',
      null,
      h('a', { class: 'brand', href: link('graph') }, 'Lotse'),
      navigation(place, feed.summary),
      h(
        'p',
        { class: `live${feed.lost ? ' lost' : ''}`, role: 'status' },
        feed.lost ? 'No connection to the control plane; trying again…' : words(feed.summary),
      ),
    ),
    h('main', { id: 'main', tabindex: -1 }, feed.locked ? h(Login, null) : view({ place, feed })),
  )
}

/** The address after `#` names the view, so the link must not change it. */
function jump(event: Event): void {
  event.preventDefault()
  document.getElementById('main')?.focus()
}

function view(props: ViewProps): ComponentChild {
  const { view, parts } = props.place
  const key = [view, ...parts].join('/')
  switch (view) {
    case 'services':
      return h(ServicesView, props)
    case 'service':
      return h(ServiceView, { ...props, key })
    case 'workload':
      return h(WorkloadView, { ...props, key })
    case 'proxies':
      return parts.length > 0 ? h(ProxyView, { ...props, key }) : h(ProxiesView, props)
    case 'policies':
      return parts.length > 0 ? h(PolicyView, { ...props, key }) : h(PoliciesView, props)
    case 'certificates':
      return h(CertificatesView, props)
    case 'traffic':
      return h(TrafficView, props)
    case 'tap':
      return h(TapView, { ...props, key })
    default:
      return h(GraphPage, props)
  }
}

const BELONGS: Readonly<Record<string, string>> = { service: 'services', workload: 'services' }

function navigation({ view }: Place, summary: Summary | undefined): ComponentChild {
  const here = BELONGS[view] ?? view
  return h(
    'nav',
    { 'aria-label': 'views' },
    ...VIEWS.map(([name, title]) =>
      h(
        'a',
        { href: link(name), 'aria-current': name === here ? 'page' : undefined },
        title,
        numberFor(name, summary),
      ),
    ),
  )
}

function numberFor(name: string, summary: Summary | undefined): ComponentChild {
  if (!summary) return null
  const { proxies, errors, warnings } = summary
  if (name === 'proxies' && proxies.rejected > 0)
    return h('span', { class: 'number bad' }, proxies.rejected)
  if (name !== 'policies' || errors + warnings === 0) return null
  return h('span', { class: `number ${errors > 0 ? 'bad' : 'warn'}` }, errors || warnings)
}

function words(summary: Summary | undefined): string {
  if (!summary) return 'connecting…'
  const { connected, synced } = summary.proxies
  if (connected === 0) return 'no proxy is connected'
  return `${synced} of ${connected} proxies in sync`
}

const root = document.getElementById('page')
if (root) {
  root.replaceChildren()
  render(h(Page, null), root)
}
