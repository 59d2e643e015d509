// The blocks of a traffic policy: connection pool, load balancer, outlier detection, TLS.
import type { Path } from '../../model/origin.ts'
import type {
  ClientTlsSettings,
  ConnectionPoolSettings,
  ConsistentHash,
  LoadBalancerSettings,
  OutlierDetection,
  PortTrafficPolicy,
} from '../../model/schema/destination-rule.ts'
import type { LocalityLbSetting } from '../../model/schema/match.ts'
import { eachOf, type Report } from './report.ts'
import { checkDuration, checkHeaderName } from './value.ts'

export function checkSettings(report: Report, policy: PortTrafficPolicy, path: Path): void {
  const { connectionPool, loadBalancer, outlierDetection, tls } = policy
  if (connectionPool) checkConnectionPool(report, connectionPool, [...path, 'connectionPool'])
  if (loadBalancer) checkLoadBalancer(report, loadBalancer, [...path, 'loadBalancer'])
  if (outlierDetection) checkOutliers(report, outlierDetection, [...path, 'outlierDetection'])
  if (tls) checkClientTls(report, tls, [...path, 'tls'])
}

export function checkConnectionPool(
  report: Report,
  pool: ConnectionPoolSettings,
  path: Path,
): void {
  const { tcp, http } = pool
  if (!tcp && !http)
    report.warning(
      'L0238',
      path,
      'the connection pool sets neither tcp nor http and changes nothing',
    )
  for (const [block, fields] of Object.entries({ tcp, http })) {
    for (const [field, value] of Object.entries(fields ?? {})) {
      if (typeof value !== 'number' || value >= 0) continue
      report.error(
        'L0225',
        [...path, block, field],
        `${field} is ${value}: write how many, or 0 for no limit`,
      )
    }
  }
  checkDuration(report, tcp?.connectTimeout, [...path, 'tcp', 'connectTimeout'])
  for (const field of ['maxConnectionDuration', 'idleTimeout'] as const) {
    checkDuration(report, tcp?.[field], [...path, 'tcp', field], { zero: true })
  }
  checkDuration(report, http?.idleTimeout, [...path, 'http', 'idleTimeout'], { zero: true })
  for (const field of ['time', 'interval'] as const) {
    checkDuration(report, tcp?.tcpKeepalive?.[field], [...path, 'tcp', 'tcpKeepalive', field])
  }
  if (http?.useClientProtocol && http.h2UpgradePolicy === 'UPGRADE') {
    report.error(
      'L0225',
      [...path, 'http', 'useClientProtocol'],
      'useClientProtocol keeps the protocol, h2UpgradePolicy UPGRADE changes it: keep one',
    )
  }
}

function checkLoadBalancer(report: Report, balancer: LoadBalancerSettings, path: Path): void {
  const { consistentHash, localityLbSetting, zoneAwareLbSetting: zones } = balancer
  if (consistentHash) checkHash(report, consistentHash, [...path, 'consistentHash'])
  if (localityLbSetting) checkLocality(report, localityLbSetting, [...path, 'localityLbSetting'])
  if (zones) {
    const at = [...path, 'zoneAwareLbSetting']
    checkFailover(report, zones.failover, [...at, 'failover'])
    if (zones.enabled && localityLbSetting) {
      const text = 'localityLbSetting is not looked at: zoneAwareLbSetting counts instead'
      report.warning('L0227', [...path, 'localityLbSetting'], text)
    }
  }
  checkDuration(report, balancer.warmupDurationSecs, [...path, 'warmupDurationSecs'])
  checkDuration(report, balancer.warmup?.duration, [...path, 'warmup', 'duration'])
}

/** Envoy's limits. */
const LARGEST_RING = 8_388_608
const LARGEST_TABLE = 5_000_011

