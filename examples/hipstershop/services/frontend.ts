// The shop's web pages and its small JSON interface: every route makes the calls that Hipstershop's frontend makes.
import { randomUUID } from 'node:crypto'
import type { App } from '../standin/app.ts'
import { httpStatusOf } from '../standin/app.ts'
import type { Page, Request } from '../standin/http.ts'
import type { Cart, Money, Order, Product, Recommendations } from '../standin/proto.ts'
import { type Backends, backendsOf } from './frontend-calls.ts'
import * as html from './pages.ts'

const SESSION = 'shop_session-id'
const CURRENCY = 'shop_currency'

/** One visit: the request, with the session it belongs to and the services it may call. */
interface Visit {
  readonly request: Request
  readonly path: string
  readonly base: string
  readonly userId: string
  readonly currency: string
  readonly version: string
  readonly backends: Backends
}

type Route = (visit: Visit, argument: string) => Promise<Page>

const ROUTES: readonly (readonly [method: string, path: RegExp, route: Route])[] = [
  ['GET', /^\/$/, home],
  ['GET', /^\/product\/([^/]+)$/, product],
  ['POST', /^\/cart$/, addToCart],
  ['GET', /^\/cart$/, cart],
  ['POST', /^\/cart\/empty$/, emptyCart],
  ['POST', /^\/cart\/checkout$/, checkout],
  ['POST', /^\/setCurrency$/, setCurrency],
  ['GET', /^\/logout$/, logout],
  ['GET', /^\/product-meta\/([^/]+)$/, productMeta],
  ['GET', /^\/assistant$/, assistant],
  ['POST', /^\/bot$/, async () => json(501, { error: 'this shop has no assistant' })],
  ['GET', /^\/_healthz$/, async () => text('ok')],
  ['GET', /^\/robots\.txt$/, async () => text('User-agent: *\nDisallow: /\n')],
  ['GET', /^\/static\/(.+)$/, async () => text('')],
  ['GET', /^\/api$/, async (visit) => json(200, { version: visit.version })],
  // Would be answered, if the mesh let it through: a 403 here comes from the policy and not from the application.
  ['POST', /^\/api$/, async (visit) => json(200, { version: visit.version, accepted: true })],
  ['GET', /^\/api\/products$/, async (visit) => json(200, await visit.backends.products())],
  ['GET', /^\/api\/currencies$/, async (visit) => json(200, await visit.backends.currencies())],
  [
    'GET',
    /^\/api\/recommendations$/,
    async (visit) => json(200, await visit.backends.recommendations([])),
  ],
]

/** Answers one request to the frontend; a failed call becomes the HTTP status it stands for. */
export function frontend(app: App): (request: Request) => Promise<Page> {
  return async (request) => {
    const visit = visitOf(app, request)
    for (const [method, path, route] of ROUTES) {
      const match = method === request.method ? path.exec(visit.path) : null
      if (!match) continue
      try {
        return withSession(visit, await route(visit, decodeURIComponent(match[1] ?? '')))
      } catch (error) {
        return failed(visit, httpStatusOf(error), (error as Error).message)
      }
    }
    return failed(visit, 404, `no page ${visit.path}`)
  }
}

function visitOf(app: App, request: Request): Visit {
  // The new frontend is reached below /neu; its links have to stay there.
  const base = request.url.pathname.startsWith('/neu') ? '/neu' : ''
  return {
    request,
    base,
    path: request.url.pathname.slice(base.length) || '/',
    userId: request.cookies.get(SESSION) ?? randomUUID(),
    currency: request.cookies.get(CURRENCY) ?? 'USD',
    version: app.row.version,
    backends: backendsOf(app, request.headers),
  }
}

async function home(visit: Visit): Promise<Page> {
  const { backends, currency } = visit
  const [currencies, products, items] = await Promise.all([
    backends.currencies(),
    backends.products(),
    backends.cart(visit.userId),
  ])
  const rows = await Promise.all(products.map((one) => priced(visit, one, 1)))
  const ads = await backends.ads([])
  return ok(visit, { currencies, items, ads, currency }, html.productList(visit.base, rows))
}

async function product(visit: Visit, id: string): Promise<Page> {
  const { backends, currency } = visit
  const one = await backends.product(id)
  const [currencies, items, row, advice] = await Promise.all([
    backends.currencies(),
    backends.cart(visit.userId),
    priced(visit, one, 1),
    recommended(visit, [id]),
  ])
  const ads = await backends.ads([one.category])
  const content = html.productDetails(visit.base, row, advice)
  return ok(visit, { currencies, items, ads, currency }, content)
}

