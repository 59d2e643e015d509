// The secrets that servers of Gateways name: whether they are where the gateway's proxies are, and hold what is needed.
import { authoritySecret, credentialOf } from '../../../model/credential.ts'
import type { Diagnostic } from '../../../model/diagnostic.ts'
import type { Document } from '../../../model/document.ts'
import { memo } from '../../../model/memo.ts'
import type { Path } from '../../../model/origin.ts'
import type { Gateway, ServerTlsSettings } from '../../../model/schema/gateway.ts'
import { matchesLabels } from '../../../model/selector.ts'
import type { View } from '../../../model/view.ts'
import { credentialNames, verifiesClients } from '../../gateway/credential.ts'
import { eachOf, type Report, reportOn } from '../report.ts'
import { documents } from './known.ts'

export function credentialReferences(view: View): Diagnostic[] {
  return documents(view, 'Gateway').flatMap((gateway) => {
    const report = reportOn(gateway)
    const namespaces = namespacesOf(view, gateway)
    eachOf(gateway.spec.servers, ['spec', 'servers'], ({ tls }, path) => {
      if (!tls) return
      for (const namespace of namespaces) {
        checkServer(report, { view, namespace, tls, path: [...path, 'tls'] })
      }
    })
    return report.diagnostics
  })
}

/** Where its proxies are; the Gateway's own namespace while there are none. */
function namespacesOf(view: View, { spec, metadata }: Document<Gateway>): readonly string[] {
  const selector = spec.selector ?? {}
  if (Object.keys(selector).length === 0) return []
  const found = view.keys('WorkloadEntry').flatMap((key) => {
    const entry = view.get('WorkloadEntry', key)!
    const labels = { ...entry.metadata.labels, ...entry.spec.labels }
    return matchesLabels(selector, labels) ? [entry.metadata.namespace] : []
  })
  return found.length > 0 ? [...new Set(found)] : [metadata.namespace]
}

interface Place {
  readonly view: View
  readonly namespace: string
  readonly tls: ServerTlsSettings
  readonly path: Path
}

function checkServer(report: Report, place: Place): void {
  const { view, namespace, tls, path } = place
  const names = credentialNames(tls)
  const listed = tls.credentialNames?.length
  for (const [index, name] of names.entries()) {
    const at = listed ? [...path, 'credentialNames', index] : [...path, 'credentialName']
    const parts = partsOf(view, `${namespace}/${name}`)
    if (!parts) {
      const text = `there is no Secret ${namespace}/${name}, so this server is left out: a gateway's secrets are in the namespace of its workload`
      report.error('L0280', at, text)
    } else if (!parts.hasPair) {
      const text = `the Secret ${namespace}/${name} has no tls.crt and tls.key (or cert and key), so this server is left out`
      report.error('L0281', at, text)
    }
  }
  if (verifiesClients(tls)) checkAuthority(report, place, names[0])
}

function checkAuthority(
  report: Report,
  { view, namespace, tls, path }: Place,
  first: string | undefined,
): void {
  const name = tls.caCertCredentialName || first
  if (!name) return
  const has = (secret: string) => partsOf(view, `${namespace}/${secret}`)?.hasAuthority
  if (has(name) || has(authoritySecret(name))) return
  report.error(
    'L0282',
    [...path, tls.caCertCredentialName ? 'caCertCredentialName' : 'mode'],
    `mode ${tls.mode} needs ca.crt (or cacert) in the Secret ${namespace}/${name} or ${namespace}/${authoritySecret(name)} to verify clients with; without it this server is left out`,
  )
}

interface Parts {
  readonly hasPair: boolean
  readonly hasAuthority: boolean
}

const partsOf = memo(
  (view: View, key: string): Parts | undefined => {
    const document = view.get('Secret', key)
    if (!document) return undefined
    const { certificate, key: own, authority } = credentialOf(document)
    return { hasPair: Boolean(certificate && own), hasAuthority: Boolean(authority) }
  },
  { same: (a, b) => a?.hasPair === b?.hasPair && a?.hasAuthority === b?.hasAuthority },
)
