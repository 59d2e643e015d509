// Conversion by the European Central Bank's rates, which it fetches like any other service: through its own Envoy.
import { status } from '@grpc/grpc-js'
import type { App } from '../standin/app.ts'
import { type Handler, Refusal } from '../standin/grpc.ts'
import type { Headers } from '../standin/headers.ts'
import type { Money } from '../standin/proto.ts'
import { BANK } from '../topology.ts'

export const RATES_PATH = '/stats/eurofxref/eurofxref-daily.xml'
/** The bank publishes once a day; the demo asks often enough for its calls to be seen. */
const FRESH_MS = 2_000

/** Units of a currency for one euro. */
type Rates = ReadonlyMap<string, number>

export function currencyservice(app: App): Record<string, Handler> {
  let known: { readonly rates: Rates; readonly until: number } | undefined
  const current = async (headers: Headers): Promise<Rates> => {
    if (known && Date.now() < known.until) return known.rates
    const answer = await app.fetch(BANK.host, RATES_PATH, headers)
    // Yesterday's rates are better than none.
    const rates = answer.status === 200 ? readRates(answer.body) : known?.rates
    if (!rates) throw new Refusal(status.UNAVAILABLE, `the bank answered ${answer.status}`)
    known = { rates, until: Date.now() + FRESH_MS }
    return rates
  }
  return {
    'CurrencyService/GetSupportedCurrencies': async (_request: object, headers: Headers) => ({
      codes: [...(await current(headers)).keys()].sort(),
    }),
    'CurrencyService/Convert': async (request: { from: Money; to: string }, headers: Headers) => {
      const rates = await current(headers)
      const euros = request.from.cents / rateOf(rates, request.from.currency)
      return { currency: request.to, cents: Math.round(euros * rateOf(rates, request.to)) }
    },
  }
}

function rateOf(rates: Rates, currency: string): number {
  const rate = rates.get(currency)
  if (rate === undefined) throw new Refusal(status.INVALID_ARGUMENT, `no rate for ${currency}`)
  return rate
}

function readRates(xml: string): Rates {
  const rates = new Map([['EUR', 1]])
  for (const [, currency, rate] of xml.matchAll(/currency='([A-Z]{3})'\s+rate='([\d.]+)'/g)) {
    rates.set(currency!, Number(rate))
  }
  return rates
}
