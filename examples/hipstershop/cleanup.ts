// What must be undone at the end, whichever way the demo ends.

export class Cleanup {
  #undo: (() => unknown)[] = []
  #begun = false

  /** Undone in reverse order; at once when the end has begun already, so that nothing started late survives. */
  async add(undo: () => unknown): Promise<void> {
    if (this.#begun) await undo()
    else this.#undo.push(undo)
  }

  /** Undoes everything; a failure is told and does not stop the rest. */
  async run(): Promise<void> {
    this.#begun = true
    for (const undo of this.#undo.splice(0).reverse()) {
      try {
        await undo()
      } catch (error) {
        console.error(`at the end: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }
}
