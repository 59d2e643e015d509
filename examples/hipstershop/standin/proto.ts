// The methods of demo.proto by their gRPC path, with their encoders, and the messages as TypeScript types.
import { fileURLToPath } from 'node:url'
import type { MethodDefinition } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

export type Method = MethodDefinition<object, object>

/** Every method of demo.proto by path, as in `/hipstershop.CartService/GetCart`. */
export function loadMethods(): ReadonlyMap<string, Method> {
  const file = fileURLToPath(new URL('../demo.proto', import.meta.url))
  const methods = new Map<string, Method>()
  for (const entry of Object.values(
    loadSync(file, { longs: Number, defaults: true, arrays: true }),
  )) {
    // A service is a record of methods; a message or an enum has a `format`.
    if ('format' in entry) continue
    for (const method of Object.values(entry) as Method[]) methods.set(method.path, method)
  }
  return methods
}

/** `cents` are hundredths of the currency. */
export interface Money {
  readonly currency: string
  readonly cents: number
}

export interface Product {
  readonly id: string
  readonly name: string
  readonly category: string
  readonly price: Money
}

export interface CartItem {
  readonly productId: string
  readonly quantity: number
}

export interface Cart {
  readonly items: readonly CartItem[]
}

export interface Recommendations {
  readonly productIds: readonly string[]
  readonly version: string
}

export interface Order {
  readonly orderId: string
  readonly trackingId: string
  readonly total: Money
}
