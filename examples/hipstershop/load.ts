// The load generator: a few visitors of the shop, with Hipstershop's mix of what they do, and a monitor that reads /api.

import { PRODUCTS } from './services/productcatalogservice.ts'
import type { Services } from './services.ts'
import { get } from './standin/app.ts'
import { GATEWAY } from './topology.ts'

/** How often each of the things is done, among 19. */
const MIX: readonly (readonly [weight: number, act: (visitor: Visitor) => Promise<void>])[] = [
  [1, (visitor) => visitor.go('GET', '/')],
  [2, (visitor) => visitor.go('POST', '/setCurrency', `currency_code=${pick(CURRENCIES)}`)],
  [10, (visitor) => visitor.go('GET', `/product/${pick(PRODUCTS).id}`)],
  [2, addToCart],
  [3, (visitor) => visitor.go('GET', '/cart')],
  [1, checkout],
]
const CURRENCIES = ['EUR', 'USD', 'JPY', 'GBP', 'TRY']
const CARD = 'email=visitor%40example.com&credit_card_number=4432-8015-6152-0454'

export interface LoadOptions {
  readonly visitors: number
  /** Milliseconds between two requests of one visitor, at random between these. */
  readonly pause: readonly [from: number, to: number]
}

export interface LoadCount {
  readonly sent: number
  /** Connections that failed and answers of 500 and more. */
  readonly failed: number
  /** The first failure, in words. */
  readonly example: string
}

interface Visitor {
  /** The path prefix it enters by; `/neu` shows the new frontend. */
  readonly base: string
  go(method: string, path: string, form?: string): Promise<void>
}

export class Load {
  #count = { sent: 0, failed: 0, example: '' }
  #running = true
  #timers = new Map<() => void, NodeJS.Timeout>()
  #done: Promise<unknown>

  constructor(services: Services, options: LoadOptions) {
    const visitors = Array.from({ length: options.visitors }, (_, index) =>
      this.#visit(index, options),
    )
    this.#done = Promise.all([...visitors, this.#watch(services)])
  }

  get count(): LoadCount {
    return { ...this.#count }
  }

  async stop(): Promise<void> {
    this.#running = false
    for (const [wake, timer] of this.#timers) {
      clearTimeout(timer)
      wake()
    }
    await this.#done
  }

  async #visit(index: number, options: LoadOptions): Promise<void> {
    const cookie = `shop_session-id=visitor-${index}`
    const visitor: Visitor = {
      base: index % 5 === 4 ? '/neu' : '',
      go: (method, path, form = '') =>
        this.#ask(`${method} ${path}`, () =>
          get(GATEWAY.address, GATEWAY.port, visitor.base + path, requestOf(method, cookie), form),
        ),
    }
    const [from, to] = options.pause
    // As in the original, everybody starts at the front page.
    await visitor.go('GET', '/')
    while (this.#running) {
      await this.#pause(from + Math.random() * (to - from))
      if (this.#running) await pickByWeight(MIX)(visitor)
    }
  }

  /** The one caller that the frontend's policy lets read /api, through its own Envoy. */
  async #watch(services: Services): Promise<void> {
    const app = services.app('loadgenerator')
    while (this.#running) {
      await this.#ask('GET /api/products', () => app.fetch('frontend', '/api/products', {}))
      await this.#pause(1_000)
    }
  }

  async #ask(what: string, send: () => Promise<{ readonly status: number }>): Promise<void> {
    this.#count.sent++
    const failure = await send().then(
      ({ status }) => (status < 400 ? '' : `status ${status}`),
      (error: Error) => error.message,
    )
    if (failure === '') return
    this.#count.failed++
    this.#count.example ||= `${what}: ${failure}`
  }

  #pause(milliseconds: number): Promise<void> {
    if (!this.#running) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = () => {
        this.#timers.delete(wake)
        resolve()
      }
      this.#timers.set(wake, setTimeout(wake, milliseconds))
    })
  }
}

async function addToCart(visitor: Visitor): Promise<void> {
  const { id } = pick(PRODUCTS)
  await visitor.go('GET', `/product/${id}`)
  await visitor.go(
    'POST',
    '/cart',
    `product_id=${id}&quantity=${1 + Math.floor(Math.random() * 5)}`,
  )
}

async function checkout(visitor: Visitor): Promise<void> {
  await addToCart(visitor)
  await visitor.go('POST', '/cart/checkout', CARD)
}

function requestOf(method: string, cookie: string) {
  const headers = {
    cookie,
    'user-agent': 'visitor/1',
    ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }),
  }
  return { method, headers }
}

function pick<Item>(items: readonly Item[]): Item {
  return items[Math.floor(Math.random() * items.length)]!
}

function pickByWeight<Item>(items: readonly (readonly [weight: number, item: Item])[]): Item {
  let left = Math.random() * items.reduce((sum, [weight]) => sum + weight, 0)
  for (const [weight, item] of items) {
    left -= weight
    if (left < 0) return item
  }
  return items[0]![1]
}
