// Requests and connections of one workload as they happen, with the route and the rule that took them.
import { type ComponentChild, h } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Status } from '../src/dashboard/status.ts'
import type { Explained } from '../src/model/tap.ts'
import { type Feed, useAnswer } from './feed.ts'
import { bytes, milliseconds } from './format.ts'
import { badge, choice, empty, type Level, whenThere, where } from './parts.ts'
import { link, type Place } from './router.ts'
import { openStream } from './stream.ts'

export interface TapProps {
  readonly place: Place
  readonly feed: Feed
}

const MOST = 200
const AGAIN_MS = 2_000

export function TapView({ place, feed }: TapProps): ComponentChild {
  const [namespace = '', name = ''] = place.parts
  const workload = name ? `${namespace}/${name}` : ''
  const status = useAnswer<Status>('status', feed.summary?.revision)
  const names = (status.value?.proxies ?? []).map((proxy) => proxy.workload).filter(Boolean)
  const go = (key: string) => {
    location.hash = link('tap', ...key.split('/')).slice(1)
  }
  return h(
    'div',
    null,
    h(
      'div',
      { class: 'controls' },
      h('h2', null, 'Tap'),
      choice(
        'Workload',
        workload,
        ['', ...new Set([...names, workload].filter(Boolean))].sort(),
        go,
        (key) => key || 'choose one',
      ),
    ),
    workload
      ? h(Requests, { workload, key: workload })
      : whenThere(status, () =>
          names.length > 0
            ? empty(
                'Choose a workload.',
                'Its proxies tell each request for as long as this page is open, and nothing afterwards.',
              )
            : empty('No proxy is connected.', 'Enrol one with lotse bootstrap or lotse proxy.'),
        ),
  )
}

interface Row extends Explained {
  readonly number: number
}

interface State {
  readonly rows: readonly Row[]
  readonly count: number
  readonly dropped: number
  readonly error: string
}

const NOTHING: State = { rows: [], count: 0, dropped: 0, error: '' }

function withNews(
  before: State,
  { requests, dropped }: { readonly requests: readonly Explained[]; readonly dropped: number },
): State {
  const rows = [...requests]
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map((one, index) => ({ ...one, number: before.count + index }))
  return {
    rows: [...rows.reverse(), ...before.rows].slice(0, MOST),
    count: before.count + rows.length,
    dropped: before.dropped + dropped,
    error: '',
  }
}

function Requests({ workload }: { readonly workload: string }): ComponentChild {
  const [state, setState] = useState(NOTHING)
  const [paused, pause] = useState(false)
  useEffect(() => {
    if (paused) return undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let end = () => {}
    const take = (_: string, data: unknown) => {
      const news = data as { requests: readonly Explained[]; dropped: number }
      setState((before) => withNews(before, news))
    }
    const ended = (status: number) => {
      const error =
        status === 404
          ? `No proxy of ${workload} is connected.`
          : status === 403
            ? 'Your token does not allow it.'
            : 'No connection; trying again…'
      setState((before) => ({ ...before, error }))
      timer = setTimeout(open, AGAIN_MS)
    }
    const open = () => {
      end = openStream({ path: `tap?${new URLSearchParams({ workload })}`, take, ended })
    }
    open()
    return () => {
      clearTimeout(timer)
      end()
    }
  }, [workload, paused])
  const { rows, count, dropped, error } = state
  return h(
    'div',
    null,
    h(
      'div',
      { class: 'controls' },
      h(
        'button',
        { onClick: () => pause(!paused), 'aria-pressed': paused },
        paused ? 'Go on' : 'Pause',
      ),
      h('button', { onClick: () => setState(NOTHING), disabled: count === 0 }, 'Clear'),
      h(
        'span',
        { role: 'status' },
        error || `${count} requests${dropped > 0 ? `, ${dropped} more not shown` : ''}`,
      ),
    ),
    rows.length === 0
      ? empty(
          error || 'Waiting for requests…',
          error ? '' : 'They appear here within half a second.',
        )
      : table(rows),
  )
}

const HEAD = ['Time', '', 'Request', 'Status', 'Took', 'From or to', 'Decided by']

function table(rows: readonly Row[]): ComponentChild {
  return h(
    'div',
    { class: 'scroll tap' },
    h(
      'table',
      null,
      h('thead', null, h('tr', null, ...HEAD.map((name) => h('th', { scope: 'col' }, name)))),
      h(
        'tbody',
        null,
        ...rows.map((row) =>
          h(
            'tr',
            { key: row.number },
            ...cellsOf(row).map((cell, index) => h('td', { 'data-name': HEAD[index] }, cell)),
          ),
        ),
      ),
    ),
  )
}

function cellsOf(one: Row): ComponentChild[] {
  const {
    at,
    direction,
    method,
    host,
    path,
    status,
    grpc,
    duration,
    flags,
    detail,
    caller,
    upstream,
    cluster,
    steps,
    event,
    bytesSent,
    bytesReceived,
  } = one
  const who = direction === 'in' ? callerName(caller) : targetName(cluster)
  const why = [
    ...flags.map((flag) => flag.replaceAll('_', ' ')),
    status >= 400 || (status === 0 && event !== 'opened') ? detail : '',
  ].filter(Boolean)
  return [
    h('time', { dateTime: at }, at.slice(11, 23)),
    direction === 'in' ? '→ in' : 'out →',
    event
      ? h(
          'span',
          null,
          h('strong', null, 'TCP'),
          ` ${bytes(bytesReceived)} in, ${bytes(bytesSent)} out`,
        )
      : h('span', null, h('strong', null, method), ` ${path} `, h('span', { class: 'dim' }, host)),
    h(
      'span',
      null,
      event
        ? badge(flags.length > 0 ? 'bad' : 'ok', event)
        : badge(levelOf(status, grpc), `${status || 'none'}${grpc ? ` gRPC ${grpc}` : ''}`),
      ' ',
      h('span', { class: 'dim' }, why.join(', ')),
    ),
    milliseconds(duration),
    h('span', { title: upstream }, who),
    h(
      'span',
      null,
      ...steps.map(({ what, name, place }) => h('div', { key: what }, `${name} `, where(place))),
    ),
  ]
}

/** `spiffe://DOMAIN/ns/NAMESPACE/sa/ACCOUNT` in short. */
function callerName(principal: string): string {
  const [, namespace, account] = /\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(principal) ?? []
  return namespace ? `${namespace}/${account}` : principal || 'plain text'
}

/** `outbound|PORT|SUBSET|HOST` in short. */
function targetName(cluster: string): string {
  const [, port, subset = '', host] = cluster.split('|')
  if (!host) return cluster || 'nowhere'
  return `${host.replace(/\.svc\..*$/, '')}:${port} ${subset}`.trim()
}

function levelOf(status: number, grpc = 0): Level {
  if (status === 0 || status >= 500 || [2, 4, 12, 13, 14, 15].includes(grpc)) return 'bad'
  return status >= 400 || grpc > 0 ? 'warn' : 'ok'
}
