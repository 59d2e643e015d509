// The shop's pages as HTML: plain, with a banner whose colour tells the versions apart.
import type { Money, Order, Product } from '../standin/proto.ts'

const BANNERS: Readonly<Record<string, string>> = { '1': '#20435c', '2': '#1d6b45' }

/** What every page shows around its content. `base` is the path prefix the shop was entered by. */
export interface Frame {
  readonly version: string
  readonly base: string
  readonly currency: string
  readonly currencies: readonly string[]
  readonly things: number
  readonly ads: readonly string[]
}

export interface Priced {
  readonly product: Product
  readonly price: Money
  readonly quantity: number
}

export function page(frame: Frame, content: string): string {
  const options = frame.currencies
    .map((code) => `<option${code === frame.currency ? ' selected' : ''}>${escaped(code)}</option>`)
    .join('')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Hipstershop v${escaped(frame.version)}</title></head>
<body style="font-family: sans-serif; margin: 0">
<header style="background: ${BANNERS[frame.version] ?? '#444'}; color: white; padding: 1em">
<a style="color: white" href="${frame.base}/">Hipstershop, version ${escaped(frame.version)}</a>
&middot; <a style="color: white" href="${frame.base}/cart">cart (${frame.things})</a>
<form method="post" action="${frame.base}/setCurrency" style="display: inline">
<select name="currency_code">${options}</select><button>set</button></form>
</header>
<main style="padding: 1em">
${content}
${frame.ads.map((ad) => `<p><small>Advertisement: ${escaped(ad)}</small></p>`).join('\n')}
</main></body></html>
`
}

export function productList(base: string, rows: readonly Priced[]): string {
  const items = rows.map(
    ({ product, price, quantity }) =>
      `<li>${quantity > 1 ? `${quantity} × ` : ''}<a href="${base}/product/${encodeURIComponent(product.id)}">${escaped(product.name)}</a>, ${money(price)}</li>`,
  )
  return `<ul>\n${items.join('\n')}\n</ul>`
}

export function productDetails(base: string, priced: Priced, also: readonly Product[]): string {
  const { product, price } = priced
  const others = also.map(
    (other) =>
      `<li><a href="${base}/product/${encodeURIComponent(other.id)}">${escaped(other.name)}</a></li>`,
  )
  return `<h1>${escaped(product.name)}</h1><p>${money(price)}</p>
<form method="post" action="${base}/cart"><input type="hidden" name="product_id" value="${escaped(product.id)}">
<input name="quantity" value="1" size="3"><button>into the cart</button></form>
<h2>Others bought</h2><ul>${others.join('')}</ul>`
}

export function cartDetails(base: string, rows: readonly Priced[], shipping: Money): string {
  return `<h1>Your cart</h1>${productList(base, rows)}<p>Shipping: ${money(shipping)}</p>
<form method="post" action="${base}/cart/checkout"><input name="email" value="you@example.com">
<input name="credit_card_number" value="4432801561520454"><button>order</button></form>
<form method="post" action="${base}/cart/empty"><button>empty</button></form>`
}

export function orderDetails(order: Order): string {
  return `<h1>Thank you</h1><p>Order ${escaped(order.orderId)}, ${money(order.total)}, tracking number ${escaped(order.trackingId)}</p>`
}

export function failure(version: string, status: number, text: string): string {
  return `<!doctype html><title>${status}</title><p>Hipstershop, version ${escaped(version)}: ${status}, ${escaped(text)}</p>\n`
}

function money(amount: Money): string {
  return `${(amount.cents / 100).toFixed(2)} ${escaped(amount.currency)}`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
