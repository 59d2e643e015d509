// Certificates: the roots and their age, those in use and when they end, and how far the replacement of a root is.
import { type ComponentChild, h } from 'preact'
import type { AuthorityView, Certificates, RootRow } from '../src/dashboard/answers.ts'
import { type Feed, useAnswer } from './feed.ts'
import { span, until } from './format.ts'
import { badge, empty, type Level, Table, whenThere } from './parts.ts'
import { link, type Place } from './router.ts'

export interface CertificatesProps {
  readonly place: Place
  readonly feed: Feed
}

export function CertificatesView({ feed }: CertificatesProps): ComponentChild {
  const found = useAnswer<Certificates>('certificates', feed.summary?.revision)
  return h(
    'div',
    null,
    h('div', { class: 'controls' }, h('h2', null, 'Certificates')),
    whenThere(found, (certificates) =>
      h(
        'div',
        null,
        h('div', { class: 'cards' }, ...certificates.roots.map(root)),
        rotation(certificates.overview),
        live(certificates),
        revoked(certificates.overview),
      ),
    ),
  )
}

function root({ subject, fingerprint, notBefore, notAfter, role }: RootRow): ComponentChild {
  const whole = Date.parse(notAfter) - Date.parse(notBefore)
  const gone = Math.min(1, Math.max(0, (Date.now() - Date.parse(notBefore)) / whole))
  return h(
    'section',
    { class: 'card', key: fingerprint },
    h('h3', null, subject.replace(/^CN=/, ''), ' ', badge(role === 'signs' ? 'ok' : 'idle', role)),
    h('progress', { value: gone, max: 1, 'aria-label': 'age' }),
    h(
      'p',
      null,
      `${span(-until(notBefore))} old, ends in ${span(until(notAfter))} (${notAfter.slice(0, 10)})`,
    ),
    h('p', { class: 'dim' }, h('code', null, fingerprint.slice(0, 23))),
  )
}

const PHASES = [
  ['distribute', 'Both roots are trusted', 'the old one signs'],
  ['sign', 'The new root signs', 'both are trusted'],
  ['rekey', 'Everybody renews', 'until no certificate of the old root is left'],
  ['drop', 'The old root is dropped', 'only the new one is trusted'],
] as const

function rotation({ rotation }: AuthorityView): ComponentChild {
  if (!rotation) {
    return h(
      'p',
      { class: 'dim' },
      'No root is being replaced. ',
      h('code', null, 'lotse ca rotate'),
      ' begins it without an interruption.',
    )
  }
  const { phase, step, waiting, waitingFor, goal } = rotation
  return h(
    'section',
    { class: 'card' },
    h(
      'h3',
      null,
      phase === 'withdraw'
        ? 'The replacement of the root is given up'
        : 'The root is being replaced',
    ),
    h(
      'ol',
      { class: 'steps' },
      ...PHASES.map(([name, what, how], index) =>
        h(
          'li',
          {
            key: name,
            class: index + 1 < step ? 'done' : index + 1 === step ? 'now' : '',
            'aria-current': index + 1 === step ? 'step' : undefined,
          },
          h('strong', null, what),
          h('span', null, how),
        ),
      ),
    ),
    waiting > 0
      ? h(
          'p',
          null,
          `It waits for ${waiting} certificates, for instance ${waitingFor
            .slice(0, 5)
            .map(({ workload }) => workload)
            .join(', ')}.`,
        )
      : h(
          'p',
          { class: 'dim' },
          goal === 'done' ? 'It goes on by itself.' : 'It goes on with lotse ca rotate.',
        ),
  )
}

function live({ live }: Certificates): ComponentChild {
  if (live.length === 0) {
    return empty(
      'No certificate is in use.',
      'Workloads get theirs when they enrol: lotse bootstrap, lotse proxy.',
    )
  }
  return h(Table, {
    caption: 'Certificates in use',
    head: ['Workload', 'Ends in', 'At', 'Root', 'Serial'],
    rows: live.map(({ workload, serial, notAfter, authority }) => {
      const left = until(notAfter)
      const [namespace = '', name = ''] = workload.split('/')
      return {
        key: serial,
        cells: [
          h('a', { href: link('workload', namespace, name) }, workload),
          badge(levelOf(left), left < 0 ? 'over' : span(left)),
          h('time', { dateTime: notAfter }, notAfter.slice(0, 16).replace('T', ' ')),
          authority === 'present' ? 'the one that signs' : 'another',
          h('code', null, serial.slice(0, 16)),
        ],
      }
    }),
  })
}

/** They are renewed at half of their life: one that is nearly over was not. */
function levelOf(seconds: number): Level {
  if (seconds < 1800) return 'bad'
  return seconds < 7200 ? 'warn' : 'ok'
}

function revoked({ revoked }: AuthorityView): ComponentChild {
  if (revoked.length === 0) return null
  return h(
    'section',
    { class: 'card' },
    h('h3', null, 'Revoked'),
    h(
      'ul',
      { class: 'plain' },
      ...revoked.map(({ serial, workload, validUntil }) =>
        h(
          'li',
          { key: serial },
          `${workload}, `,
          h('code', null, serial),
          `, until ${validUntil.slice(0, 16).replace('T', ' ')}`,
        ),
      ),
    ),
  )
}
