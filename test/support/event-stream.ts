// Server-sent events for tests: what comes, in order.
import { request } from 'node:http'
import type { Cleanup } from './cleanup.ts'

export interface ServerEvent {
  readonly name: string
  readonly data: string
}

export interface EventReader {
  readonly events: readonly ServerEvent[]
  /** Stops and resumes reading, as a browser does that is busy. */
  pause(): void
  resume(): void
  close(): void
}

export function readEvents(t: Cleanup, url: string): Promise<EventReader> {
  return new Promise((resolve, reject) => {
    const events: ServerEvent[] = []
    const asked = request(url, (answer) => {
      if (answer.statusCode !== 200) return reject(new Error(`status ${answer.statusCode}`))
      let rest = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        const parts = `${rest}${chunk}`.split('\n\n')
        rest = parts.pop() ?? ''
        for (const part of parts) {
          const [, name] = /^event: (.*)$/m.exec(part) ?? []
          const [, data = ''] = /^data: (.*)$/m.exec(part) ?? []
          if (name) events.push({ name, data })
        }
      })
      answer.on('error', () => undefined)
      resolve({
        events,
        pause: () => answer.pause(),
        resume: () => answer.resume(),
        close: () => asked.destroy(),
      })
    })
    asked.on('error', reject)
    t.after(() => {
      asked.destroy()
    })
    asked.end()
  })
}
