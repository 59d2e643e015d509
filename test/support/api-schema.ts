// Answers of the API against what its own description says of them.
import assert from 'node:assert/strict'
import { Ajv } from 'ajv'

interface Described {
  readonly responses: {
    readonly 200: { readonly content: Readonly<Record<string, { readonly schema: object }>> }
  }
  readonly 'x-lotse-role': string
}

export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
}

/** Asks for the path as it is written in the description, with its parameters filled in; fails unless the answer is as described. */
export async function checkAnswer(
  url: string,
  path: string,
  filled: string = path,
): Promise<Record<string, unknown>> {
  const description = (await (await fetch(`${url}/api/v1/openapi.json`)).json()) as Description
  const schema = description.paths[path]?.get?.responses[200].content['application/json']?.schema
  assert.ok(schema, `${path} is described`)
  const answer = await fetch(`${url}${filled}`)
  assert.equal(answer.status, 200, filled)
  const body = (await answer.json()) as Record<string, unknown>
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })
  assert.ok(ajv.validate(schema, body), `${filled}: ${ajv.errorsText()}`)
  return body
}
