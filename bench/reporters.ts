// Many proxies that report as Envoy does: one connection and one report at a time each. `reporters.ts PORT JSON`
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import { messageType } from '../proto/message-type.ts'
import { BOUNDS } from '../src/telemetry/window.ts'

const [port = '', options = '{}'] = process.argv.slice(2)
const { proxies, edges, every } = JSON.parse(options) as Record<
  'proxies' | 'edges' | 'every',
  number
>
/** As Envoy has them for answers that are not slow. */
const FAST = BOUNDS.slice(0, 4)
const REQUEST = messageType('opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest')
const PATH = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export'

function attributes(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags).map(([key, value]) => ({ key, value: { string_value: value } }))
}

function counter(name: string, tags: Readonly<Record<string, string>>, value: number) {
  return { name, sum: { data_points: [{ attributes: attributes(tags), as_int: value }] } }
}

function edge(number: number): object[] {
  const host = `service-${number}.shop.svc.cluster.local`
  const e = `outbound|80||${host};service-${number}-v1;shop;service-${number};v1`
  const c = `200;-;;spiffe://cluster.local/ns/shop/sa/service-${number};00`
  const point = {
    attributes: attributes({ e: `${e} 200;-;` }),
    ...{ sum: 12_345, explicit_bounds: FAST },
    bucket_counts: [...FAST, 0].map((_, index) => index % 4),
  }
  const name = `cluster.shop.svc.cluster.local.upstream_cx`
  const tags = { 'envoy.cluster_name': `outbound|80||service-${number}` }
  return [
    counter('lotse.rq', { e: `${e} ${c}` }, 20),
    { name: 'lotse.us', histogram: { data_points: [point] } },
    counter(`${name}_rx_bytes_total`, tags, 4_000),
    counter(`${name}_tx_bytes_total`, tags, 2_000),
  ]
}

const metrics = Array.from({ length: edges }, (_, number) => edge(number)).flat()
const body = Buffer.from(
  REQUEST.encode(
    REQUEST.fromObject({ resource_metrics: [{ scope_metrics: [{ metrics }] }] }),
  ).finish(),
)
const same = (bytes: Buffer) => bytes
for (let number = 0; number < proxies; number++) {
  const settings = { 'grpc.use_local_subchannel_pool': 1 }
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), settings)
  const metadata = new Metadata()
  metadata.set('x-lotse-node', `shop/client-${number}`)
  const report = () => client.makeUnaryRequest(PATH, same, same, body, metadata, () => undefined)
  // Spread over the interval, as proxies that started at different times are.
  setTimeout(() => setInterval(report, every), (every * number) / proxies)
}
