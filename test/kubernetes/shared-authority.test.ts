// Replicas in a cluster with one certificate authority, in Secrets, with no more rights than Lotse's own roles give.
import { test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { roles } from '../../src/install/roles.ts'
import { skip as noEnvoy } from '../support/envoy.ts'
import { SHARED_MESH, tryShared } from '../support/shared-authority.ts'
import { application } from '../support/trust-mesh.ts'
import { startCluster } from './support/cluster.ts'
import { skip as noCluster, podAddress } from './support/place.ts'

const skip = noCluster || noEnvoy

test('replicas with one certificate authority', { skip }, async (t) => {
  const cluster = await startCluster(t)
  for (const name of ['istio-system', 'shop']) await cluster.namespace(name)
  for (const role of roles({ namespace: 'istio-system' })) await cluster.install(role)
  const addresses = { client: podAddress(), server: podAddress(), app: await application(t) }
  for (const document of parseAllDocuments(SHARED_MESH(addresses))) {
    await cluster.install(document.toJS() as object)
  }
  const own = await cluster.create('/api/v1/namespaces/istio-system/serviceaccounts/lotse/token', {
    spec: { audiences: ['https://kubernetes.default.svc'] },
  })
  const { token } = (own as { status: { token: string } }).status
  await tryShared(t, {
    addresses,
    store: {
      kubernetes: { kubeconfig: cluster.kubeconfigOf(token), meshConfig: 'istio-system/istio' },
    },
  })
})
