// `--otlp HOST:PORT`: every request of the shop is traced, to an OTLP back end such as Jaeger.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const COLLECTOR = 'collector.tracing.internal'

/** Adds the back end, and a Telemetry that names it, to a copy of the mesh. */
export async function addTracing(meshFolder: string, address: string): Promise<void> {
  const colon = address.lastIndexOf(':')
  const [host, port] = [address.slice(0, colon), Number(address.slice(colon + 1))]
  const file = join(meshFolder, 'mesh.yaml')
  const mesh = await readFile(file, 'utf8')
  const providers = `extensionProviders:
  - name: otlp
    opentelemetry: { service: ${COLLECTOR}, port: ${port} }
outboundTrafficPolicy:`
  await writeFile(file, mesh.replace('outboundTrafficPolicy:', providers))
  await writeFile(join(meshFolder, 'tracing.yaml'), tracing(host, port))
}

function tracing(host: string, port: number): string {
  return `# Written by the demo for --otlp: where spans go, and that every request has some.
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: collector
spec:
  hosts: [${COLLECTOR}]
  location: MESH_EXTERNAL
  resolution: STATIC
  ports: [{ number: ${port}, name: grpc-otlp, protocol: GRPC }]
  endpoints: [{ address: ${JSON.stringify(host)} }]
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata:
  name: tracing
  namespace: istio-system
spec:
  tracing:
    - providers: [{ name: otlp }]
      randomSamplingPercentage: 100
`
}
