// Where a sidecar takes in what its workload sends: the ports that its Sidecar binds, or one for each port of what it may call.
import type { Document } from '../../model/document.ts'
import { endpointsOf } from '../../model/endpoint.ts'
import { isAddress } from '../../model/host.ts'
import { memo } from '../../model/memo.ts'
import { isHttp, protocolOf } from '../../model/protocol.ts'
import type { EgressListener, Sidecar } from '../../model/schema/sidecar.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import type { View } from '../../model/view.ts'
import { meshConfig } from '../mesh-config.ts'
import { ALL_HOSTS, egressOf, importedServices, sidecarOf } from '../scope.ts'
import {
  httpListener,
  type Outbound,
  outboundListener,
  type Place,
  type Taken,
} from './outbound-listener.ts'

export const outboundListeners = memo((view: View, _: ''): readonly Outbound[] => {
  if (view.facet('type') === 'gateway') return []
  const sidecar = sidecarOf(view, '')
  const byName = new Map<string, Outbound>()
  for (const outbound of proxyListener(view, sidecar)) byName.set(outbound.listener.name, outbound)
  const listeners = egressOf(sidecar)
  if (!sidecar || !listeners) {
    return Object.freeze([...byName.values(), ...captured(view, ALL_HOSTS)])
  }
  for (const [index, egress] of listeners.entries()) {
    for (const outbound of egressListeners(view, sidecar, egress, index)) {
      if (!byName.has(outbound.listener.name)) byName.set(outbound.listener.name, outbound)
    }
  }
  return Object.freeze([...byName.values()])
})

/** MeshConfig's `proxyHttpPort`: applications may name the proxy as their HTTP proxy, for every port of what is imported. */
function proxyListener(view: View, sidecar: Document<Sidecar> | undefined): Outbound[] {
  const { proxyHttpPort } = meshConfig(view)
  const [key] = view.keys('MeshConfig')
  const document = key === undefined ? undefined : view.get('MeshConfig', key)
  if (!proxyHttpPort || !document) return []
  const egress = egressOf(sidecar)
  const hosts = egress?.flatMap((listener) => listener.hosts).join(',') ?? ALL_HOSTS
  const place = { bind: '127.0.0.1', port: proxyHttpPort, hosts, isBound: true, isNamed: true }
  return [httpListener(view, { ...place, origin: document.at(['proxyHttpPort']) }, true)]
}

function egressListeners(
  view: View,
  sidecar: Document<Sidecar>,
  egress: EgressListener,
  index: number,
): readonly Outbound[] {
  const hosts = egress.hosts.join(',')
  const bind = egress.bind || undefined
  const isBound = egress.captureMode === 'NONE' || bind !== undefined
  if (!egress.port) {
    return isBound ? localListeners(view, hosts, bind) : captured(view, hosts)
  }
  const { number, name, protocol } = egress.port
  const place: Place = {
    bind: bind ?? (isBound ? '127.0.0.1' : '0.0.0.0'),
    port: number,
    hosts,
    isBound,
    isNamed: bind !== undefined,
    origin: sidecar.at(['spec', 'egress', index]),
  }
  const declared = protocolOf(number, name, protocol)
  const isHttpProxy = protocol?.toUpperCase() === 'HTTP_PROXY'
  if (isHttp(declared) || isHttpProxy) return [httpListener(view, place, isHttpProxy)]
  const targets = byPort(importedServices(view, hosts)).get(number) ?? []
  const taken = targets.map((target): Taken => {
    const protocol = declared === 'auto' ? target.port.protocol : declared
    return { ...target, protocol, subnets: [] }
  })
  return taken.length > 0 ? [outboundListener(view, place, taken)] : []
}

/** One listener for each port of what one namespace list imports, on loopback (captureMode NONE without a port). */
function localListeners(view: View, hosts: string, bind = '127.0.0.1'): Outbound[] {
  return [...byPort(importedServices(view, hosts))].map(([port, targets]) => {
    const origin = targets[0]!.service.document.at(['metadata', 'name'])
    const isNamed = bind !== '127.0.0.1'
    const place: Place = { bind, port, hosts, isBound: true, isNamed, origin }
    return outboundListener(view, place, targets.map(asDeclared))
  })
}

/** One listener for all HTTP services of a port and for what has no address, one for each address of the others (Istio). */
function captured(view: View, hosts: string): readonly Outbound[] {
  return Object.freeze(
    [...byPort(importedServices(view, hosts))].flatMap(([port, targets]) =>
      [...byBind(view, targets)].map(([bind, taken]) => {
        const origin = taken[0]!.service.document.at(['metadata', 'name'])
        const isNamed = bind !== ANY_ADDRESS
        return outboundListener(view, { bind, port, hosts, isBound: false, isNamed, origin }, taken)
      }),
    ),
  )
}

const ANY_ADDRESS = '0.0.0.0'

function byBind(view: View, targets: readonly Target[]): Map<string, Taken[]> {
  const binds = new Map<string, Taken[]>()
  const add = (bind: string, taken: Taken) => {
    const list = binds.get(bind)
    if (list) list.push(taken)
    else binds.set(bind, [taken])
  }
  const declared = targets.map(asDeclared)
  for (const taken of declared.filter(({ protocol }) => isHttp(protocol))) add(ANY_ADDRESS, taken)
  for (const taken of declared.filter(({ protocol }) => !isHttp(protocol))) {
    const { addresses, headless, externalName } = taken.service
    if (headless) {
      for (const address of podsOf(view, taken.service)) add(address, taken)
      continue
    }
    // What is called by a name alone is passed on, lest it takes every connection to its port.
    if (externalName !== undefined) continue
    const blocks = addresses.filter((address) => address.includes('/'))
    if (addresses.length === 0) add(ANY_ADDRESS, taken)
    if (blocks.length > 0) add(ANY_ADDRESS, { ...taken, subnets: blocks })
    for (const address of addresses) if (!address.includes('/')) add(address, taken)
  }
  return binds
}

/** A headless service is called by the addresses of its pods; a pod's calls of itself do not come this way. */
function podsOf(view: View, service: Service): string[] {
  const own = view.facet('address')
  const addresses = endpointsOf(view, service).map(({ address }) => address)
  return [...new Set(addresses)].filter((address) => isAddress(address) && address !== own)
}

interface Target {
  readonly service: Service
  readonly port: ServicePort
}

function asDeclared(target: Target): Taken {
  return { ...target, protocol: target.port.protocol, subnets: [] }
}

/** In the order of the ports. */
function byPort(services: readonly Service[]): Map<number, Target[]> {
  const ports = new Map<number, Target[]>()
  for (const service of services) {
    for (const port of service.ports) {
      const list = ports.get(port.number)
      if (list) list.push({ service, port })
      else ports.set(port.number, [{ service, port }])
    }
  }
  return new Map([...ports].sort(([a], [b]) => a - b))
}
