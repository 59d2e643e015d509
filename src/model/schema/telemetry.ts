// Telemetry: tracing, metrics and access logs of some workloads.
import {
  boolean,
  duration,
  enumOf,
  type Infer,
  list,
  map,
  number,
  object,
  string,
  unused,
} from '../shape.ts'
import { policySelector, targetRef } from './match.ts'

const providers = list(object({ name: string }))
const mode = enumOf('CLIENT_AND_SERVER', 'CLIENT', 'SERVER')

/** Of a span; a MeshConfig has them too. */
export const customTag = object(
  {
    literal: object({ value: string }),
    environment: object({ name: string, defaultValue: string }),
    header: object({ name: string, defaultValue: string }),
    formatter: object({ value: string }),
  },
  [['literal', 'environment', 'header', 'formatter']],
)

const tracing = object({
  match: object({ mode }),
  providers,
  randomSamplingPercentage: number,
  disableSpanReporting: boolean,
  customTags: map(customTag),
  useRequestIdForTraceSampling: boolean,
  enableIstioTags: boolean,
  disableContextPropagation: boolean,
})

const metric = enumOf(
  'ALL_METRICS',
  'REQUEST_COUNT',
  'REQUEST_DURATION',
  'REQUEST_SIZE',
  'RESPONSE_SIZE',
  'TCP_OPENED_CONNECTIONS',
  'TCP_CLOSED_CONNECTIONS',
  'TCP_SENT_BYTES',
  'TCP_RECEIVED_BYTES',
  'GRPC_REQUEST_MESSAGES',
  'GRPC_RESPONSE_MESSAGES',
)

const metrics = object({
  providers,
  overrides: list(
    object({
      match: object(
        {
          metric,
          customMetric: unused(string, 'proxies count the metrics of Istio, and no others'),
          mode,
        },
        [['metric', 'customMetric']],
      ),
      disabled: boolean,
      tagOverrides: map(object({ operation: enumOf('UPSERT', 'REMOVE'), value: string })),
    }),
  ),
  reportingInterval: unused(
    duration,
    'what an open connection carries is reported every two seconds anyway',
  ),
})

const accessLogging = object({
  match: object({ mode }),
  providers,
  disabled: boolean,
  filter: object({ expression: string }),
})

export const telemetry = object({
  selector: policySelector,
  targetRef,
  targetRefs: list(targetRef),
  tracing: list(tracing),
  metrics: list(metrics),
  accessLogging: list(accessLogging),
})

export type Telemetry = Infer<typeof telemetry>
export type Tracing = Infer<typeof tracing>
export type Metrics = Infer<typeof metrics>
export type AccessLogging = Infer<typeof accessLogging>
export type CustomTag = Infer<typeof customTag>
