// Envoy's own validation rules (protoc-gen-validate): what Envoy would refuse, found before it is sent.
import { descriptor, type FieldDescriptor, TYPE } from '../../../proto/descriptor.ts'
import { locate, type Run, report } from './codec.ts'

/** The rules of one field, compiled. */
export interface FieldRules {
  /** Reports what is wrong with a value that is set and has the right type. */
  check?: (run: Run, value: unknown) => void
  /** Why the field cannot be left out. */
  required?: string
  /** Nothing inside the message is checked. */
  skip?: true
}

/** What is wrong with a value, if anything. */
type Verdict = (value: unknown) => string | undefined

/** A decoded validate.FieldRules, as in `{ string: { min_len: '1' } }`. */
type Rules = Record<string, Rule>
type Rule = Record<string, unknown>

/** Compiles a field's rules, decoded from `field.rules`. */
export function fieldRules(field: FieldDescriptor, decoded: unknown): FieldRules {
  const { message, ...kinds } = decoded as Rules
  const [[kind, rule] = ['', {}]] = Object.entries(kinds)
  const found: FieldRules = {}
  if (message?.skip === true) found.skip = true
  if (message?.required === true || rule.required === true) found.required = 'must be set'
  const check = checkOf(field, kind, rule)
  if (check) found.check = check
  if (check && !field.presence) {
    const run = { errors: [] } as unknown as Run
    check(run, unset(field, kind))
    const text = run.errors[0]?.text
    if (text) found.required = `must be set: ${text}`
  }
  return found
}

function unset(field: FieldDescriptor, kind: string): unknown {
  if (kind === 'map') return {}
  if (field.repeated) return []
  if (field.type === TYPE.string || field.type === TYPE.bytes) return ''
  return field.type === TYPE.bool ? false : 0
}

function checkOf(field: FieldDescriptor, kind: string, rule: Rule): FieldRules['check'] {
  if (kind === 'repeated') return repeatedCheck(field, rule)
  if (kind === 'map') return mapCheck(field, rule)
  const verdict = verdictOf(field, kind, rule)
  if (!verdict) return undefined
  return (run, value) => {
    const text = verdict(value)
    if (text) report(run, text)
  }
}

function repeatedCheck(field: FieldDescriptor, rule: Rule): FieldRules['check'] {
  const size = sizeVerdict(rule.min_items, rule.max_items, 'item')
  const item = nested(field, rule.items)
  return (run, value) => {
    const items = value as unknown[]
    const text = size(items.length)
    if (text) report(run, text)
    if (rule.unique === true && new Set(items).size < items.length) {
      report(run, 'must not hold the same item twice')
    }
    if (!item) return
    for (const [index, each] of items.entries()) reportAt(run, index, item(each))
  }
}

function mapCheck(field: FieldDescriptor, rule: Rule): FieldRules['check'] {
  const entry = descriptor().message(field.typeName)!
  const size = sizeVerdict(rule.min_pairs, rule.max_pairs, 'entry')
  const key = nested(entry.fields[0]!, rule.keys)
  const value = nested(entry.fields[1]!, rule.values)
  return (run, given) => {
    const pairs = Object.entries(given as object)
    const text = size(pairs.length)
    if (text) report(run, text)
    for (const [name, each] of pairs) {
      if (key) reportAt(run, name, key(name))
      if (value) reportAt(run, name, value(each))
    }
  }
}

function nested(field: FieldDescriptor, rules: unknown): Verdict | undefined {
  const { message: _, ...kinds } = (rules ?? {}) as Rules
  const [first] = Object.entries(kinds)
  return first && verdictOf(field, first[0], first[1])
}

function reportAt(run: Run, key: string | number, text: string | undefined): void {
  if (!text) return
  const before = run.errors.length
  report(run, text)
  locate(run, before, key)
}

function verdictOf(field: FieldDescriptor, kind: string, rule: Rule): Verdict | undefined {
  if (kind === 'string') return stringVerdict(rule)
  if (kind === 'bytes') {
    const size = sizeVerdict(rule.min_len, rule.max_len, 'byte')
    return (value) => size(Buffer.from(value as string, 'base64').length)
  }
  if (kind === 'bool') {
    return (value) => (value === rule.const ? undefined : `must be ${rule.const}`)
  }
  if (kind === 'enum') return enumVerdict(field, rule)
  if (kind === 'duration') return rangeVerdict(rule, (text) => Number(String(text).slice(0, -1)))
  if (kind === 'any' || kind === 'timestamp' || kind === '') return undefined
  const range = rangeVerdict(rule, Number)
  return rule.ignore_empty === true
    ? (value) => (Number(value) === 0 ? undefined : range(value))
    : range
}

