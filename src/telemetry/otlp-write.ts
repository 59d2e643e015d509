// Writes gauges as OTLP, for what a proxy's agent reports beside its Envoy.
import protobuf from 'protobufjs/minimal.js'

export interface GaugePoint {
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
  readonly value: number
}

/** An ExportMetricsServiceRequest; figures of one name stand together, which spares repeating it. */
export function writeGauges(gauges: readonly GaugePoint[]): Buffer {
  const writer = protobuf.Writer.create()
  const names = new Set(gauges.map(({ name }) => name))
  // resource_metrics, scope_metrics
  nested(writer, 1, () =>
    nested(writer, 2, () => {
      for (const name of names) {
        nested(writer, 2, () => {
          writer.uint32(tag(1, 2)).string(name)
          const points = gauges.filter((gauge) => gauge.name === name)
          nested(writer, 5, () => {
            for (const point of points) nested(writer, 1, () => writePoint(writer, point))
          })
        })
      }
    }),
  )
  return Buffer.from(writer.finish())
}

function writePoint(writer: protobuf.Writer, { tags, value }: GaugePoint): void {
  writer.uint32(tag(4, 1)).double(value)
  for (const [key, text] of Object.entries(tags)) {
    nested(writer, 7, () => {
      writer.uint32(tag(1, 2)).string(key)
      nested(writer, 2, () => writer.uint32(tag(1, 2)).string(text))
    })
  }
}

function nested(writer: protobuf.Writer, field: number, write: () => void): void {
  writer.uint32(tag(field, 2)).fork()
  write()
  writer.ldelim()
}

function tag(field: number, wire: number): number {
  return (field << 3) | wire
}
