// Which certificates a running Envoy uses: files that were replaced are not yet certificates that are shown.
import { X509Certificate } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'

/** So long an Envoy may take to read new files before its agent goes on. */
const USE_MS = 30_000

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

/**
 * Waits until it uses them: a root is dropped when all have renewed, and an Envoy that has not read its files yet must not
 * count as one that has.
 */
export async function untilUsed(
  adminUrl: string,
  chainPem: string,
  signal: AbortSignal,
): Promise<void> {
  for (const until = Date.now() + USE_MS; Date.now() < until && !signal.aborted; ) {
    if (await usesCertificate(adminUrl, chainPem)) return
    await wait(100, undefined, { signal }).catch(() => undefined)
  }
}