/** Bounds as numbers; when the upper is below the lower, what lies between them is forbidden. */
function rangeVerdict(rule: Rule, toNumber: (value: unknown) => number): Verdict {
  const bound = (name: string) => (rule[name] === undefined ? undefined : toNumber(rule[name]))
  const [gt, gte, lt, lte] = [bound('gt'), bound('gte'), bound('lt'), bound('lte')]
  const exact = bound('const')
  const above = (n: number) => (gt === undefined || n > gt) && (gte === undefined || n >= gte)
  const below = (n: number) => (lt === undefined || n < lt) && (lte === undefined || n <= lte)
  const inverted = (gt ?? gte ?? Number.NEGATIVE_INFINITY) > (lt ?? lte ?? Number.POSITIVE_INFINITY)
  const texts = [
    rule.gt !== undefined && `more than ${rule.gt}`,
    rule.gte !== undefined && `at least ${rule.gte}`,
    rule.lt !== undefined && `less than ${rule.lt}`,
    rule.lte !== undefined && `at most ${rule.lte}`,
    exact !== undefined && `${rule.const}`,
  ].filter((text) => text !== false)
  const text = `must be ${texts.join(inverted ? ' or ' : ' and ')}`
  return (value) => {
    const n = toNumber(value)
    const inRange = inverted ? above(n) || below(n) : above(n) && below(n)
    return inRange && (exact === undefined || n === exact) ? undefined : text
  }
}

function sizeVerdict(
  min: unknown,
  max: unknown,
  noun: string,
): (size: number) => string | undefined {
  const least = Number(min ?? 0)
  const most = Number(max ?? Number.POSITIVE_INFINITY)
  return (size) => {
    if (size < least) return `must have at least ${least} ${plural(noun, least)}, has ${size}`
    if (size > most) return `must have at most ${most} ${plural(noun, most)}, has ${size}`
    return undefined
  }
}

function plural(noun: string, count: number): string {
  return count === 1 ? noun : noun === 'entry' ? 'entries' : `${noun}s`
}

function enumVerdict(field: FieldDescriptor, rule: Rule): Verdict | undefined {
  const { values } = descriptor().enum(field.typeName)!
  const banned = (rule.not_in ?? []) as number[]
  if (banned.length === 0) return undefined
  return (value) => {
    const number = typeof value === 'string' ? values.get(value) : value
    return banned.includes(number as number) ? `must not be ${value}` : undefined
  }
}

/** As protoc-gen-validate has them; a header may be anything without NUL, CR and LF unless the rule is strict. */
const HEADER_TEXT = '^[^\\u0000\\u000A\\u000D]*$'
const HEADERS: Record<string, string> = {
  HTTP_HEADER_NAME: "^:?[0-9a-zA-Z!#$%&'*+-.^_|~\\x60]+$",
  HTTP_HEADER_VALUE: '^[^\\u0000-\\u0008\\u000A-\\u001F\\u007F]*$',
}

function stringVerdict(rule: Rule): Verdict {
  const { prefix, suffix } = rule
  const allowed = rule.in as string[] | undefined
  const verdicts: ((text: string) => string | undefined)[] = []
  if (rule.min_len !== undefined || rule.max_len !== undefined) {
    const length = sizeVerdict(rule.min_len, rule.max_len, 'character')
    const plain = Number(rule.min_len) <= 1 && rule.max_len === undefined
    verdicts.push((text) => length(plain ? text.length : [...text].length))
  }
  if (rule.min_bytes !== undefined || rule.max_bytes !== undefined) {
    const size = sizeVerdict(rule.min_bytes, rule.max_bytes, 'byte')
    verdicts.push((text) => size(Buffer.byteLength(text)))
  }
  if (allowed) {
    verdicts.push((t) => (allowed.includes(t) ? undefined : `must be one of ${allowed.join(', ')}`))
  }
  if (typeof prefix === 'string') {
    verdicts.push((text) => (text.startsWith(prefix) ? undefined : `must begin with ${prefix}`))
  }
  if (typeof suffix === 'string') {
    verdicts.push((text) => (text.endsWith(suffix) ? undefined : `must end with ${suffix}`))
  }
  const matches = patternVerdict(rule)
  if (matches) verdicts.push(matches)
  return (value) => {
    if (rule.ignore_empty === true && value === '') return undefined
    for (const verdict of verdicts) {
      const text = verdict(value as string)
      if (text) return text
    }
    return undefined
  }
}

function patternVerdict(rule: Rule): ((text: string) => string | undefined) | undefined {
  const header = HEADERS[String(rule.well_known_regex)]
  const pattern = header ? (rule.strict === false ? HEADER_TEXT : header) : rule.pattern
  if (pattern === undefined) return undefined
  const regex = new RegExp(String(pattern), 'u')
  const noun = header === HEADERS.HTTP_HEADER_NAME ? 'name' : 'value'
  const wrong = header ? `must be allowed as the ${noun} of a header` : `must match ${pattern}`
  return (text) => (regex.test(text) ? undefined : wrong)
}
