// MeshConfig by itself: the settings that every proxy's traffic goes by.
import { milliseconds } from '../../model/duration.ts'
import type { MeshConfig } from '../../model/schema/mesh-config.ts'
import { checkRetries } from './http-rule.ts'
import type { Report } from './report.ts'
import { checkSettings } from './traffic-policy.ts'
import { checkDuration } from './value.ts'

export function checkMeshConfig(report: Report, spec: MeshConfig): void {
  const { defaultHttpRetryPolicy: retries, defaultTrafficPolicy: policy, tcpKeepalive } = spec
  if (retries) checkRetries(report, retries, ['defaultHttpRetryPolicy'])
  if (policy) checkSettings(report, policy, ['defaultTrafficPolicy'])
  checkDuration(report, tcpKeepalive?.time, ['tcpKeepalive', 'time'])
  checkDuration(report, tcpKeepalive?.interval, ['tcpKeepalive', 'interval'])
  checkDuration(report, spec.connectTimeout, ['connectTimeout'])
  checkDuration(report, spec.dnsRefreshRate, ['dnsRefreshRate'])
  if (spec.dnsRefreshRate && milliseconds(spec.dnsRefreshRate) === 1) {
    report.error('L0212', ['dnsRefreshRate'], 'Envoy looks names up every 2ms at most: write more')
  }
  checkDuration(report, spec.protocolDetectionTimeout, ['protocolDetectionTimeout'], { zero: true })
}
