// Writes docs/codes.md, the list of diagnostic codes for readers, from src/model/codes.ts; `npm run codes`.
import { writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { CODES } from '../src/model/codes.ts'

export const CODES_FILE = fileURLToPath(new URL('codes.md', import.meta.url))

/** Codes are numbered by what they are about: their first two digits. */
const CHAPTERS: readonly [prefix: string, title: string][] = [
  ['L01', 'Sources and shape'],
  ['L02', 'Meaning'],
  ['L03', 'Delivery to Envoy'],
  ['L04', 'Certificates and enrolment'],
  ['L05', 'Environment and usage'],
]

const HEAD = `# Diagnostic codes

Every error, warning and note that Lotse prints ends with one of these codes: \`FILE:LINE:COLUMN: severity: text (CODE)\`.
A code says what kind of thing is wrong; the text says what it is, why, and what to do. Codes are never used again for something else.

This file is generated from \`src/model/codes.ts\` by \`npm run codes\`.
`

/** The whole file. */
export function codesPage(): string {
  const chapters = CHAPTERS.map(([prefix, title]) => {
    const rows = Object.entries(CODES).filter(([code]) => code.startsWith(prefix))
    return `\n## ${title}\n\n${table(rows)}\n`
  })
  return HEAD + chapters.join('')
}

/** As the formatter lays tables out, so that it leaves the file alone. */
function table(rows: readonly (readonly [code: string, meaning: string])[]): string {
  const width = Math.max(...rows.map(([, meaning]) => meaning.length))
  const row = (code: string, meaning: string) => `| ${code} | ${meaning.padEnd(width)} |`
  const rule = `| ----- | ${'-'.repeat(width)} |`
  return [row('code ', 'meaning'), rule, ...rows.map(([code, text]) => row(code, text))].join('\n')
}

if (process.argv[1] && pathToFileURL(process.argv[1]).href === import.meta.url) {
  writeFileSync(CODES_FILE, codesPage())
}
