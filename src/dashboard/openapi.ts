// The API's description in OpenAPI 3.1, from the routes themselves.
import type { Route } from './route.ts'
import { type Schema, shape, text } from './schema.ts'

const ERROR: Schema = shape({ error: text })

export function openApi(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Lotse',
      version: '1',
      description:
        'What the mesh does now, and why. Everything the dashboard shows comes from here.',
    },
    paths,
  }
}

function operation(route: Route): object {
  const { summary, role, body, answer } = route
  return {
    summary,
    'x-lotse-role': role,
    parameters: parametersOf(route),
    ...(body
      ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } }
      : {}),
    responses: {
      200: isEvents(answer)
        ? {
            description: `Server-sent events: ${Object.keys(answer.events).join(', ')}`,
            content: { 'text/event-stream': { schema: text } },
            'x-lotse-events': answer.events,
          }
        : { description: 'The answer', content: { 'application/json': { schema: answer } } },
      default: {
        description: 'What is wrong',
        content: { 'application/json': { schema: ERROR } },
      },
    },
  }
}

function parametersOf({ path, query = {} }: Route): object[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: text,
  }))
  const inQuery = Object.entries(query).map(([name, description]) => ({
    name,
    in: 'query',
    description,
    schema: text,
  }))
  return [...inPath, ...inQuery]
}

export function isEvents(
  answer: Route['answer'],
): answer is { readonly events: Readonly<Record<string, Schema>> } {
  return 'events' in answer
}
