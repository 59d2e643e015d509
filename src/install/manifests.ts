// Everything that `lotse install` brings to a cluster, in the order in which it can be applied.
import { definitions } from './definition.ts'
import { type DeploymentSettings, deployment } from './deployment.ts'
import { PART_OF, roles } from './roles.ts'
import { webhooks } from './webhooks.ts'

export function manifests(settings: DeploymentSettings): readonly object[] {
  const { namespace } = settings
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: namespace,
        labels: { ...PART_OF, 'pod-security.kubernetes.io/enforce': 'restricted' },
      },
    },
    ...definitions(),
    ...roles(settings),
    ...deployment(settings),
    ...webhooks(settings),
  ]
}