function checkHash(report: Report, hash: ConsistentHash, path: Path): void {
  const { httpHeaderName, httpCookie, useSourceIp, httpQueryParameterName } = hash
  if (!httpHeaderName && !httpCookie && !useSourceIp && !httpQueryParameterName) {
    report.error(
      'L0227',
      path,
      'the hash has nothing to go by: name a header, cookie or query parameter, or set useSourceIp',
    )
  }
  if (httpHeaderName) checkHeaderName(report, httpHeaderName, [...path, 'httpHeaderName'])
  if (httpCookie?.name === '') {
    report.error('L0227', [...path, 'httpCookie', 'name'], 'the cookie has no name')
  }
  const rings: [Path, number | undefined][] = [
    [['ringHash', 'minimumRingSize'], hash.ringHash?.minimumRingSize],
    [['minimumRingSize'], hash.minimumRingSize],
  ]
  for (const [field, size = 0] of rings) {
    if (size <= LARGEST_RING) continue
    report.error(
      'L0225',
      [...path, ...field],
      `Envoy's ring has ${LARGEST_RING} places at most, not ${size}`,
    )
  }
  const table = hash.maglev?.tableSize
  if (table !== undefined && table !== 0 && (table > LARGEST_TABLE || !isPrime(table))) {
    report.error(
      'L0225',
      [...path, 'maglev', 'tableSize'],
      `Maglev's table needs a prime number of at most ${LARGEST_TABLE} places, not ${table}: 65537 is usual`,
    )
  }
}

function isPrime(number: number): boolean {
  if (number < 2) return false
  for (let divisor = 2; divisor * divisor <= number; divisor += 1) {
    if (number % divisor === 0) return false
  }
  return true
}

export function checkLocality(report: Report, setting: LocalityLbSetting, path: Path): void {
  const given = (['distribute', 'failover', 'failoverPriority'] as const).filter(
    (field) => setting[field]?.length,
  )
  if (given.includes('distribute') && given.length > 1) {
    report.error('L0227', path, `${given.join(' and ')} exclude each other: keep one`)
  }
  eachOf(setting.distribute, [...path, 'distribute'], ({ to = {} }, at) => {
    const total = Object.values(to).reduce((sum, share) => sum + share, 0)
    if (total !== 100)
      report.error('L0227', [...at, 'to'], `the shares add up to ${total}, not to 100`)
  })
  checkFailover(report, setting.failover, [...path, 'failover'])
}

export function checkFailover(
  report: Report,
  failover: LocalityLbSetting['failover'],
  path: Path,
): void {
  eachOf(failover, path, ({ from, to }, at) => {
    if (from && from === to) report.error('L0227', at, `the failover leads from ${from} to itself`)
  })
}

function checkOutliers(report: Report, detection: OutlierDetection, path: Path): void {
  for (const field of ['interval', 'baseEjectionTime'] as const) {
    checkDuration(report, detection[field], [...path, field])
  }
  if (detection.consecutiveErrors !== undefined) {
    report.warning(
      'L0238',
      [...path, 'consecutiveErrors'],
      'consecutiveErrors does nothing any more (Istio): use consecutive5xxErrors or consecutiveGatewayErrors',
    )
  }
  if (detection.consecutiveLocalOriginFailures && !detection.splitExternalLocalOriginErrors) {
    report.error(
      'L0225',
      [...path, 'consecutiveLocalOriginFailures'],
      'local failures are counted apart only with splitExternalLocalOriginErrors: true; set it',
    )
  }
}

export function checkClientTls(report: Report, tls: ClientTlsSettings, path: Path): void {
  const { mode, clientCertificate, privateKey, caCertificates, credentialName } = tls
  const files = { clientCertificate, privateKey, caCertificates }
  if (mode === 'MUTUAL' && !credentialName) {
    for (const field of ['clientCertificate', 'privateKey'] as const) {
      if (files[field]) continue
      report.error(
        'L0226',
        path,
        `mode MUTUAL needs ${field}: name the file, or give credentialName; for the mesh's own certificates use ISTIO_MUTUAL`,
      )
    }
  }
  for (const [field, value] of Object.entries(files)) {
    if (!value) continue
    if (mode === 'ISTIO_MUTUAL') {
      report.error(
        'L0226',
        [...path, field],
        `mode ISTIO_MUTUAL uses the mesh's own certificates: remove ${field}, or use MUTUAL`,
      )
    } else if (credentialName) {
      report.error(
        'L0226',
        [...path, field],
        `${field} and credentialName exclude each other: keep one`,
      )
    }
  }
  if (credentialName && mode === 'ISTIO_MUTUAL') {
    report.error(
      'L0226',
      [...path, 'credentialName'],
      'mode ISTIO_MUTUAL uses the mesh’s own certificates: remove credentialName',
    )
  }
  if (tls.insecureSkipVerify && (caCertificates || tls.subjectAltNames?.length)) {
    report.error(
      'L0226',
      [...path, 'insecureSkipVerify'],
      'the server is not verified at all, so caCertificates and subjectAltNames say nothing: remove one or the other',
    )
  }
}
