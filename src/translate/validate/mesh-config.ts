// MeshConfig: a setting that Envoy would refuse would take every proxy's configuration with it.
import { milliseconds } from '../../model/duration.ts'
import type { Path } from '../../model/origin.ts'
import type { ConnectionSettings } from '../../model/schema/connection-settings.ts'
import type { DefaultConfig, MeshConfig } from '../../model/schema/mesh-config.ts'
import { isForAll } from '../added-authorities.ts'
import { CIPHERS, CURVES } from '../tls-parameters.ts'
import { checkRetries } from './http-rule.ts'
import { eachOf, type Report } from './report.ts'
import { checkClientTls, checkFailover, checkLocality, checkSettings } from './traffic-policy.ts'
import { checkDuration, checkPort, checkRegex } from './value.ts'

const ZERO = { zero: true } as const

export function checkMeshConfig(report: Report, spec: MeshConfig): void {
  checkDuration(report, spec.connectTimeout, ['connectTimeout'])
  checkDuration(report, spec.tcpKeepalive?.time, ['tcpKeepalive', 'time'])
  checkDuration(report, spec.tcpKeepalive?.interval, ['tcpKeepalive', 'interval'])
  checkDuration(report, spec.dnsRefreshRate, ['dnsRefreshRate'])
  if (spec.dnsRefreshRate && milliseconds(spec.dnsRefreshRate) === 1) {
    report.error('L0212', ['dnsRefreshRate'], 'Envoy looks names up every 2ms at most: write more')
  }
  checkDuration(report, spec.protocolDetectionTimeout, ['protocolDetectionTimeout'], ZERO)
  checkPorts(report, spec)
  checkTls(report, spec.meshMTLS, ['meshMTLS'])
  checkTls(report, spec.tlsDefaults, ['tlsDefaults'])
  if ((spec.tlsDefaults?.minProtocolVersion ?? 'TLS_AUTO') !== 'TLS_AUTO') {
    report.warning(
      'L0238',
      ['tlsDefaults', 'minProtocolVersion'],
      'the least version is said by each Gateway server (tls.minProtocolVersion), and for mutual TLS by meshMTLS',
    )
  }
  for (const field of ['defaultHttpRetryPolicy', 'defaultInboundHttpRetryPolicy'] as const) {
    const retries = spec[field]
    if (retries) checkRetries(report, { attempts: 2, ...retries }, [field])
  }
  if (spec.defaultTrafficPolicy) {
    checkSettings(report, spec.defaultTrafficPolicy, ['defaultTrafficPolicy'])
  }
  if (spec.localityLbSetting) {
    checkLocality(report, spec.localityLbSetting, ['localityLbSetting'])
  }
  checkFailover(report, spec.zoneAwareLbSetting?.failover, ['zoneAwareLbSetting', 'failover'])
  checkExports(report, spec)
  checkAuthorities(report, spec)
  if (spec.verifyCertificateAtClient === false) {
    report.warning(
      'L0238',
      ['verifyCertificateAtClient'],
      'certificates are verified all the same: a DestinationRule may say insecureSkipVerify where they cannot be',
    )
  }
  if (spec.defaultConfig) checkDefaultConfig(report, spec.defaultConfig, ['defaultConfig'])
}

const PORTS = ['proxyListenPort', 'proxyInboundListenPort', 'proxyHttpPort'] as const

function checkPorts(report: Report, spec: MeshConfig): void {
  const defaults = { proxyListenPort: 15001, proxyInboundListenPort: 15006, proxyHttpPort: 0 }
  const taken = new Map<number, string>()
  for (const field of PORTS) {
    const port = spec[field] || defaults[field]
    const other = taken.get(port)
    if (port !== 0 && other) {
      report.error(
        'L0214',
        [spec[field] ? field : other],
        `${field} and ${other} are both ${port}: change one`,
      )
    }
    taken.set(port, field)
  }
}

function checkTls(report: Report, tls: MeshConfig['tlsDefaults'], path: Path): void {
  const check = (field: 'cipherSuites' | 'ecdhCurves', known: ReadonlySet<string>, what: string) =>
    eachOf(tls?.[field], [...path, field], (name, at) => {
      if (known.has(name)) return
      report.warning('L0226', at, `the ${what} "${name}" is not known to Envoy and is left out`)
    })
  check('cipherSuites', CIPHERS, 'cipher')
  check('ecdhCurves', CURVES, 'curve')
}

