// Random matches of rules, and random requests that now and then meet them.
import fc from 'fast-check'

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 })
const text = (values: readonly string[], regexes: readonly string[]) =>
  fc.oneof(
    fc.record({ exact: fc.constantFrom(...values) }),
    fc.record({ prefix: fc.constantFrom(...values) }),
    fc.record({ regex: fc.constantFrom(...regexes) }),
    fc.constant({}),
  )

const SEGMENTS = ['a', 'b', 'A', 'ab', 'a.b', 'x', '12', 'a%20b', 'a_b'] as const
const path = fc
  .array(fc.constantFrom(...SEGMENTS), { maxLength: 3 })
  .map((all) => `/${all.join('/')}`)
const uri = fc.oneof(
  fc.record({ exact: path }),
  fc.record({ prefix: path }),
  fc.record({
    regex: fc.constantFrom(
      ...[
        '/a.*',
        '/[a-b]+',
        '/(a|b)/[0-9]+',
        '(?i)/AB.*',
        '/a/?',
        '/\\w+/x',
        '/a\\.b',
        '.*/x',
        '/[[:alpha:]]+',
        '/\\d{2}(/.*)?',
      ],
      ...['/(?P<one>a|x)/.+', '/[^/]+', '/\\Qa.b\\E', '(?:/a|/b){2}', '/\\pL+', '/a\\_b', '/a|/b'],
    ),
  }),
)
const VALUES = ['v', 'V', 'vv', 'v,w', '1'] as const
const value = text(VALUES, ['v+', '.*', 'v.w', '[0-9]', '(?i)V+', 'w|v', '*', '.+'])

/** Parts of a match block. */
const match = fc.record(
  {
    uri,
    ignoreUriCase: fc.boolean(),
    headers: fc.record({ 'x-a': maybe(value), 'X-B': maybe(value) }),
    withoutHeaders: fc.record({ 'x-a': maybe(value) }),
    queryParams: fc.record({ q: maybe(value), r: maybe(value) }),
    method: text(['GET', 'POST', 'P'], ['G.*', 'GET|PUT']),
    authority: text(['a.test', 'q.b.test', 'a.test:8000'], ['.*test', 'a.*']),
    scheme: fc.constantFrom({ exact: 'http' }, { exact: 'https' }, { prefix: 'http' }),
  },
  { requiredKeys: [] },
)

/** Each part of a match is there only now and then: most requests would match nothing otherwise. */
export const matchBlock = fc
  .tuple(match, fc.infiniteStream(fc.integer({ min: 0, max: 9 })))
  .map(([all, dice]) => {
    const kept = Object.entries(all).filter(
      ([name]) => (dice.next().value as number) < (name === 'uri' ? 7 : 2),
    )
    return Object.fromEntries(kept)
  })

/** Requests to hosts of which some are served. */
export const requestsTo = (...hosts: string[]) =>
  fc.record({ host: fc.constantFrom(...hosts), ...requestParts })

const requestParts = {
  path: fc
    .tuple(
      fc.oneof(
        { weight: 5, arbitrary: path },
        {
          weight: 1,
          arbitrary: fc.constantFrom(
            '/a/../b',
            '/a/./b',
            '/%61',
            '/a//b',
            '/../x',
            '/a/..',
            '/.',
            '/a/%2e%2e/x',
            '/a%2Fb',
            '/%5Fa',
            '/a\\b',
            '/a/',
          ),
        },
      ),
      fc.constantFrom(
        '',
        '',
        '',
        '?',
        '?q',
        '?q=v',
        '?q=V&q=v',
        '?r=1&q=vv',
        '?q=v%2Cw',
        '?q=v,w&x',
        '?aq=v',
        '?q=a=b',
      ),
    )
    .map((parts) => parts.join('')),
  method: fc.constantFrom('GET', 'GET', 'POST', 'PUT'),
  headers: fc.record(
    {
      'x-a': fc.oneof(fc.constantFrom<string | string[]>(...VALUES, ''), fc.constant(['v', 'w'])),
      'x-b': fc.constantFrom(...VALUES),
    },
    { requiredKeys: [] },
  ),
}
