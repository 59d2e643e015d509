// The products: a fixed list, prices in US dollars.
import { status } from '@grpc/grpc-js'
import { type Handler, Refusal } from '../standin/grpc.ts'
import type { Product } from '../standin/proto.ts'

export const PRODUCTS: readonly Product[] = [
  product('compass', 'Brass compass', 'instruments', 4_900),
  product('sextant', 'Sextant', 'instruments', 31_500),
  product('barometer', 'Barometer', 'instruments', 8_750),
  product('chart', 'Harbour chart', 'instruments', 1_290),
  product('oilskin', 'Oilskin coat', 'clothing', 12_900),
  product('pullover', 'Troyer pullover', 'clothing', 7_450),
  product('cap', 'Pilot’s cap', 'clothing', 2_990),
  product('tea', 'Frisian tea', 'food', 850),
  product('rum', 'Barrel of rum', 'food', 9_900),
]

export function productcatalogservice(): Record<string, Handler> {
  return {
    'ProductCatalogService/ListProducts': () => ({ products: PRODUCTS }),
    'ProductCatalogService/GetProduct': (request: { id: string }) => {
      const found = PRODUCTS.find((row) => row.id === request.id)
      if (!found) throw new Refusal(status.NOT_FOUND, `no product ${request.id}`)
      return found
    },
    'ProductCatalogService/SearchProducts': (request: { query: string }) => ({
      products: PRODUCTS.filter((row) =>
        row.name.toLowerCase().includes(request.query.toLowerCase()),
      ),
    }),
  }
}

function product(id: string, name: string, category: string, cents: number): Product {
  return { id, name, category, price: { currency: 'USD', cents } }
}
