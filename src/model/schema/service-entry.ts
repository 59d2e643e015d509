// ServiceEntry: a service that is not a Kubernetes Service.
import { enumOf, type Infer, list, object, port, required, string } from '../shape.ts'
import { strings, workloadSelector } from './match.ts'
import { workloadEntry } from './workload-entry.ts'

const servicePort = object({
  number: required(port),
  protocol: string,
  name: required(string),
  targetPort: port,
})

export const serviceEntry = object(
  {
    hosts: required(list(string, 1)),
    addresses: strings,
    ports: list(servicePort),
    location: enumOf('MESH_EXTERNAL', 'MESH_INTERNAL'),
    resolution: enumOf('NONE', 'STATIC', 'DNS', 'DNS_ROUND_ROBIN', 'DYNAMIC_DNS'),
    endpoints: list(workloadEntry),
    workloadSelector,
    exportTo: strings,
    subjectAltNames: strings,
  },
  [['workloadSelector', 'endpoints']],
)

export type ServiceEntry = Infer<typeof serviceEntry>
export type ServiceEntryPort = Infer<typeof servicePort>
