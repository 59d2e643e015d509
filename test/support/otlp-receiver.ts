// An OTLP back end for tests: it takes logs and spans over gRPC and keeps them as plain objects.
import { Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js'
import { messageType } from '../../proto/message-type.ts'
import type { Cleanup } from './cleanup.ts'

export interface LogLine {
  readonly body: string
  readonly attributes: Readonly<Record<string, string>>
  readonly resource: Readonly<Record<string, string>>
}

export interface SpanSeen {
  readonly service: string
  readonly name: string
  /** Hexadecimal. */
  readonly trace: string
  readonly id: string
  /** Empty for a root. */
  readonly parent: string
  readonly kind: string
  readonly attributes: Readonly<Record<string, string>>
}

export interface OtlpReceiver {
  readonly port: number
  readonly logs: readonly LogLine[]
  readonly spans: readonly SpanSeen[]
}

interface KeyValue {
  readonly key: string
  readonly value?: { readonly string_value?: string }
}

interface Resource {
  readonly attributes?: readonly KeyValue[]
}

interface Logs {
  readonly resource_logs?: readonly {
    readonly resource?: Resource
    readonly scope_logs?: readonly {
      readonly log_records?: readonly {
        readonly body?: { readonly string_value?: string }
        readonly attributes?: readonly KeyValue[]
      }[]
    }[]
  }[]
}

interface Spans {
  readonly resource_spans?: readonly {
    readonly resource?: Resource
    readonly scope_spans?: readonly {
      readonly spans?: readonly {
        readonly name: string
        readonly trace_id: Uint8Array
        readonly span_id: Uint8Array
        readonly parent_span_id?: Uint8Array
        readonly kind: string
        readonly attributes?: readonly KeyValue[]
      }[]
    }[]
  }[]
}

const COLLECTOR = 'opentelemetry.proto.collector'

export async function otlpReceiver(
  t: Cleanup,
  options: { readonly address: string; readonly port?: number },
): Promise<OtlpReceiver> {
  const logs: LogLine[] = []
  const spans: SpanSeen[] = []
  const server = new Server()
  take<Logs>(server, 'logs', 'LogsService', 'ExportLogsServiceRequest', (request) =>
    logs.push(...linesOf(request)),
  )
  take<Spans>(server, 'trace', 'TraceService', 'ExportTraceServiceRequest', (request) =>
    spans.push(...spansOf(request)),
  )
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(
      `${options.address}:${options.port ?? 0}`,
      ServerCredentials.createInsecure(),
      (error, bound) => (error ? reject(error) : resolve(bound)),
    )
  })
  t.after(() => server.forceShutdown())
  return { port, logs, spans }
}

function take<T>(
  server: Server,
  area: string,
  service: string,
  message: string,
  keep: (request: T) => void,
): void {
  const type = messageType(`${COLLECTOR}.${area}.v1.${message}`)
  const same = (bytes: Buffer) => bytes
  const path = `/${COLLECTOR}.${area}.v1.${service}/Export`
  server.addService(
    {
      Export: {
        ...{ path, requestStream: false, responseStream: false },
        ...{ requestSerialize: same, requestDeserialize: same },
        ...{ responseSerialize: same, responseDeserialize: same },
      },
    },
    {
      Export: (call: { request: Buffer }, done: sendUnaryData<Buffer>) => {
        keep(type.toObject(type.decode(call.request), { enums: String }) as T)
        done(null, Buffer.alloc(0))
      },
    },
  )
}

function linesOf({ resource_logs = [] }: Logs): LogLine[] {
  return resource_logs.flatMap(({ resource, scope_logs = [] }) =>
    scope_logs.flatMap(({ log_records = [] }) =>
      log_records.map(({ body, attributes }) => ({
        body: body?.string_value ?? '',
        attributes: record(attributes),
        resource: record(resource?.attributes),
      })),
    ),
  )
}

function spansOf({ resource_spans = [] }: Spans): SpanSeen[] {
  return resource_spans.flatMap(({ resource, scope_spans = [] }) =>
    scope_spans.flatMap(({ spans = [] }) =>
      spans.map((span) => ({
        service: record(resource?.attributes)['service.name'] ?? '',
        name: span.name,
        trace: hex(span.trace_id),
        id: hex(span.span_id),
        parent: hex(span.parent_span_id ?? new Uint8Array()),
        kind: span.kind,
        attributes: record(span.attributes),
      })),
    ),
  )
}

function record(attributes: readonly KeyValue[] = []): Record<string, string> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value?.string_value ?? '']))
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
