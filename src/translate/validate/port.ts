// Ports of services and listeners: numbers, names and protocols.
import type { Path } from '../../model/origin.ts'
import { eachOf, type Report, repeats } from './report.ts'
import { checkPort } from './value.ts'

const PROTOCOLS = [
  'HTTP',
  'HTTP2',
  'GRPC',
  'GRPC-Web',
  'HTTPS',
  'TLS',
  'TCP',
  'UDP',
  'Mongo',
  'MySQL',
  'Redis',
]
const KNOWN = new Set([...PROTOCOLS, 'HTTP_PROXY', 'HBONE'].map((name) => name.toUpperCase()))

export function checkProtocol(report: Report, protocol: string | undefined, path: Path): void {
  if (!protocol || KNOWN.has(protocol.toUpperCase())) return
  report.error(
    'L0232',
    path,
    `"${protocol}" is not a protocol: one of ${PROTOCOLS.join(', ')}, or none to find out by looking`,
  )
}

interface Port {
  readonly number: number
  readonly name?: string
  readonly protocol?: string
  readonly targetPort?: number
}

export function checkPorts(report: Report, ports: readonly Port[] | undefined, path: Path): void {
  eachOf(ports, path, (port, at) => {
    checkPort(report, port.number, [...at, 'number'])
    checkProtocol(report, port.protocol, [...at, 'protocol'])
    if (port.targetPort !== undefined) checkPort(report, port.targetPort, [...at, 'targetPort'])
  })
  checkDistinct(report, ports, path, 'number', ({ number }) => String(number))
  checkDistinct(report, ports, path, 'name', ({ name }) => name)
}

export function checkDistinct<T>(
  report: Report,
  ports: readonly T[] | undefined,
  path: Path,
  field: string,
  keyOf: (port: T) => string | undefined,
): void {
  for (const [index, first] of repeats(ports, keyOf)) {
    const what = `${field} ${keyOf(ports![index]!)}`
    report.error(
      'L0214',
      [...path, index, field],
      `ports ${first} and ${index} both have ${what}: change one`,
    )
  }
}
