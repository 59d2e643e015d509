// Which certificates a running Envoy uses: files that were replaced are not yet certificates that are shown.
import { X509Certificate } from 'node:crypto'

interface Certs {
  readonly certificates?: readonly {
    readonly cert_chain?: readonly {
      readonly serial_number: string
      readonly subject_alt_names?: readonly { readonly uri?: string; readonly dns?: string }[]
    }[]
  }[]
}

/** Whether each of its TLS contexts that had a certificate of this workload has this one; false where the admin port does not answer. */
export async function usesCertificate(adminUrl: string, chainPem: string): Promise<boolean> {
  try {
    const leaf = new X509Certificate(chainPem)
    const serial = BigInt(`0x${leaf.serialNumber}`)
    const answer = await fetch(`${adminUrl}/certs`, { signal: AbortSignal.timeout(2_000) })
    const { certificates = [] } = (await answer.json()) as Certs
    const own = certificates
      .flatMap(({ cert_chain = [] }) => cert_chain)
      .filter(({ subject_alt_names: names = [] }) =>
        names.some(({ uri }) => uri !== undefined && leaf.subjectAltName?.includes(`URI:${uri},`)),
      )
    return own.length > 0 && own.every((one) => BigInt(`0x${one.serial_number}`) === serial)
  } catch {
    return false
  }
}