async function addToCart(visit: Visit): Promise<Page> {
  const id = visit.request.form.get('product_id') ?? ''
  const quantity = Math.max(1, Math.trunc(Number(visit.request.form.get('quantity'))) || 1)
  await visit.backends.product(id)
  await visit.backends.addItem(visit.userId, { productId: id, quantity })
  return redirect(`${visit.base}/cart`)
}

async function cart(visit: Visit): Promise<Page> {
  const { backends, currency } = visit
  const [currencies, items] = await Promise.all([
    backends.currencies(),
    backends.cart(visit.userId),
  ])
  await recommended(
    visit,
    items.map((item) => item.productId),
  )
  const shipping = await backends.convert(await backends.quote(items), currency)
  const rows = await Promise.all(
    items.map(async (item) => priced(visit, await backends.product(item.productId), item.quantity)),
  )
  const content = html.cartDetails(visit.base, rows, shipping)
  return ok(visit, { currencies, items, ads: [], currency }, content)
}

async function emptyCart(visit: Visit): Promise<Page> {
  await visit.backends.emptyCart(visit.userId)
  return redirect(`${visit.base}/`)
}

async function checkout(visit: Visit): Promise<Page> {
  const { backends, currency, request } = visit
  const order: Order = await backends.placeOrder({
    userId: visit.userId,
    currency,
    email: request.form.get('email') ?? '',
    card: (request.form.get('credit_card_number') ?? '').replaceAll('-', ''),
  })
  await recommended(visit, [])
  const currencies = await backends.currencies()
  return ok(visit, { currencies, items: [], ads: [], currency }, html.orderDetails(order))
}

async function setCurrency(visit: Visit): Promise<Page> {
  const code = visit.request.form.get('currency_code') ?? ''
  if (!/^[A-Z]{3}$/.test(code)) return failed(visit, 422, 'a currency is three capital letters')
  return { ...redirect(`${visit.base}/`), cookies: [`${CURRENCY}=${code}; Path=/`] }
}

async function logout(visit: Visit): Promise<Page> {
  const cookies = [SESSION, CURRENCY].map((name) => `${name}=; Path=/; Max-Age=0`)
  return { ...redirect(`${visit.base}/`), cookies }
}

async function productMeta(visit: Visit, ids: string): Promise<Page> {
  return json(200, await Promise.all(ids.split(',').map((id) => visit.backends.product(id))))
}

async function assistant(visit: Visit): Promise<Page> {
  const currencies = await visit.backends.currencies()
  const parts = { currencies, items: [], ads: [], currency: visit.currency }
  return ok(visit, parts, '<h1>Nobody is here to assist you</h1>')
}

async function priced(visit: Visit, one: Product, quantity: number): Promise<html.Priced> {
  const price = await visit.backends.convert(one.price, visit.currency)
  return { product: one, quantity, price: { ...price, cents: price.cents * quantity } }
}

/** The shop works without advice: a failed recommendation leaves the list empty. */
async function recommended(visit: Visit, ids: readonly string[]): Promise<readonly Product[]> {
  const none: Recommendations = { productIds: [], version: '' }
  const advice = await visit.backends.recommendations(ids).catch(() => none)
  return Promise.all(advice.productIds.map((id) => visit.backends.product(id)))
}

interface Parts {
  readonly currencies: readonly string[]
  readonly items: Cart['items']
  readonly ads: readonly string[]
  readonly currency: Money['currency']
}

function ok(visit: Visit, parts: Parts, content: string): Page {
  const things = parts.items.reduce((sum, item) => sum + item.quantity, 0)
  const { version, base } = visit
  return { status: 200, body: html.page({ ...parts, version, base, things }, content) }
}

function failed(visit: Visit, status: number, why: string): Page {
  if (visit.path.startsWith('/api')) return json(status, { error: why })
  return { status, body: html.failure(visit.version, status, why) }
}

function withSession(visit: Visit, answer: Page): Page {
  if (answer.cookies || visit.request.cookies.has(SESSION)) return answer
  return { ...answer, cookies: [`${SESSION}=${visit.userId}; Path=/`] }
}

function redirect(location: string): Page {
  return { status: 302, location }
}

function text(body: string): Page {
  return { status: 200, type: 'text/plain', body }
}

function json(status: number, value: unknown): Page {
  return { status, type: 'application/json', body: JSON.stringify(value) }
}
