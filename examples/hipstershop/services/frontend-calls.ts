// The calls the frontend makes, each named after what it returns, with one request's tracing headers bound.
import type { App } from '../standin/app.ts'
import type { Headers } from '../standin/headers.ts'
import type { Cart, CartItem, Money, Order, Product, Recommendations } from '../standin/proto.ts'

/** Advertisements are not worth waiting for (milliseconds, as in the original). */
const AD_TIMEOUT = 100

export type Backends = ReturnType<typeof backendsOf>

export function backendsOf(app: App, headers: Headers) {
  return {
    products: async () =>
      (
        await app.call<{ products: readonly Product[] }>(
          'productcatalogservice',
          'ProductCatalogService/ListProducts',
          {},
          headers,
        )
      ).products,
    product: (id: string) =>
      app.call<Product>(
        'productcatalogservice',
        'ProductCatalogService/GetProduct',
        { id },
        headers,
      ),
    currencies: async () =>
      (
        await app.call<{ codes: readonly string[] }>(
          'currencyservice',
          'CurrencyService/GetSupportedCurrencies',
          {},
          headers,
        )
      ).codes,
    convert: (from: Money, to: string) =>
      app.call<Money>('currencyservice', 'CurrencyService/Convert', { from, to }, headers),
    cart: async (userId: string) =>
      (await app.call<Cart>('cartservice', 'CartService/GetCart', { userId }, headers)).items,
    addItem: (userId: string, item: CartItem) =>
      app.call<object>('cartservice', 'CartService/AddItem', { userId, item }, headers),
    emptyCart: (userId: string) =>
      app.call<object>('cartservice', 'CartService/EmptyCart', { userId }, headers),
    recommendations: (productIds: readonly string[]) =>
      app.call<Recommendations>(
        'recommendationservice',
        'RecommendationService/ListRecommendations',
        { productIds },
        headers,
      ),
    quote: async (items: readonly CartItem[]) =>
      (
        await app.call<{ cost: Money }>(
          'shippingservice',
          'ShippingService/GetQuote',
          { items },
          headers,
        )
      ).cost,
    placeOrder: (order: { userId: string; currency: string; email: string; card: string }) =>
      app.call<Order>('checkoutservice', 'CheckoutService/PlaceOrder', order, headers),
    /** The shop works without advertisements: a failure leaves the list empty. */
    ads: async (words: readonly string[]) =>
      (
        await app
          .call<{ texts: readonly string[] }>(
            'adservice',
            'AdService/GetAds',
            { words },
            headers,
            AD_TIMEOUT,
          )
          .catch(() => ({ texts: [] }))
      ).texts,
  }
}
