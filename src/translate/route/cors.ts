// Cross-origin requests, as configuration of Envoy's CORS filter for one route.
import type { Any } from '../../../proto/envoy.d.ts'
import { milliseconds } from '../../model/duration.ts'
import { ORIGIN, type Origin } from '../../model/origin.ts'
import type { CorsPolicy } from '../../model/schema/virtual-service.ts'
import { typed } from '../typed.ts'
import { stringMatcher } from './string-match.ts'

export function corsConfig(policy: CorsPolicy, origin: Origin): Any {
  // The older field holds exact texts; Envoy takes an exact `*` for any origin.
  const origins = policy.allowOrigins ?? policy.allowOrigin?.map((exact) => ({ exact })) ?? []
  const { maxAge, allowCredentials } = policy
  return typed('envoy.extensions.filters.http.cors.v3.CorsPolicy', {
    ...(origins.length > 0 ? { allow_origin_string_match: origins.map(stringMatcher) } : {}),
    ...joined('allow_methods', policy.allowMethods),
    ...joined('allow_headers', policy.allowHeaders),
    ...joined('expose_headers', policy.exposeHeaders),
    ...(maxAge ? { max_age: String(Math.floor(milliseconds(maxAge) / 1000)) } : {}),
    ...(allowCredentials === undefined ? {} : { allow_credentials: allowCredentials }),
    forward_not_matching_preflights: policy.unmatchedPreflights !== 'IGNORE',
    [ORIGIN]: origin,
  })
}

function joined<K extends string>(
  key: K,
  words: readonly string[] | undefined,
): { [P in K]?: string } {
  return words?.length ? ({ [key]: words.join(',') } as { [P in K]: string }) : {}
}
