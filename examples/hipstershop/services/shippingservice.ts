// Shipping: a quote by the number of things, and a tracking number.
import { randomUUID } from 'node:crypto'
import type { Handler } from '../standin/grpc.ts'
import type { CartItem } from '../standin/proto.ts'

const CENTS_PER_PARCEL = 899
const THINGS_PER_PARCEL = 5

export function shippingservice(): Record<string, Handler> {
  return {
    'ShippingService/GetQuote': (request: { items: readonly CartItem[] }) => {
      const things = request.items.reduce((sum, item) => sum + item.quantity, 0)
      const parcels = Math.ceil(things / THINGS_PER_PARCEL)
      return { cost: { currency: 'USD', cents: parcels * CENTS_PER_PARCEL } }
    },
    'ShippingService/ShipOrder': () => ({ trackingId: `LOTSE-${randomUUID()}` }),
  }
}
