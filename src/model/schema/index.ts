// Every kind Lotse reads, with its versions and its shape: the table that the registry checks documents against.
import type { Document, Kind } from '../document.ts'
import type { Infer, Shape } from '../shape.ts'
import { authorizationPolicy, requestAuthentication } from './authorization-policy.ts'
import { configMap, endpointSlice, namespace, secret, service } from './core.ts'
import { destinationRule } from './destination-rule.ts'
import { gateway } from './gateway.ts'
import { gatewayClass, kubernetesGateway, referenceGrant } from './gateway-api.ts'
import { httpRoute } from './http-route.ts'
import { meshConfig } from './mesh-config.ts'
import { peerAuthentication } from './peer-authentication.ts'
import { envoyFilter, proxyConfig } from './proxy-config.ts'
import { serviceEntry } from './service-entry.ts'
import { sidecar } from './sidecar.ts'
import { telemetry } from './telemetry.ts'
import { trafficExtension } from './traffic-extension.ts'
import { virtualService } from './virtual-service.ts'
import { wasmPlugin } from './wasm-plugin.ts'
import { workloadEntry, workloadGroup } from './workload-entry.ts'

export interface KindSchema<T> {
  readonly apiVersions: readonly string[]
  readonly shape: Shape<T>
  /** False: the object's namespace is ''. */
  readonly namespaced: boolean
  /** Where the content stands: below `spec`, or beside `metadata`. */
  readonly content: 'spec' | 'root'
}

const networking = [
  'networking.istio.io/v1',
  'networking.istio.io/v1beta1',
  'networking.istio.io/v1alpha3',
]
const security = ['security.istio.io/v1', 'security.istio.io/v1beta1']
const telemetryVersions = ['telemetry.istio.io/v1', 'telemetry.istio.io/v1alpha1']

const extensions = ['extensions.istio.io/v1alpha1']

/** Of the Kubernetes Gateway API. */
const gatewayApi = ['gateway.networking.k8s.io/v1', 'gateway.networking.k8s.io/v1beta1']

function inSpec<T>(apiVersions: readonly string[], shape: Shape<T>): KindSchema<T> {
  return { apiVersions, shape, namespaced: true, content: 'spec' }
}

function atRoot<T>(apiVersions: readonly string[], shape: Shape<T>): KindSchema<T> {
  return { apiVersions, shape, namespaced: true, content: 'root' }
}

export const SCHEMAS = {
  Service: inSpec(['v1'], service),
  EndpointSlice: atRoot(['discovery.k8s.io/v1'], endpointSlice),
  Namespace: { ...inSpec(['v1'], namespace), namespaced: false },
  Secret: atRoot(['v1'], secret),
  ConfigMap: atRoot(['v1'], configMap),
  VirtualService: inSpec(networking, virtualService),
  DestinationRule: inSpec(networking, destinationRule),
  Gateway: inSpec(networking, gateway),
  ServiceEntry: inSpec(networking, serviceEntry),
  WorkloadEntry: inSpec(networking, workloadEntry),
  WorkloadGroup: inSpec(networking, workloadGroup),
  Sidecar: inSpec(networking, sidecar),
  ProxyConfig: inSpec(networking, proxyConfig),
  EnvoyFilter: inSpec(networking, envoyFilter),
  PeerAuthentication: inSpec(security, peerAuthentication),
  RequestAuthentication: inSpec(security, requestAuthentication),
  AuthorizationPolicy: inSpec(security, authorizationPolicy),
  Telemetry: inSpec(telemetryVersions, telemetry),
  WasmPlugin: inSpec(extensions, wasmPlugin),
  TrafficExtension: inSpec(extensions, trafficExtension),
  GatewayClass: { ...inSpec(gatewayApi, gatewayClass), namespaced: false },
  KubernetesGateway: inSpec(gatewayApi, kubernetesGateway),
  HTTPRoute: inSpec(gatewayApi, httpRoute),
  ReferenceGrant: inSpec(gatewayApi, referenceGrant),
  MeshConfig: { ...atRoot(['mesh.istio.io/v1alpha1'], meshConfig), namespaced: false },
} satisfies { readonly [K in Kind]: KindSchema<unknown> }

/** The checked content of each kind. */
export type Specs = { readonly [K in Kind]: Infer<(typeof SCHEMAS)[K]['shape']> }

/** A checked object of a kind, as `DocumentOf<'VirtualService'>`. */
export type DocumentOf<K extends Kind> = Document<Specs[K]> & { readonly kind: K }

/** Is the object one of this kind? Narrows its spec's type. */
export function isKind<K extends Kind>(document: Document, kind: K): document is DocumentOf<K> {
  return document.kind === kind
}
