// Trouble on order: a check asks a service to fail or to hang, for its own marked requests only, so that the load is not disturbed.

type Answer = 'work' | 'fail'

export class Trouble {
  #failures = new Map<string, number>()
  #gates = new Map<string, { readonly opened: Promise<void>; readonly open: () => void }>()

  /** The next `times` requests to the service that carry this mark are answered with HTTP 503. */
  fail(service: string, mark: string, times: number): void {
    this.#failures.set(`${service} ${mark}`, times)
  }

  /** Requests to the service that carry this mark get no answer until the returned function is called. */
  hold(service: string, mark: string): () => void {
    let open = () => {}
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    const key = `${service} ${mark}`
    this.#gates.set(key, { opened, open })
    return () => {
      this.#gates.delete(key)
      open()
    }
  }

  /** What a stand-in does with a request, decided when it may do something. */
  async meet(service: string, mark: string): Promise<Answer> {
    if (mark === '') return 'work'
    const key = `${service} ${mark}`
    await this.#gates.get(key)?.opened
    const left = this.#failures.get(key) ?? 0
    if (left === 0) return 'work'
    this.#failures.set(key, left - 1)
    return 'fail'
  }

  /** Lets everything go that is still held. */
  end(): void {
    for (const gate of this.#gates.values()) gate.open()
    this.#gates.clear()
  }
}
