// The gRPC service by which proxies report: OTLP's MetricsService, on the port they have for their configuration.
import { type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js'
import type { Signals } from './signals.ts'

/** Who is calling. */
export interface Reporter {
  /** DER certificate that the connection proved. */
  readonly certificate: { readonly raw: Uint8Array } | undefined
  /** Node id as the caller says it; proves nothing. */
  readonly node: string
}

export const METRICS_PATH = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export'
const EMPTY = Buffer.alloc(0)

/** `identify` gives the workload as `NAMESPACE/NAME`, or undefined for a caller whose report counts for nothing. */
export function metricsService(
  signals: Signals,
  identify: (reporter: Reporter) => string | undefined,
) {
  const exportMetrics = (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => {
    const [node = ''] = call.metadata.get('x-lotse-node')
    const certificate = call.getAuthContext().sslPeerCertificate
    const reporter = identify({ certificate, node: String(node) })
    if (reporter === undefined) {
      return answer({ code: status.UNAUTHENTICATED, details: 'Report with a workload certificate' })
    }
    if (!signals.report(reporter, call.request)) {
      return answer({ code: status.INVALID_ARGUMENT, details: 'These bytes are no metrics' })
    }
    answer(null, EMPTY)
  }
  const same = (bytes: Buffer) => bytes
  return {
    definition: {
      export: {
        path: METRICS_PATH,
        requestStream: false,
        responseStream: false,
        requestSerialize: same,
        requestDeserialize: same,
        responseSerialize: same,
        responseDeserialize: same,
      },
    } as const,
    handlers: { export: exportMetrics },
  }
}
