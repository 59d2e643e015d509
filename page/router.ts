// Which view the address names: everything after `#/`, so that links, bookmarks and the back button work.
import { useEffect, useState } from 'preact/hooks'

export interface Place {
  readonly view: string
  readonly parts: readonly string[]
  readonly query: URLSearchParams
}

export function usePlace(): Place {
  const [place, set] = useState(read)
  useEffect(() => {
    const changed = () => set(read())
    addEventListener('hashchange', changed)
    return () => removeEventListener('hashchange', changed)
  }, [])
  return place
}

function read(): Place {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?')
  const [view = '', ...parts] = path.split('/').map(decode)
  return { view: view || 'graph', parts, query: new URLSearchParams(query) }
}

/** An address that somebody mangled is still an address. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export function link(view: string, ...parts: readonly string[]): string {
  return `#/${[view, ...parts.map(encodeURIComponent)].join('/')}`
}

/** Changes the query of the present view, without a new entry in the history. */
export function setQuery({ view, parts, query }: Place, changes: Readonly<Record<string, string>>) {
  const next = new URLSearchParams(query)
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') next.delete(name)
    else next.set(name, value)
  }
  const words = next.toString()
  location.replace(`${link(view, ...parts)}${words ? `?${words}` : ''}`)
}
