// The headers an application must hand on from the request it serves to the requests it makes; a mesh cannot know which belong together.

const HANDED_ON = [
  'x-request-id',
  'traceparent',
  'tracestate',
  'baggage',
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-flags',
  // The demo's own two: which check a request belongs to, and whether it asks for an injected fault (mesh/fault.yaml).
  'x-check',
  'x-fault',
]

export type Headers = Readonly<Record<string, string>>

/** The part of a request's headers that goes along with every request made for it. */
export function handedOn(headers: Readonly<Record<string, unknown>>): Headers {
  const kept: Record<string, string> = {}
  for (const name of HANDED_ON) {
    const value = headers[name]
    if (typeof value === 'string') kept[name] = value
  }
  return kept
}

/** The service a caller says it is: the first word of its user agent. */
export function claimedCaller(headers: Readonly<Record<string, unknown>>): string {
  const agent = headers['user-agent']
  return typeof agent === 'string' ? (agent.split(/[ /]/)[0] ?? '') : ''
}
