// Gateway by itself: its servers' ports, hosts and TLS settings.
import type { Path } from '../../model/origin.ts'
import { isHttp, isTls, protocolOf } from '../../model/protocol.ts'
import type { Server, ServerTlsSettings } from '../../model/schema/gateway.ts'
import type { DocumentOf } from '../../model/schema/index.ts'
import { CIPHERS } from '../tls-parameters.ts'
import { checkSelector } from './host.ts'
import { checkImport } from './import.ts'
import { checkProtocol } from './port.ts'
import { eachOf, type Report, repeats } from './report.ts'
import { checkPort, isIp } from './value.ts'

export function checkGateway(report: Report, { spec }: DocumentOf<'Gateway'>): void {
  if (!spec.servers?.length)
    report.error('L0205', ['spec'], 'the Gateway has no servers: add what it listens on')
  checkSelector(report, spec.selector, ['spec', 'selector'])
  if (Object.keys(spec.selector ?? {}).length === 0) {
    report.warning(
      'L0238',
      ['spec'],
      'the Gateway has no selector, so no proxy takes it: select the gateway workload by its labels',
    )
  }
  eachOf(spec.servers, ['spec', 'servers'], (server, path) => checkServer(report, server, path))
  for (const [index, first] of repeats(spec.servers, ({ port }) => port.name)) {
    const path = ['spec', 'servers', index, 'port', 'name']
    report.error(
      'L0214',
      path,
      `servers ${first} and ${index} have ports of the same name: rename one`,
    )
  }
}

function checkServer(report: Report, server: Server, path: Path): void {
  const { port, bind, hosts, tls } = server
  checkPort(report, port.number, [...path, 'port', 'number'])
  checkProtocol(report, port.protocol, [...path, 'port', 'protocol'])
  if (port.protocol.toUpperCase() === 'UDP') {
    report.error('L0232', [...path, 'port', 'protocol'], 'Gateways do not serve UDP')
  }
  if (bind && !isIp(bind)) {
    report.error('L0223', [...path, 'bind'], `"${bind}" is not an IP address to listen on`)
  }
  eachOf(hosts, [...path, 'hosts'], (host, at) => checkImport(report, host, at, 'a Gateway'))
  const protocol = protocolOf(port.number, port.name, port.protocol)
  if (isTls(protocol)) {
    if (!tls) {
      report.error(
        'L0233',
        [...path, 'port', 'protocol'],
        `protocol ${port.protocol} needs tls settings: add them, or use HTTP or TCP`,
      )
    } else checkServerTls(report, tls, [...path, 'tls'])
    if (tls?.httpsRedirect) {
      report.error(
        'L0233',
        [...path, 'tls', 'httpsRedirect'],
        'httpsRedirect leads plain HTTP to HTTPS: set it on the server with protocol HTTP',
      )
    }
  } else if (tls) checkPlain(report, tls, [...path, 'tls'], isHttp(protocol))
}

function checkPlain(
  report: Report,
  tls: ServerTlsSettings,
  path: Path,
  canRedirect: boolean,
): void {
  const { httpsRedirect, ...others } = tls
  if (Object.keys(others).length > 0) {
    report.error(
      'L0233',
      path,
      'the port is plain text and cannot have TLS settings: use protocol HTTPS or TLS',
    )
  } else if (httpsRedirect && !canRedirect) {
    report.error(
      'L0233',
      [...path, 'httpsRedirect'],
      'only plain HTTP can be redirected to HTTPS: use protocol HTTP',
    )
  }
}

const VERSIONS = ['TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3']

export function checkServerTls(report: Report, tls: ServerTlsSettings, path: Path): void {
  const { mode = 'PASSTHROUGH', serverCertificate, privateKey, caCertificates } = tls
  const named = Boolean(
    tls.credentialName || tls.credentialNames?.length || tls.tlsCertificates?.length,
  )
  const files = Boolean(serverCertificate || privateKey)
  const isMutual = mode === 'MUTUAL' || mode === 'OPTIONAL_MUTUAL'
  if (mode === 'SIMPLE' || isMutual) {
    if (!named && !(serverCertificate && privateKey)) {
      report.error(
        'L0226',
        path,
        `mode ${mode} needs a certificate: give credentialName, or serverCertificate and privateKey`,
      )
    }
    if (isMutual && !named && !caCertificates && !tls.caCertCredentialName) {
      report.error('L0226', path, `mode ${mode} needs caCertificates to verify clients with`)
    }
  } else if (named || files) {
    const text =
      tls.mode === undefined
        ? 'without a mode TLS passes through unopened (PASSTHROUGH) and the certificate is not used: set mode SIMPLE'
        : `mode ${mode} does not use a certificate of its own: remove it, or use SIMPLE`
    report.error('L0226', path, text)
  }
  checkVerification(report, tls, path)
  const { minProtocolVersion = '', maxProtocolVersion = '' } = tls
  const [least, most] = [VERSIONS.indexOf(minProtocolVersion), VERSIONS.indexOf(maxProtocolVersion)]
  if (least >= 0 && most >= 0 && least > most) {
    report.error(
      'L0226',
      [...path, 'maxProtocolVersion'],
      `${maxProtocolVersion} is below minProtocolVersion ${minProtocolVersion}`,
    )
  }
}

/** Envoy would refuse the whole listener for one such text, with the servers beside this one. */
const SPKI = /^[A-Za-z0-9+/]{43}=$/
const HASH = /^([0-9a-fA-F]{64}|([0-9a-fA-F]{2}:){31}[0-9a-fA-F]{2})$/

function checkVerification(report: Report, tls: ServerTlsSettings, path: Path): void {
  eachOf(tls.verifyCertificateSpki, [...path, 'verifyCertificateSpki'], (text, at) => {
    if (!SPKI.test(text)) {
      report.error('L0226', at, 'this is not the base64 of a SHA-256 hash of a public key')
    }
  })
  eachOf(tls.verifyCertificateHash, [...path, 'verifyCertificateHash'], (text, at) => {
    if (!HASH.test(text)) {
      report.error('L0226', at, 'this is not the SHA-256 hash of a certificate in hexadecimal')
    }
  })
  eachOf(tls.subjectAltNames, [...path, 'subjectAltNames'], (text, at) => {
    if (text === '') report.error('L0226', at, 'the name is empty: remove it')
  })
  eachOf(tls.cipherSuites, [...path, 'cipherSuites'], (name, at) => {
    if (!CIPHERS.has(name)) {
      report.warning('L0226', at, `the cipher "${name}" is not known to Envoy and is left out`)
    }
  })
  if (tls.caCrl && (tls.credentialName || tls.credentialNames?.length)) {
    report.warning(
      'L0238',
      [...path, 'caCrl'],
      'caCrl goes with caCertificates and is not used with a credentialName',
    )
  }
}
