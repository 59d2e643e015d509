// What a test's fixtures need of node:test: a place to say how they end. A test context has it, and so has the module.
export interface Cleanup {
  after(end: () => void | Promise<void>): void
}
