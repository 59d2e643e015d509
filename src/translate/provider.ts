// Extension providers by name, and the clusters by which those that are services are reached.
import { memo } from '../model/memo.ts'
import type { ExtensionProvider } from '../model/schema/extension-provider.ts'
import type { Service } from '../model/service.ts'
import type { View } from '../model/view.ts'
import { hostOf } from './ext-authz.ts'
import { meshConfig } from './mesh-config.ts'
import { outboundCluster } from './names.ts'
import { exportedService } from './scope.ts'

/** Of two with one name the first. */
export const extensionProvider = memo((view: View, name: string): ExtensionProvider | undefined =>
  meshConfig(view).extensionProviders.find((provider) => provider.name === name),
)

export interface Backend {
  readonly service: Service
  readonly cluster: string
  readonly host: string
}

/** Undefined if no service that the proxy may see is there, or if it lacks the port. */
export function backendOf(view: View, service: string, port: number): Backend | undefined {
  const host = hostOf(service)
  const found = exportedService(view, host)
  if (!found?.ports.some(({ number }) => number === port)) return undefined
  return { service: found, cluster: outboundCluster(found.hostname, port), host }
}

/** `collector.istio-system:4317`, as hosts are written in a cluster. */
export function placeOf(address = '') {
  const [, host, port] = /^(.+):(\d+)$/.exec(address) ?? []
  if (!host) return undefined
  const service = /^[^.]+\.[^.]+$/.test(host) ? `${host}.svc.cluster.local` : host
  return { service, port: Number(port) }
}

/** Where access logs go by MeshConfig alone, without an extension provider. */
export function accessLogService(view: View) {
  const { enableEnvoyAccessLogService, defaultConfig } = meshConfig(view)
  if (!enableEnvoyAccessLogService) return undefined
  return placeOf(defaultConfig.envoyAccessLogService?.address)
}

/** Names and values of headers for a backend. One whose variable is not set where the control plane runs is left out (L0260). */
export function headersOf(
  headers: readonly { readonly name: string; readonly value?: string }[] | undefined,
) {
  return (headers ?? []).flatMap(({ name, value }) =>
    value === undefined ? [] : [{ key: name, value }],
  )
}
