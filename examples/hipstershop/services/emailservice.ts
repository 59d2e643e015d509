// Order confirmations: accepted and sent nowhere.
import type { Handler } from '../standin/grpc.ts'

export function emailservice(): Record<string, Handler> {
  return { 'EmailService/SendOrderConfirmation': () => ({}) }
}
