// `lotse bootstrap`: a certificate for one workload, and the folder its Envoy starts from.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { writeBootstrap } from '../../envoy/write.ts'
import { type Credentials, writeCredentials } from '../ca/credentials.ts'
import { askAdvice, enrol } from '../ca/enrol.ts'
import { isProblem } from '../ca/problem.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { ProxySettings } from '../model/proxy-settings.ts'
import { EXIT, fail } from './print.ts'

export interface BootstrapCommand {
  /** `NAMESPACE/NAME`. */
  readonly workload: string
  readonly xds: string
  readonly tokenFile: string
  /** With the mesh's roots, for a Kubernetes service account's token, which names none. */
  readonly rootFile?: string
  readonly out: string
  readonly admin: string
  readonly address?: string
  readonly gateway?: boolean
  /** WorkloadGroup to register under; needs the address. */
  readonly group?: string
}

export interface Enrolled {
  /** Path of `envoy.yaml`. */
  readonly config: string
  readonly credentials: Credentials
  readonly settings: ProxySettings
}

export async function bootstrapCommand(options: BootstrapCommand): Promise<number> {
  const enrolled = await enrolWorkload(options)
  if (isProblem(enrolled)) return fail(enrolled)
  console.log(`${enrolled.config}`)
  console.error(
    `certificate until ${enrolled.credentials.notAfter.toISOString()}; start it with: envoy -c ${enrolled.config} --disable-hot-restart${argumentsFor(enrolled.settings)}`,
    // Without the flag all Envoys of a machine share one name for hot restarts, and only the first starts.
  )
  return EXIT.done
}

function argumentsFor(settings: ProxySettings): string {
  const flags = {
    concurrency: settings.concurrency,
    'drain-time-s': settings.drainSeconds,
    'file-flush-interval-msec': settings.fileFlushMilliseconds,
    'file-flush-min-size-kb': settings.fileFlushKilobytes,
  }
  const given = Object.entries(flags).filter(([, value]) => value)
  return given.map(([name, value]) => ` --${name} ${value}`).join('')
}

/** Asks for a certificate by token, and writes credentials and bootstrap into `out`. */
export async function enrolWorkload(options: BootstrapCommand): Promise<Enrolled | Diagnostic> {
  const token = readToken(options.tokenFile)
  if (isProblem(token)) return token
  const root = options.rootFile === undefined ? undefined : readRoot(options.rootFile)
  if (root !== undefined && isProblem(root)) return root
  const credentials = await enrol({
    address: options.xds,
    token,
    workload: options.workload,
    ...(root === undefined ? {} : { root }),
    ...(options.group
      ? { registers: { group: options.group, address: options.address ?? '' } }
      : {}),
  })
  if (isProblem(credentials)) return credentials
  const settings = await askSettings(options.xds, credentials)
  const config = writeProxyFolder(options, credentials, settings)
  return isProblem(config) ? config : { config, credentials, settings }
}

/** A proxy starts without them rather than late. */
const SETTINGS_MS = 3_000

/** What the mesh says of how proxies are started; a control plane that does not say it leaves it to the agent. */
export async function askSettings(
  address: string,
  credentials: Credentials,
): Promise<ProxySettings> {
  const advice = await askAdvice({ address, credentials, timeout: SETTINGS_MS })
  return isProblem(advice) || !advice.settings ? {} : (JSON.parse(advice.settings) as ProxySettings)
}

function readRoot(file: string): string | Diagnostic {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code
    const text = `The file ${file} with the mesh's roots cannot be read (${why})`
    return { code: 'L0442', severity: 'error', text }
  }
}

export function readToken(file: string): string | Diagnostic {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    return {
      code: 'L0442',
      severity: 'error',
      text: `The token file ${file} cannot be read (${(error as NodeJS.ErrnoException).code}). It is DATA/join-token on the control plane's machine, or what \`lotse token create\` printed`,
    }
  }
}

export function writeProxyFolder(
  options: BootstrapCommand,
  credentials: Credentials,
  settings: ProxySettings = {},
): string | Diagnostic {
  const folder = resolve(options.out)
  const certificates = `${folder}/certs`
  const written = writeCredentials(certificates, credentials)
  if (written) return written
  const { namespace, name, trustDomain } = credentials.workload
  return writeBootstrap(folder, {
    proxy: {
      namespace,
      workload: name,
      address: options.address ?? '0.0.0.0',
      gateway: options.gateway ?? false,
    },
    xds: [endpoint(options.xds)],
    tls: { trustDomain, certificates, folder },
    admin: adminEndpoint(options.admin, settings),
    settings,
  })
}

/** The mesh's port where the user leaves it to the machine. */
function adminEndpoint(written: string, { adminPort }: ProxySettings) {
  const { host, port } = endpoint(written)
  return { host, port: port || (adminPort ?? 0) }
}

function endpoint(address: string) {
  const colon = address.lastIndexOf(':')
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '')
  return { host, port: Number(address.slice(colon + 1)) }
}