const EXPORTS = [
  'defaultServiceExportTo',
  'defaultVirtualServiceExportTo',
  'defaultDestinationRuleExportTo',
] as const

function checkExports(report: Report, spec: MeshConfig): void {
  for (const field of EXPORTS) {
    eachOf(spec[field], [field], (target, at) => {
      if (/^([*.~]|[a-z0-9]([-a-z0-9]*[a-z0-9])?)$/.test(target)) return
      report.error(
        'L0220',
        at,
        `"${target}" is neither a namespace nor one of "*" (all), "." (its own), "~" (none)`,
      )
    })
  }
}

function checkAuthorities(report: Report, spec: MeshConfig): void {
  const { trustDomain = 'cluster.local', trustDomainAliases = [] } = spec
  const domains = [trustDomain, ...trustDomainAliases]
  eachOf(spec.caCertificates, ['caCertificates'], (one, at) => {
    if (one.spiffeBundleUrl) {
      report.warning(
        'L0298',
        [...at, 'spiffeBundleUrl'],
        'no bundle is fetched, so that its authorities are not believed: write their certificates as pem',
      )
    } else if (!isForAll(one, domains)) {
      report.warning(
        'L0298',
        [...at, 'trustDomains'],
        `proxies believe an authority for all trust domains of the mesh (${domains.join(', ')}), so this one is not believed: name them all, or none`,
      )
    }
  })
}

const CONNECTION_TIMES = [
  'httpIdleTimeout',
  'httpMaxConnectionDuration',
  'httpMaxStreamDuration',
  'httpStreamIdleTimeout',
  'httpRequestTimeout',
  'httpRequestHeadersTimeout',
  'httpDrainTimeout',
] as const

/** HTTP/2 itself has these limits; below zero is none. */
const LEAST = {
  httpMaxConcurrentStreams: 1,
  http2InitialStreamWindowSize: 65535,
  http2InitialConnectionWindowSize: 65535,
} as const

function checkConnections(report: Report, said: ConnectionSettings, path: Path): void {
  for (const field of CONNECTION_TIMES) checkDuration(report, said[field], [...path, field], ZERO)
  for (const [name, least] of Object.entries(LEAST)) {
    const value = said[name as keyof typeof LEAST]
    if (value === undefined || value < 0 || value >= least) continue
    report.error('L0225', [...path, name], `${value} is too little: write at least ${least}`)
  }
}

function checkDefaultConfig(report: Report, config: DefaultConfig, path: Path): void {
  checkDuration(report, config.drainDuration, [...path, 'drainDuration'])
  checkDuration(report, config.terminationDrainDuration, [...path, 'terminationDrainDuration'])
  if (config.proxyAdminPort) {
    checkPort(report, config.proxyAdminPort, [...path, 'proxyAdminPort'])
  }
  checkMetricsService(report, config, [...path, 'envoyMetricsService'])
  checkDuration(report, config.fileFlushInterval, [...path, 'fileFlushInterval'])
  if (config.connectionSettings) {
    checkConnections(report, config.connectionSettings, [...path, 'connectionSettings'])
  }
  if ((config.concurrency ?? 0) < 0) {
    report.error('L0225', [...path, 'concurrency'], 'the number of worker threads is below zero')
  }
  const matcher = [...path, 'proxyStatsMatcher', 'inclusionRegexps']
  eachOf(config.proxyStatsMatcher?.inclusionRegexps, matcher, (regex, at) =>
    checkRegex(report, regex, at),
  )
}

function checkMetricsService(report: Report, config: DefaultConfig, path: Path): void {
  const { tcpKeepalive, tlsSettings } = config.envoyMetricsService ?? {}
  checkDuration(report, tcpKeepalive?.time, [...path, 'tcpKeepalive', 'time'])
  checkDuration(report, tcpKeepalive?.interval, [...path, 'tcpKeepalive', 'interval'])
  if (!tlsSettings) return
  checkClientTls(report, tlsSettings, [...path, 'tlsSettings'])
  if (!tlsSettings.credentialName) return
  const at = [...path, 'tlsSettings', 'credentialName']
  const text =
    'a proxy calls it before it has secrets: name files (clientCertificate, privateKey, caCertificates)'
  report.error('L0226', at, text)
}
