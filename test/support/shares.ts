// Shares of requests that Envoy draws at random, and how far from them is too far.
import assert from 'node:assert/strict'

/**
 * Six standard deviations of a binomial distribution around its mean: on correct code missed once in 50 million runs. So
 * many draws are needed that what it must be told from lies outside.
 */
export function assertShare(got: number | undefined, count: number, share: number): void {
  const slack = 6 * Math.sqrt(count * share * (1 - share))
  const distance = Math.abs((got ?? 0) - count * share)
  assert.ok(distance <= slack, `${got} of ${count} is not a share of ${share}`)
}
