// Random Gateways, and random rules of TLS and TCP, for the laws of translation.
import fc from 'fast-check'

const l4Route = (destination: fc.Arbitrary<unknown>) =>
  fc.array(fc.record({ destination, weight: fc.integer({ min: 1, max: 9 }) }), {
    minLength: 1,
    maxLength: 2,
  })

export const tlsRoute = (destination: fc.Arbitrary<unknown>) =>
  fc.record({
    match: fc.array(
      fc.record(
        {
          sniHosts: fc.subarray(['api.example.com', '*.example.com', 'web'], { minLength: 1 }),
          destinationSubnets: fc.constantFrom(['10.0.0.0/8'], ['10.0.0.1/8', '192.0.2.1']),
          port: fc.constantFrom(443, 9000),
        },
        { requiredKeys: ['sniHosts'] },
      ),
      { minLength: 1, maxLength: 2 },
    ),
    route: l4Route(destination),
  })

export const tcpRoute = (destination: fc.Arbitrary<unknown>) =>
  fc.record(
    {
      match: fc.array(
        fc.record(
          {
            destinationSubnets: fc.constantFrom(['10.0.0.0/8'], ['10.0.0.1/8', '192.0.2.1']),
            sourceLabels: fc.record({ app: fc.constantFrom('web', 'cart') }),
          },
          { requiredKeys: [] },
        ),
        { maxLength: 2 },
      ),
      route: l4Route(destination),
    },
    { requiredKeys: ['route'] },
  )

const secure = fc.record(
  {
    mode: fc.constantFrom(
      'SIMPLE',
      'MUTUAL',
      'OPTIONAL_MUTUAL',
      'ISTIO_MUTUAL',
      'PASSTHROUGH',
      'AUTO_PASSTHROUGH',
    ),
    credentialName: fc.constantFrom('bank', 'late'),
  },
  { requiredKeys: ['mode', 'credentialName'] },
)

const server = fc.oneof(
  fc.constant({ port: { number: 80, protocol: 'HTTP', name: 'http' }, hosts: ['*'] }),
  fc.constant({ port: { number: 9000, protocol: 'TCP', name: 'tcp' }, hosts: ['*'] }),
  fc.record({
    port: fc.record({
      number: fc.constantFrom(80, 443),
      protocol: fc.constantFrom('HTTPS', 'TLS'),
      name: fc.constantFrom('https-1', 'https-2'),
    }),
    hosts: fc.subarray(['*', 'api.example.com', 'a/*.example.com', '*.local'], { minLength: 1 }),
    tls: secure,
  }),
)

export const gateway = fc.record({
  selector: fc.constant({ istio: 'edge' }),
  servers: fc.uniqueArray(server, {
    minLength: 1,
    maxLength: 3,
    selector: (one) => one.port.name,
  }),
})
