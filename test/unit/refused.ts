// The examples of refusals: the codes of validation are tested with them, and docs/istio-api.md names the codes of each field.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Kind } from '../../src/model/document.ts'

export interface Row {
  readonly kind: Kind
  /** Fills in the `_` of the specs. */
  readonly frame?: string
  readonly bad: string
  /** `error L0201 spec.hosts.0`; all that is said. */
  readonly says: string | readonly string[]
  readonly good: string
}

export const ROWS = parse(
  readFileSync(new URL('refused.yaml', import.meta.url), 'utf8'),
) as readonly Row[]
