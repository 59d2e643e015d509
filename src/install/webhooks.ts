// The registration of Lotse's admission webhooks. A pod that cannot be given its sidecar is not started without one.
import { INJECT, VALIDATE } from '../admission/server.ts'
import { CUSTOM_KINDS, groupOf } from '../model/custom-kind.ts'
import { NAME, PART_OF, type Place } from './roles.ts'

export interface WebhookSettings extends Place {
  readonly revision: string
  /** Where the API server calls it, if not by Lotse's Service: `https://HOST:PORT`. */
  readonly url?: string
  /** PEM; the leader writes it. */
  readonly roots?: string
}

export function webhooks(settings: WebhookSettings): readonly object[] {
  return [validating(settings), mutating(settings)]
}

function validating(settings: WebhookSettings): object {
  const groups = [...new Set(CUSTOM_KINDS.map(groupOf))].sort()
  return {
    ...head('ValidatingWebhookConfiguration', settings),
    webhooks: [
      {
        ...common(settings, VALIDATE),
        name: 'validate.lotse.dev',
        // Lotse refuses a bad object by itself, too: an outage of this check must not keep anybody from working.
        failurePolicy: 'Ignore',
        rules: [
          {
            operations: ['CREATE', 'UPDATE'],
            apiGroups: groups,
            apiVersions: ['*'],
            resources: ['*'],
            scope: 'Namespaced',
          },
        ],
      },
    ],
  }
}

function mutating(settings: WebhookSettings): object {
  const { revision, namespace } = settings
  const others = { key: 'kubernetes.io/metadata.name', operator: 'NotIn' }
  const notOurs = { ...others, values: ['kube-system', 'kube-node-lease', namespace] }
  const webhook = {
    ...common(settings, INJECT),
    failurePolicy: 'Fail',
    reinvocationPolicy: 'IfNeeded',
    rules: [
      {
        operations: ['CREATE'],
        apiGroups: [''],
        apiVersions: ['v1'],
        resources: ['pods'],
        scope: 'Namespaced',
      },
    ],
  }
  const wanted = { key: 'sidecar.istio.io/inject', operator: 'NotIn', values: ['false'] }
  const undecided = [notOurs, isUnset('istio-injection'), isUnset('istio.io/rev')]
  return {
    ...head('MutatingWebhookConfiguration', settings),
    webhooks: [
      {
        ...webhook,
        name: 'namespace.inject.lotse.dev',
        namespaceSelector: { matchExpressions: [notOurs, is('istio-injection', 'enabled')] },
        objectSelector: { matchExpressions: [wanted] },
      },
      {
        ...webhook,
        name: 'revision.inject.lotse.dev',
        namespaceSelector: {
          matchExpressions: [notOurs, isUnset('istio-injection'), is('istio.io/rev', revision)],
        },
        objectSelector: { matchExpressions: [wanted] },
      },
      {
        ...webhook,
        name: 'pod.inject.lotse.dev',
        namespaceSelector: { matchExpressions: undecided },
        objectSelector: {
          matchExpressions: [is('sidecar.istio.io/inject', 'true'), isUnset('istio.io/rev')],
        },
      },
      {
        ...webhook,
        name: 'pod-revision.inject.lotse.dev',
        namespaceSelector: { matchExpressions: undecided },
        objectSelector: { matchExpressions: [wanted, is('istio.io/rev', revision)] },
      },
    ],
  }
}

function is(key: string, value: string): object {
  return { key, operator: 'In', values: [value] }
}

function isUnset(key: string): object {
  return { key, operator: 'DoesNotExist' }
}

function head(kind: string, { namespace }: WebhookSettings): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name: `${NAME}-${namespace}`, labels: PART_OF },
  }
}

function common({ namespace, url, roots }: WebhookSettings, path: string): object {
  const where = url
    ? { url: `${url}${path}` }
    : { service: { name: NAME, namespace, path, port: 443 } }
  return {
    // Left out, to apply it again leaves what the leader wrote.
    clientConfig: roots ? { ...where, caBundle: Buffer.from(roots).toString('base64') } : where,
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    timeoutSeconds: 5,
  }
}
