// Says in the user's terms what a proxy refused: which resource, from which line, and why.
import type { Diagnostic } from '../model/diagnostic.ts'
import { nearestOrigin, type Origin, originsOf } from '../model/origin.ts'
import type { Resource } from '../model/resource.ts'
import type { Rejection } from './holdings.ts'

/** Longest part of Envoy's text that is passed on: it dumps whole messages. */
const MAX_TEXT = 600

/**
 * `current` is the resource as it is now: equal in bytes to the refused one, with the lines it has by now.
 */
export function describeRejection(
  proxy: string,
  rejection: Rejection,
  current: Resource | undefined = rejection.resource,
): Diagnostic {
  const { type, name } = rejection
  const origin = current && guiltyOrigin(current, rejection.text)
  const diagnostic: Diagnostic = {
    code: 'L0302',
    severity: 'error',
    text:
      `Envoy ${proxy} rejected ${type} ${name}: ${printable(rejection.text)}. ` +
      'It keeps the version it had, and gets no other until the object that this comes from is changed.',
  }
  return origin ? { ...diagnostic, origin } : diagnostic
}

/** Envoy's text on one line, cut, without key material. */
export function printable(text: string): string {
  const line = text
    .replace(/-----BEGIN[\s\S]*?(-----END[^-]*-----|$)/g, '[withheld]')
    .replace(
      /(inline_(?:bytes|string)|private_key|password|token)(\\?["']?\s*[:{]\s*)\\?"[^"]*"?/gi,
      '$1$2[withheld]',
    )
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\.$/, '')
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line
}

/** Where the object was written that holds the longest string that Envoy quotes, or else the resource. */
export function guiltyOrigin(resource: Resource, text: string): Origin | undefined {
  const bodies = [resource, ...(resource.virtualHosts ?? [])].map(({ body }) => body)
  let best: Origin | undefined
  let length = MIN_QUOTE - 1
  for (const body of bodies) {
    for (const [pointer, value] of strings(body, '')) {
      if (value.length <= length || value === resource.name || !text.includes(value)) continue
      const origin = nearestOrigin(body, pointer)
      if (!origin) continue
      best = origin
      length = value.length
    }
  }
  return best ?? bodies.map(firstOrigin).find((origin) => origin !== undefined)
}

/** Shorter strings stand in any text by chance. */
const MIN_QUOTE = 4

function firstOrigin(body: object): Origin | undefined {
  return originsOf(body).values().next().value
}

function* strings(value: unknown, pointer: string): Generator<[pointer: string, value: string]> {
  if (typeof value === 'string') yield [pointer, value]
  if (typeof value !== 'object' || value === null) return
  for (const [key, child] of Object.entries(value)) {
    yield* strings(child, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
  }
}
