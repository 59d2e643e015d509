// What the server tells the page: a stream of events, and answers to single questions.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Summary } from '../src/dashboard/status.ts'
import type { Graph } from '../src/model/graph.ts'
import { authorization } from './session.ts'
import { openStream } from './stream.ts'

export interface Feed {
  readonly graph: Graph | undefined
  readonly summary: Summary | undefined
  /** The server does not answer, or not any more. */
  readonly lost: boolean
  /** The server wants a token, or another one. */
  readonly locked: boolean
}

export const NOTHING: Feed = { graph: undefined, summary: undefined, lost: false, locked: false }

/** The server says something every two seconds. */
const SILENCE_MS = 10_000
const AGAIN_MS = 2_000
const UNAUTHORIZED = 401

/** Follows the stream of `/api/v1/events` with this query; opens it again whenever it ends. */
export function useFeed(query: string): Feed {
  const [feed, setFeed] = useState(NOTHING)
  useEffect(() => follow(query, (news) => setFeed((before) => ({ ...before, ...news }))), [query])
  return feed
}

function follow(query: string, tell: (news: Partial<Feed>) => void): () => void {
  let end = () => {}
  let timer: ReturnType<typeof setTimeout> | undefined
  const later = (milliseconds: number, then: () => void) => {
    clearTimeout(timer)
    timer = setTimeout(then, milliseconds)
  }
  const lose = (status: number) => {
    end()
    const locked = status === UNAUTHORIZED
    tell({ lost: !locked, locked })
    if (!locked) later(AGAIN_MS, open)
  }
  const open = () => {
    const take = (name: string, data: unknown) => {
      const news = name === 'graph' ? { graph: data as Graph } : {}
      tell({ lost: false, ...news, ...(name === 'summary' ? { summary: data as Summary } : {}) })
      later(SILENCE_MS, () => lose(0))
    }
    end = openStream({ path: `events${query}`, take, ended: lose })
    later(SILENCE_MS, () => lose(0))
  }
  open()
  return () => {
    clearTimeout(timer)
    end()
  }
}

export interface Answer<T> {
  readonly value: T | undefined
  readonly error: string
}

/** Asks for `/api/v1/PATH`, again whenever `revision` changes; the answer before stays until the next is there. */
export function useAnswer<T>(path: string | undefined, revision: unknown): Answer<T> {
  const [answer, set] = useState<Answer<T> & { path: string | undefined }>({
    ...{ value: undefined, error: '', path },
  })
  const latest = useRef(path)
  latest.current = path
  useEffect(() => {
    if (path === undefined) return undefined
    const abort = new AbortController()
    ask<T>(path, { signal: abort.signal })
      .then(({ value, error }) => {
        if (latest.current === path) set({ value, error, path })
      })
      .catch(() => undefined)
    return () => abort.abort()
  }, [path, revision])
  return answer.path === path ? answer : { value: undefined, error: '' }
}

/** Rejects only when it was given up. */
export async function ask<T>(path: string, how: RequestInit = {}): Promise<Answer<T>> {
  try {
    const answer = await fetch(`/api/v1/${path}`, {
      ...how,
      headers: { ...authorization(), ...how.headers },
    })
    const body = (await answer.json()) as T & { error?: string }
    if (answer.ok) return { value: body, error: '' }
    return { value: undefined, error: body.error ?? `The control plane answered ${answer.status}` }
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error
    return { value: undefined, error: 'The control plane does not answer' }
  }
}
