// Secrets (SDS) of one proxy: its own certificate, which stays in its files, and the roots that it is to trust.
import type { Secret } from '../../proto/envoy.d.ts'
import { memo } from '../model/memo.ts'
import type { Resource } from '../model/resource.ts'
import type { View } from '../model/view.ts'
import { addedAuthorities } from './added-authorities.ts'
import { CERTIFICATE_SECRET, ROOTS_SECRET } from './names.ts'
import { resource } from './typed.ts'

/** The private key never leaves the workload's side: Envoy reads it from the folder that its bootstrap names. */
export const ownCertificate = memo((view: View, _workload: string): readonly Resource[] => {
  const folder = view.facet('certificateFolder')
  if (!folder || view.facet('certified') !== 'yes') return []
  const secret: Secret = {
    name: CERTIFICATE_SECRET,
    tls_certificate: {
      certificate_chain: { filename: `${folder}/chain.pem` },
      private_key: { filename: `${folder}/key.pem` },
      watched_directory: { path: folder },
    },
  }
  return Object.freeze([resource('secret', CERTIFICATE_SECRET, secret)])
})

export const trustedRoots = memo((view: View, _: ''): readonly Resource[] => {
  const trust = view.get('trust', 'trust')
  if (!trust || view.facet('certified') !== 'yes') return []
  const { roots, crls = [] } = trust
  const added = addedAuthorities(view, '').map((pem) => `${pem.trim()}\n`)
  const secret: Secret = {
    name: ROOTS_SECRET,
    validation_context: {
      trusted_ca: { inline_string: [...roots, ...added].join('') },
      // Lotse has lists of the authorities that sign leaves, not of those above an organisation's intermediate.
      ...(crls.length > 0 && {
        crl: { inline_string: crls.join('') },
        only_verify_leaf_cert_crl: true,
      }),
    },
  }
  return Object.freeze([resource('secret', ROOTS_SECRET, secret)])
})
