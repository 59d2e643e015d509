// What the colours and signs of the graph mean.
import { type ComponentChild, h } from 'preact'

const line = (level: string) =>
  h('svg', { class: `sample edge ${level}`, viewBox: '0 0 28 8', 'aria-hidden': 'true' }, [
    h('path', { class: 'line', d: 'M1,4 H27' }),
  ])

export const legend: ComponentChild = h(
  'p',
  { class: 'legend' },
  h('span', null, line('ok'), 'no errors'),
  h('span', null, line('warn'), 'errors below 5 %'),
  h('span', null, line('bad'), 'more errors'),
  h('span', null, line('idle'), 'silent now'),
  h(
    'span',
    null,
    h('svg', { class: 'sample lock', viewBox: '-1 0 11 12', 'aria-hidden': 'true' }, [
      h('path', { d: 'M2,5 V3.5 a2.5,2.5 0 0 1 5,0 V5', fill: 'none' }),
      h('rect', { x: 0.5, y: 5, width: 8, height: 6, rx: 1 }),
    ]),
    'mutual TLS',
  ),
  h('span', { class: 'dim' }, 'Tab and Enter choose, Escape closes'),
)
