// What tests' fixtures need to run without a test: everything they began ends when the work is over.
import type { Cleanup } from '../test/support/cleanup.ts'

export async function withCleanup<T>(work: (t: Cleanup) => Promise<T>): Promise<T> {
  const ends: (() => void | Promise<void>)[] = []
  try {
    return await work({ after: (end) => ends.push(end) })
  } finally {
    for (const end of ends.reverse()) await end()
  }
}
