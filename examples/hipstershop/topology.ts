// Hipstershop on one machine: its services, workloads, calls and addresses, in one table that all demo code reads.

export type Protocol = 'http' | 'grpc' | 'tcp'

export interface ServiceRow {
  readonly name: string
  /** The port callers use. Ports below 1024 would need root, so the frontend's 80 is 8080 here. */
  readonly port: number
  /** The port of the workload's inbound listener. */
  readonly targetPort: number
  readonly protocol: Protocol
  readonly calls: readonly string[]
}

export interface WorkloadRow {
  readonly name: string
  /** The `app` label and the service account; the service of that name, where there is one, selects it. */
  readonly app: string
  readonly version: string
  /** Last octet of its addresses, and its application's port counted from 18000. */
  readonly number: number
  /** False: no Envoy beside it, so it is called in plain text. */
  readonly proxied: boolean
}

export const NAMESPACE = 'default'
export const TRUST_DOMAIN = 'cluster.local'

export const SERVICES: readonly ServiceRow[] = [
  {
    ...service('frontend', 8080, 8080, 'http'),
    calls: [
      'productcatalogservice',
      'currencyservice',
      'cartservice',
      'recommendationservice',
      'shippingservice',
      'checkoutservice',
      'adservice',
    ],
  },
  service('adservice', 9555, 9555, 'grpc'),
  { ...service('cartservice', 7070, 7070, 'grpc'), calls: ['redis-cart'] },
  {
    ...service('checkoutservice', 5050, 5050, 'grpc'),
    calls: [
      'cartservice',
      'productcatalogservice',
      'currencyservice',
      'shippingservice',
      'paymentservice',
      'emailservice',
    ],
  },
  service('currencyservice', 7000, 7000, 'grpc'),
  service('emailservice', 5000, 8080, 'grpc'),
  service('paymentservice', 50051, 50051, 'grpc'),
  service('productcatalogservice', 3550, 3550, 'grpc'),
  { ...service('recommendationservice', 8080, 8080, 'grpc'), calls: ['productcatalogservice'] },
  service('shippingservice', 50051, 50051, 'grpc'),
  service('redis-cart', 6379, 6379, 'tcp'),
]

export const WORKLOADS: readonly WorkloadRow[] = [
  workload('ingressgateway', 'ingressgateway', '1', 10),
  workload('frontend-v1', 'frontend', '1', 11),
  workload('frontend-v2', 'frontend', '2', 12),
  workload('adservice', 'adservice', '1', 13),
  workload('cartservice', 'cartservice', '1', 14),
  workload('checkoutservice', 'checkoutservice', '1', 15),
  workload('currencyservice', 'currencyservice', '1', 16),
  workload('emailservice', 'emailservice', '1', 17),
  workload('paymentservice', 'paymentservice', '1', 18),
  workload('productcatalogservice', 'productcatalogservice', '1', 19),
  workload('recommendationservice-v1', 'recommendationservice', '1', 20),
  workload('recommendationservice-v2', 'recommendationservice', '2', 21),
  workload('shippingservice', 'shippingservice', '1', 22),
  workload('loadgenerator', 'loadgenerator', '1', 23),
  { ...workload('redis-cart', 'redis-cart', '1', 30), proxied: false },
]

/** The European Central Bank as the mesh knows it, and the local stand-in that answers for it. */
export const BANK = { host: 'www.ecb.europa.eu', port: 8090, standIn: 18031 } as const

export const GATEWAY = { address: '127.10.0.10', port: 8080 } as const

/** Who calls whom, as `caller>service`: the 16 calls of Hipstershop's default installation. */
export const EDGES: readonly string[] = [
  'loadgenerator>frontend',
  ...SERVICES.flatMap((row) => row.calls.map((called) => `${row.name}>${called}`)),
]

/** Where a workload is reached: its Envoy's inbound listener, or the workload itself without one. */
export function inboundAddress(row: WorkloadRow): string {
  return `127.10.0.${row.number}`
}

/** Where a workload's application finds the services it calls: its Envoy's outbound listeners. */
export function outboundAddress(row: WorkloadRow): string {
  return `127.20.0.${row.number}`
}

/** The application's own port on 127.0.0.1, behind its Envoy. */
export function appPort(row: WorkloadRow): number {
  return 18000 + row.number
}

export function serviceOf(name: string): ServiceRow {
  return found(
    SERVICES.find((row) => row.name === name),
    name,
  )
}

export function workloadOf(name: string): WorkloadRow {
  return found(
    WORKLOADS.find((row) => row.name === name),
    name,
  )
}

function found<Row>(row: Row | undefined, name: string): Row {
  if (row === undefined) throw new Error(`the topology has no ${name}`)
  return row
}

function service(name: string, port: number, targetPort: number, protocol: Protocol): ServiceRow {
  return { name, port, targetPort, protocol, calls: [] }
}

function workload(name: string, app: string, version: string, number: number): WorkloadRow {
  return { name, app, version, number, proxied: true }
}
