// Services that this proxy sends logs and spans to: it needs their clusters, whatever it imports.
import { memo } from '../../model/memo.ts'
import type { Service } from '../../model/service.ts'
import type { View } from '../../model/view.ts'
import { logSpecs, type Mode } from '../kinds/telemetry.ts'
import { accessLogService, backendOf, extensionProvider } from '../provider.ts'
import { tracingBackends } from './tracing.ts'

const MODES: readonly Mode[] = ['CLIENT', 'SERVER']

export const telemetryServices = memo((view: View, _: ''): readonly Service[] => {
  const backends = MODES.flatMap((mode) => [
    ...tracingBackends(view, mode),
    ...logBackends(view, mode),
  ])
  return Object.freeze([...new Set(backends.flatMap((backend) => backend?.service ?? []))])
})

function logBackends(view: View, mode: Mode) {
  const specs = logSpecs(view, mode)
  if (specs) return specs.map(({ provider }) => logBackend(view, provider))
  const told = accessLogService(view)
  return [told && backendOf(view, told.service, told.port)]
}

function logBackend(view: View, name: string) {
  const { envoyOtelAls, envoyHttpAls, envoyTcpAls } = extensionProvider(view, name) ?? {}
  const told = envoyOtelAls ?? envoyHttpAls ?? envoyTcpAls
  return told && backendOf(view, told.service, told.port)
}
