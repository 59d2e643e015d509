// What else to buy: products that are not on the page yet; the answer names the version that gave it.
import type { App } from '../standin/app.ts'
import type { Handler } from '../standin/grpc.ts'
import type { Headers } from '../standin/headers.ts'
import type { Product } from '../standin/proto.ts'

const MOST = 4

export function recommendationservice(app: App): Record<string, Handler> {
  return {
    'RecommendationService/ListRecommendations': async (
      request: { productIds: readonly string[] },
      headers: Headers,
    ) => {
      const { products } = await app.call<{ products: readonly Product[] }>(
        'productcatalogservice',
        'ProductCatalogService/ListProducts',
        {},
        headers,
      )
      const others = products.map((row) => row.id).filter((id) => !request.productIds.includes(id))
      return { productIds: others.slice(0, MOST), version: app.row.version }
    },
  }
}
