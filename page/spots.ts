// Where something is drawn, and how large it is.

export interface Spot {
  readonly x: number
  readonly y: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Layout {
  readonly width: number
  readonly height: number
  readonly nodes: ReadonlyMap<string, Spot & Size>
  readonly edges: ReadonlyMap<string, { readonly points: readonly Spot[]; readonly label: Spot }>
}
