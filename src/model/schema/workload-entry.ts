// WorkloadEntry: one workload outside Kubernetes; WorkloadGroup: the template of many.
import { type Infer, int32, list, map, object, port, required, string, uint32 } from '../shape.ts'
import { labels, strings } from './match.ts'

/** Of an endpoint of a ServiceEntry as well. Locality is `region/zone/subzone`. */
export const workloadEntry = object({
  address: string,
  ports: map(port),
  labels,
  network: string,
  locality: string,
  weight: uint32,
  serviceAccount: string,
})

export const readinessProbe = object(
  {
    initialDelaySeconds: int32,
    timeoutSeconds: int32,
    periodSeconds: int32,
    successThreshold: int32,
    failureThreshold: int32,
    httpGet: object({
      path: string,
      port: required(port),
      host: string,
      scheme: string,
      httpHeaders: list(object({ name: string, value: string })),
    }),
    tcpSocket: object({ host: string, port: required(port) }),
    exec: object({ command: required(strings) }),
    grpc: object({ port, service: string }),
  },
  [['httpGet', 'tcpSocket', 'exec', 'grpc']],
)

export const workloadGroup = object({
  metadata: object({ labels, annotations: map(string) }),
  template: required(workloadEntry),
  probe: readinessProbe,
})

export type WorkloadEntry = Infer<typeof workloadEntry>
export type ReadinessProbe = Infer<typeof readinessProbe>
export type WorkloadGroup = Infer<typeof workloadGroup>
