// What the server tells the page, as it comes.

import type { Status } from '../src/dashboard/status.ts'
import type { Graph } from '../src/model/graph.ts'

export interface Wish {
  readonly by: 'service' | 'workload'
  /** Seconds. */
  readonly window: number
  /** Seconds. */
  readonly ago: number
}

export interface Feed {
  readonly graph: Graph | undefined
  readonly status: Status | undefined
  /** The server does not answer, or not yet. */
  readonly lost: boolean
}

/** Calls `take` with everything that is known, whenever something comes; gives a function that ends it. */
export function listen(wish: Wish, before: Feed, take: (feed: Feed) => void): () => void {
  let feed: Feed = { ...before }
  const set = (news: Partial<Feed>) => {
    feed = { ...feed, lost: false, ...news }
    take(feed)
  }
  const { by, window, ago } = wish
  const source = new EventSource(`/api/v1/events?by=${by}&window=${window}&ago=${ago}`)
  source.addEventListener('graph', ({ data }) => set({ graph: JSON.parse(data) as Graph }))
  source.addEventListener('summary', () => {
    fetch('/api/v1/status')
      .then((answer) => answer.json())
      .then((status: Status) => set({ status }))
      .catch(() => undefined)
  })
  source.addEventListener('error', () => set({ lost: true }))
  return () => source.close()
}
