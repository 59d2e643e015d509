// Advertisements, by the words of the page.
import type { Handler } from '../standin/grpc.ts'

const ADS: Readonly<Record<string, string>> = {
  instruments: 'Sextants, half price until the next new moon.',
  clothing: 'Dry socks. You will want them.',
  food: 'Ship’s biscuit, twice baked.',
}

export function adservice(): Record<string, Handler> {
  return {
    'AdService/GetAds': (request: { words: readonly string[] }) => ({
      texts: request.words.map((word) => ADS[word]).filter((text) => text !== undefined),
    }),
  }
}
