// Objects as YAML to look at, line by line, each line with the place that it comes from.

export interface YamlLine {
  readonly text: string
  /** `file:line:column`, where it differs from the line above. */
  readonly place: string
}

const PLAIN = /^[A-Za-z_/.][\w ./@:*|~-]*$/
const RESERVED = /^(true|false|null|yes|no|on|off|~)$/i

/** `origins` by JSON pointer. */
export function yamlLines(
  value: unknown,
  origins: Readonly<Record<string, string>> = {},
): YamlLine[] {
  const lines: YamlLine[] = []
  let last = ''
  const put = (text: string, pointer: string) => {
    const place = nearest(pointer, origins)
    lines.push({ text, place: place === last ? '' : place })
    last = place
  }
  const walk = (value: unknown, pointer: string, indent: string, lead: string) => {
    if (Array.isArray(value) && value.length > 0) {
      if (lead) put(lead, pointer)
      for (const [index, item] of value.entries()) {
        walkItem(item, `${pointer}/${index}`, indent)
      }
    } else if (isMap(value)) {
      if (lead) put(lead, pointer)
      for (const [key, item] of Object.entries(value)) entry(key, item, pointer, indent, indent)
    } else put(`${lead}${lead ? ' ' : indent}${scalar(value)}`, pointer)
  }
  const entry = (key: string, item: unknown, pointer: string, first: string, indent: string) => {
    const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    walk(item, at, Array.isArray(item) ? indent : `${indent}  `, `${first}${scalar(key)}:`)
  }
  const walkItem = (item: unknown, pointer: string, indent: string) => {
    if (!isMap(item)) return walk(item, pointer, `${indent}  `, `${indent}-`)
    for (const [index, [key, child]] of Object.entries(item).entries()) {
      entry(key, child, pointer, index === 0 ? `${indent}- ` : `${indent}  `, `${indent}  `)
    }
  }
  walk(value, '', '', '')
  return lines
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).length > 0
  )
}

function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value) ?? ''
  return PLAIN.test(value) && !RESERVED.test(value) && !value.includes(': ') && !value.endsWith(':')
    ? value
    : JSON.stringify(value)
}

function nearest(pointer: string, origins: Readonly<Record<string, string>>): string {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const place = Object.hasOwn(origins, at) ? origins[at] : undefined
    if (place !== undefined) return place
    if (at === '') return ''
  }
}
