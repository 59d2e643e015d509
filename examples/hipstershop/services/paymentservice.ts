// Payment: takes any card number of sixteen digits.
import { randomUUID } from 'node:crypto'
import { status } from '@grpc/grpc-js'
import { type Handler, Refusal } from '../standin/grpc.ts'

export function paymentservice(): Record<string, Handler> {
  return {
    'PaymentService/Charge': (request: { card: string }) => {
      if (!/^\d{16}$/.test(request.card)) {
        throw new Refusal(status.INVALID_ARGUMENT, 'a card number has sixteen digits')
      }
      return { transactionId: randomUUID() }
    },
  }
}
