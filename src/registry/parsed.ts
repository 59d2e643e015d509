// What reading the text of one document yields.

/** Where a value was written (a map's entry: its key), counted from 0 and from the chunk's first line. */
export interface Place {
  readonly line: number
  readonly column: number
  readonly parts?: ReadonlyMap<string | number, Place>
}

export interface Problem {
  readonly text: string
  readonly line: number
  readonly column: number
}

/** What a chunk says: nothing (comments only), one value, or a problem. */
export type Parsed =
  | { readonly type: 'nothing' }
  | { readonly type: 'value'; readonly value: unknown; readonly place: Place }
  | { readonly type: 'problem'; readonly problem: Problem }
