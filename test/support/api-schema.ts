// Answers of the API against what its own description says of them.
import assert from 'node:assert/strict'
import { Ajv } from 'ajv'

interface Described {
  readonly responses: {
    readonly 200: {
      readonly content: Readonly<Record<string, { readonly schema: object }>>
      /** Of a stream: the shape of each event's data. */
      readonly 'x-lotse-events'?: Readonly<Record<string, object>>
    }
    readonly default: { readonly content: Readonly<Record<string, { readonly schema: object }>> }
  }
  readonly 'x-lotse-role': string
}

export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
}

const JSON_TYPE = 'application/json'

export async function describedBy(url: string): Promise<Description> {
  return (await (await fetch(`${url}/api/v1/openapi.json`)).json()) as Description
}

/** Asks for the path as it is written in the description, with its parameters filled in; fails unless the answer is as described. */
export async function checkAnswer(
  url: string,
  path: string,
  filled: string = path,
  how: { readonly method?: string; readonly body?: object; readonly status?: number } = {},
): Promise<Record<string, unknown>> {
  const { method = 'GET', body: sent, status = 200 } = how
  const described = (await describedBy(url)).paths[path]?.[method.toLowerCase()]
  const { content } = described?.responses[status === 200 ? 200 : 'default'] ?? {}
  const schema = content?.[JSON_TYPE]?.schema
  assert.ok(schema, `${method} ${path} is described`)
  const answer = await fetch(`${url}${filled}`, {
    method,
    ...(sent ? { headers: { 'content-type': JSON_TYPE }, body: JSON.stringify(sent) } : {}),
  })
  const text = await answer.text()
  assert.equal(answer.status, status, `${method} ${filled}: ${text.slice(0, 300)}`)
  const body = JSON.parse(text) as Record<string, unknown>
  fits(schema, body, `${method} ${filled}`)
  return body
}

/** Fails unless the value has the shape. */
export function fits(schema: object, value: unknown, what: string): void {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })
  assert.ok(ajv.validate(schema, value), `${what}: ${ajv.errorsText()}`)
}
