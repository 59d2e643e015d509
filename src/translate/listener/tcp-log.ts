// What is told of connections that are only proxied: figures for the service graph, a tap, and access logs.
import type { TcpProxy } from '../../../proto/envoy.d.ts'
import type { View } from '../../model/view.ts'
import { accessLogs } from './access-log.ts'
import { type Side, tcpSignals } from './signals.ts'
import { tcpTapLog } from './tap.ts'
import { toldAt } from './told.ts'

export function tcpLogs(
  view: View,
  side: Side,
): Pick<TcpProxy, 'access_log' | 'access_log_options'> {
  const { access_log, access_log_options } = tcpSignals(toldAt(view, side))
  const logs = accessLogs(view, side === 'server' ? 'SERVER' : 'CLIENT', 'tcp')
  return {
    access_log_options,
    access_log: [...(access_log ?? []), ...tcpTapLog(view, side), ...logs],
  }
}
