// The part of a Kubernetes pod that injection reads and writes; all else is passed on as it is.

export interface EnvVar {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: object
}

export interface Probe {
  readonly httpGet?: {
    readonly path?: string
    readonly port: number | string
    readonly host?: string
    readonly scheme?: string
    readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[]
  }
  readonly tcpSocket?: { readonly port: number | string; readonly host?: string }
  readonly grpc?: { readonly port: number; readonly service?: string }
  readonly exec?: object
  readonly timeoutSeconds?: number
  readonly [field: string]: unknown
}

export interface Container {
  readonly name: string
  readonly image?: string
  readonly ports?: readonly {
    readonly name?: string
    readonly containerPort: number
    readonly protocol?: string
  }[]
  readonly livenessProbe?: Probe
  readonly readinessProbe?: Probe
  readonly startupProbe?: Probe
  readonly [field: string]: unknown
}

export interface PodSpec {
  readonly containers: readonly Container[]
  readonly initContainers?: readonly Container[]
  readonly volumes?: readonly { readonly name: string; readonly [field: string]: unknown }[]
  readonly hostNetwork?: boolean
  readonly [field: string]: unknown
}

export interface PodMetadata {
  readonly name?: string
  readonly namespace?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}

/** A pod, or the template of one. */
export interface Pod {
  readonly metadata?: PodMetadata
  readonly spec: PodSpec
}
