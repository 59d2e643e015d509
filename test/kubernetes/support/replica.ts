// A control plane in the test's own process, with the rights of an installed one and webhooks that the API server can reach.
import { type App, openApp } from '../../../src/app.ts'
import { isProblem } from '../../../src/ca/problem.ts'
import { type Diagnostic, printDiagnostic } from '../../../src/model/diagnostic.ts'
import type { ApiServer } from './api-server.ts'

export const NAMESPACE = 'istio-system'
/** Of `lotse install`. */
export const SETTINGS = {
  ...{ namespace: NAMESPACE, image: 'lotse:test', proxyImage: 'lotse-proxy:test' },
  ...{ replicas: 2, revision: 'default' },
}

export async function openReplica(
  cluster: ApiServer,
  folder: string,
  log: Diagnostic[],
): Promise<App> {
  const own = (await cluster.create(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts/lotse/token`, {
    spec: { audiences: ['https://kubernetes.default.svc'] },
  })) as { status: { token: string } }
  const app = await openApp({
    config: [],
    kubernetes: {
      kubeconfig: cluster.kubeconfigOf(own.status.token),
      meshConfig: `${NAMESPACE}/istio`,
      webhooks: {
        ...{ address: '127.0.0.1:0', hosts: ['127.0.0.1'] },
        settings: {
          ...{ image: 'lotse-proxy:test', xds: 'lotse.istio-system.svc:15010' },
          revision: 'default',
        },
      },
    },
    leaseDuration: 2,
    data: folder,
    xds: '127.0.0.1:0',
    log: (diagnostic) => log.push(diagnostic),
  })
  if (isProblem(app)) throw new Error(printDiagnostic(app))
  return app
}
