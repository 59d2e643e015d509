// Records which fields of Istio's API each test uses: they are read from the YAML that it gives to a mesh, nobody declares them.
import { appendFileSync } from 'node:fs'
import { beforeEach } from 'node:test'
import { fieldsOf } from '../../docs/istio-fields.ts'

/** What one test was seen to use. */
export interface Recorded {
  /** As `test/dataplane/routing.test.ts › routing › matches`. */
  readonly test: string
  readonly fields: readonly string[]
}

let current = ''
if (process.env.LOTSE_FIELDS) {
  beforeEach((t) => {
    current = 'fullName' in t ? t.fullName.replaceAll(' > ', ' › ') : ''
  })
}

/** Adds a line to the file that LOTSE_FIELDS names; without it nothing happens. */
export function recordFields(texts: readonly string[]): void {
  const { LOTSE_FIELDS: file } = process.env
  if (!file) return
  const place = /test\/.*\.test\.ts/.exec(process.argv[1] ?? '')?.[0] ?? ''
  const fields = fieldsOf(texts.join('\n---\n'))
  const recorded: Recorded = { test: `${place} › ${current}`, fields }
  appendFileSync(file, `${JSON.stringify(recorded)}\n`)
}
