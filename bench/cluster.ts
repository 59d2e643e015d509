// A large cluster on a real API server, filled as kubelets and controllers would fill it.

import { apiServerMissing } from '../test/kubernetes/support/api-server.ts'
import { type Cluster, startCluster } from '../test/kubernetes/support/cluster.ts'
import type { Cleanup } from '../test/support/cleanup.ts'
import { namespaceOf, serviceName } from './mesh.ts'

export const SIZE = { services: 1_000, podsEach: 10, rulesEvery: 2, nodes: 100 } as const

const AT_ONCE = 24
const SLICES = '/apis/discovery.k8s.io/v1'

export interface BigCluster extends Cluster {
  /** The first endpoint of a service gets this address. */
  move(service: number, address: string): Promise<void>
}

export async function startBigCluster(t: Cleanup): Promise<BigCluster> {
  const missing = apiServerMissing()
  if (missing) throw new Error(`there is no cluster to measure on: ${missing}`)
  const cluster = await startCluster(t)
  await cluster.namespace('istio-system')
  const spaces = new Set(Array.from({ length: SIZE.services }, (_, at) => namespaceOf(at)))
  await each([...spaces], (name) => cluster.namespace(name))
  await each(numbers(SIZE.nodes), (at) =>
    cluster.node(`node-${at}`, {
      'topology.kubernetes.io/region': 'europe',
      'topology.kubernetes.io/zone': `zone-${at % 3}`,
    }),
  )
  const pods = numbers(SIZE.services * SIZE.podsEach)
  await each(pods, (at) => addPod(cluster, at))
  await each(numbers(SIZE.services), (at) => addService(cluster, at))
  return {
    ...cluster,
    move: async (service, address) => {
      const path = `${SLICES}/namespaces/${namespaceOf(service)}/endpointslices/${serviceName(service)}-a`
      const patch = [{ op: 'replace', path: '/endpoints/0/addresses/0', value: address }]
      const done = await cluster.call('PATCH', path, patch, 'application/json-patch+json')
      if (done.status !== 200) throw new Error(JSON.stringify(done.body))
    },
  }
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at)
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < items.length) await work(items[next++]!)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

function addressOf(pod: number): string {
  return `10.${10 + (pod >> 16)}.${(pod >> 8) & 255}.${pod & 255}`
}

/** About as large as pods are: what is not read of them must not be kept. */
async function addPod(cluster: Cluster, at: number): Promise<void> {
  const service = Math.floor(at / SIZE.podsEach)
  const path = `/api/v1/namespaces/${namespaceOf(service)}/pods`
  const name = `${serviceName(service)}-7d9f8b6c5-${at}`
  const app = serviceName(service)
  const probe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 10 }
  await cluster.create(path, {
    metadata: {
      name,
      labels: { app, version: `v${1 + (at % 2)}`, 'pod-template-hash': '7d9f8b6c5' },
      annotations: {
        'prometheus.io/scrape': 'true',
        'checksum/config': 'd41d8cd98f00b204'.repeat(4),
      },
    },
    spec: {
      nodeName: `node-${at % SIZE.nodes}`,
      volumes: numbers(3).map((n) => ({ name: `config-${n}`, configMap: { name: `${app}-${n}` } })),
      containers: [
        {
          ...{
            name: 'app',
            image: `registry.example/team/${app}:1.42.0@sha256:${'ab'.repeat(32)}`,
          },
          ports: [{ name: 'http', containerPort: 8080 }],
          env: numbers(12).map((n) => ({ name: `SETTING_${n}`, value: `value of ${app}, ${n}` })),
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
          ...{ livenessProbe: probe, readinessProbe: probe },
          volumeMounts: numbers(3).map((n) => ({ name: `config-${n}`, mountPath: `/etc/${n}` })),
        },
      ],
    },
  })
  const since = { lastProbeTime: null, lastTransitionTime: '2026-01-01T00:00:00Z' }
  const types = ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled']
  const status = {
    phase: 'Running',
    podIP: addressOf(at),
    podIPs: [{ ip: addressOf(at) }],
    conditions: types.map((type) => ({ type, status: 'True', ...since })),
  }
  const type = 'application/strategic-merge-patch+json'
  const done = await cluster.call('PATCH', `${path}/${name}/status`, { status }, type)
  if (done.status !== 200) throw new Error(JSON.stringify(done.body))
}

async function addService(cluster: Cluster, at: number): Promise<void> {
  const [namespace, name] = [namespaceOf(at), serviceName(at)]
  await cluster.create(`/api/v1/namespaces/${namespace}/services`, {
    metadata: { name, labels: { app: name } },
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  })
  await cluster.create(`${SLICES}/namespaces/${namespace}/endpointslices`, {
    metadata: { name: `${name}-a`, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: numbers(SIZE.podsEach).map((n) => ({
      addresses: [addressOf(at * SIZE.podsEach + n)],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: `node-${(at * SIZE.podsEach + n) % SIZE.nodes}`,
      targetRef: {
        ...{ kind: 'Pod', namespace },
        name: `${name}-7d9f8b6c5-${at * SIZE.podsEach + n}`,
      },
    })),
  })
  if (at % SIZE.rulesEvery !== 0) return
  const host = `${name}.${namespace}.svc.cluster.local`
  const route = [{ destination: { host } }]
  await cluster.create(`/apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices`, {
    ...{ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name } },
    spec: {
      hosts: [host],
      http: [
        { match: [{ uri: { prefix: '/v2' } }], route, retries: { attempts: 3 } },
        { route, timeout: '5s' },
      ],
    },
  })
}
