// Checks of one document by itself.
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Document } from '../../model/document.ts'
import { isKind } from '../../model/schema/index.ts'
import { checkDelivery } from './delivery.ts'
import { checkDestinationRule } from './destination-rule.ts'
import { checkEnvoyFilter } from './envoy-filter.ts'
import { checkTrafficExtension, checkWasmPlugin } from './extension.ts'
import { checkGateway } from './gateway.ts'
import { checkHttpRoute } from './http-route.ts'
import { checkKubernetesGateway } from './kubernetes-gateway.ts'
import { checkMeshConfig } from './mesh-config.ts'
import { reportOn } from './report.ts'
import { checkService } from './service.ts'
import { checkServiceEntry } from './service-entry.ts'
import { checkSidecar } from './sidecar.ts'
import { checkTelemetry } from './telemetry.ts'
import { checkVirtualService } from './virtual-service.ts'
import { checkWorkloadEntry, checkWorkloadGroup } from './workload-entry.ts'

/**
 * What can be told from the document alone. With an error it cannot be used. Kinds that protect (PeerAuthentication,
 * AuthorizationPolicy) have none here: refused they would protect less, so translation lets them fail closed, and
 * `references` tells what is wrong with them.
 */
export function validate(document: Document): Diagnostic[] {
  const report = reportOn(document)
  if (isKind(document, 'VirtualService')) checkVirtualService(report, document)
  else if (isKind(document, 'DestinationRule')) checkDestinationRule(report, document)
  else if (isKind(document, 'Gateway')) checkGateway(report, document)
  else if (isKind(document, 'ServiceEntry')) checkServiceEntry(report, document)
  else if (isKind(document, 'WorkloadEntry')) checkWorkloadEntry(report, document.spec, ['spec'])
  else if (isKind(document, 'WorkloadGroup')) checkWorkloadGroup(report, document.spec)
  else if (isKind(document, 'Sidecar')) checkSidecar(report, document)
  else if (isKind(document, 'EnvoyFilter')) checkEnvoyFilter(report, document)
  else if (isKind(document, 'Telemetry')) checkTelemetry(report, document)
  else if (isKind(document, 'WasmPlugin')) checkWasmPlugin(report, document)
  else if (isKind(document, 'TrafficExtension')) checkTrafficExtension(report, document)
  else if (isKind(document, 'Service')) checkService(report, document)
  else if (isKind(document, 'MeshConfig')) checkMeshConfig(report, document.spec)
  else if (isKind(document, 'KubernetesGateway')) checkKubernetesGateway(report, document)
  else if (isKind(document, 'HTTPRoute')) checkHttpRoute(report, document)
  checkDelivery(report, document)
  return report.diagnostics
}
