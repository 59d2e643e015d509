// Placing an order: the one service that calls six others.
import { randomUUID } from 'node:crypto'
import type { App } from '../standin/app.ts'
import type { Handler } from '../standin/grpc.ts'
import type { Headers } from '../standin/headers.ts'
import type { Cart, CartItem, Money, Order, Product } from '../standin/proto.ts'

interface OrderRequest {
  readonly userId: string
  readonly currency: string
  readonly email: string
  readonly card: string
}

export function checkoutservice(app: App): Record<string, Handler> {
  const convert = (from: Money, to: string, headers: Headers): Promise<Money> =>
    app.call('currencyservice', 'CurrencyService/Convert', { from, to }, headers)

  const priceOf = async (item: CartItem, currency: string, headers: Headers): Promise<number> => {
    const product = await app.call<Product>(
      'productcatalogservice',
      'ProductCatalogService/GetProduct',
      { id: item.productId },
      headers,
    )
    return (await convert(product.price, currency, headers)).cents * item.quantity
  }

  const placeOrder = async (request: OrderRequest, headers: Headers): Promise<Order> => {
    const { userId, currency } = request
    const { items } = await app.call<Cart>(
      'cartservice',
      'CartService/GetCart',
      { userId },
      headers,
    )
    const prices = await Promise.all(items.map((item) => priceOf(item, currency, headers)))
    const quote = await app.call<{ cost: Money }>(
      'shippingservice',
      'ShippingService/GetQuote',
      { items },
      headers,
    )
    const shipping = await convert(quote.cost, currency, headers)
    const total = { currency, cents: prices.reduce((sum, cents) => sum + cents, shipping.cents) }
    const payment = { amount: total, card: request.card }
    await app.call('paymentservice', 'PaymentService/Charge', payment, headers)
    const { trackingId } = await app.call<{ trackingId: string }>(
      'shippingservice',
      'ShippingService/ShipOrder',
      { items },
      headers,
    )
    await app.call('cartservice', 'CartService/EmptyCart', { userId }, headers)
    const orderId = randomUUID()
    const confirmation = { email: request.email, orderId }
    await app.call('emailservice', 'EmailService/SendOrderConfirmation', confirmation, headers)
    return { orderId, trackingId, total }
  }
  return { 'CheckoutService/PlaceOrder': placeOrder }
}
