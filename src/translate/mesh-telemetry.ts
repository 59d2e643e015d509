// The telemetry parts of a MeshConfig that Envoy takes: it is never refused as a whole, since then its security settings would be lost too.
import type { ExtensionProvider } from '../model/schema/extension-provider.ts'
import type { DefaultConfig, MeshConfig } from '../model/schema/mesh-config.ts'
import type { CustomTag } from '../model/schema/telemetry.ts'
import { formatProblem, jsonFormatProblem } from './validate/log-format.ts'

/** Why Envoy would refuse `accessLogFormat`. */
export function meshFormatProblem({
  accessLogFormat,
  accessLogEncoding,
}: MeshConfig): string | undefined {
  if (!accessLogFormat) return undefined
  if (accessLogEncoding !== 'JSON') return formatProblem(accessLogFormat)
  try {
    const read: unknown = JSON.parse(accessLogFormat)
    if (typeof read !== 'object' || read === null || Array.isArray(read)) {
      return 'with accessLogEncoding JSON the format must be a JSON object'
    }
    return jsonFormatProblem(read)
  } catch {
    return 'with accessLogEncoding JSON the format must be JSON, and this is not'
  }
}

type LogFormat = NonNullable<ExtensionProvider['envoyOtelAls']>['logFormat']

/** Why Envoy would refuse the format of a provider of logs. */
export function logFormatProblem(format: LogFormat): string | undefined {
  const { text, labels } = format ?? {}
  return (text && formatProblem(text)) || (labels && jsonFormatProblem(labels)) || undefined
}

/** Why Envoy would refuse the tag of a span. */
export function tagProblem({ literal, environment, header, formatter }: CustomTag) {
  if (literal?.value || environment?.name || header?.name) return undefined
  if (formatter?.value) return formatProblem(formatter.value)
  return 'the tag has no value: give literal, environment, header or formatter'
}

/** The fields without what Envoy would refuse: a format gives way to the default, a tag or a share to none. */
export function usableTelemetry(written: MeshConfig) {
  const { accessLogFormat, defaultConfig, extensionProviders } = written
  return {
    accessLogFormat: meshFormatProblem(written) ? '' : (accessLogFormat ?? ''),
    defaultConfig: usableDefaults(defaultConfig ?? {}),
    extensionProviders: (extensionProviders ?? []).map(usableProvider),
  }
}

function usableDefaults(defaults: DefaultConfig): DefaultConfig {
  const { sampling, customTags } = defaults.tracing ?? {}
  if (sampling === undefined && !customTags) return defaults
  const { sampling: _, ...tracing } = defaults.tracing ?? {}
  const tags = Object.entries(customTags ?? {}).filter(([name, tag]) => name && !tagProblem(tag))
  return {
    ...defaults,
    tracing: {
      ...tracing,
      ...(isPercentage(sampling) ? { sampling } : {}),
      ...(customTags ? { customTags: Object.fromEntries(tags) } : {}),
    },
  }
}

export function isPercentage(share: number | undefined): share is number {
  return share !== undefined && share >= 0 && share <= 100
}

function usableProvider(provider: ExtensionProvider): ExtensionProvider {
  const { envoyFileAccessLog: file, envoyOtelAls: otel } = provider
  if (file && logFormatProblem(file.logFormat)) {
    return { ...provider, envoyFileAccessLog: without(file) }
  }
  if (otel && logFormatProblem(otel.logFormat)) return { ...provider, envoyOtelAls: without(otel) }
  return provider
}

function without<T extends { readonly logFormat?: unknown }>(log: T): Omit<T, 'logFormat'> {
  const { logFormat: _, ...rest } = log
  return rest
}
