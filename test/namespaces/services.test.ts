// What captured callers reach, each host with an Envoy that applications know nothing of: pods by their addresses, names, subnets, and all the rest.
import assert from 'node:assert/strict'
import { before, describe, after as lastly, test } from 'node:test'
import {
  type Captured,
  captured,
  exchange,
  get,
  lineServer,
  webServer,
} from '../support/captured.ts'
import type { Cleanup } from '../support/cleanup.ts'
import { skip as noEnvoy } from '../support/envoy.ts'
import { whyNot } from '../support/namespaces.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy } from '../support/workload.ts'

const skip = noEnvoy || whyNot()
const VIP = '10.96.0.20'
const CLIENT = 'spiffe://cluster.local/ns/default/sa/client'

type Name = 'client' | 'one' | 'two' | 'far'

const entry = (name: string, address: string, labels: string) =>
  `{apiVersion: networking.istio.io/v1, kind: WorkloadEntry, metadata: {name: ${name}, namespace: default},
    spec: {address: ${address}, serviceAccount: ${name}, labels: ${labels}}}`
const core = (name: string, spec: string) =>
  `{apiVersion: v1, kind: Service, metadata: {name: ${name}, namespace: default}, spec: {${spec}}}`
const settings = (text: string) =>
  `{apiVersion: mesh.istio.io/v1alpha1, kind: MeshConfig, metadata: {name: mesh}, ${text}}`
const peer = (mode: string) =>
  policy('PeerAuthentication', 'default/all', `{mtls: {mode: ${mode}}}`)

function mesh(address: (name: Name | 'control') => string): string {
  return join(
    entry('client', address('client'), '{app: client}'),
    entry('one', address('one'), '{app: db, v: one}'),
    entry('two', address('two'), '{app: db, v: two}'),
    core(
      'pods',
      `clusterIP: None, selector: {app: db}, ports: [{name: tcp-line, port: 7000}, {name: any, port: 7100}, {name: http, port: 8080}]`,
    ),
    core(
      'web',
      `clusterIP: ${VIP}, selector: {app: db}, ports: [{name: http-web, port: 8090, targetPort: 8080}, {name: http-local, port: 8085}]`,
    ),
    core('names', 'type: ExternalName, externalName: localhost, ports: [{name: tcp, port: 7200}]'),
    // One subset for each pod.
    policy(
      'DestinationRule',
      'default/pods',
      '{host: lines.test, subsets: [{name: one, labels: {v: one}}, {name: two, labels: {v: two}}]}',
    ),
  )
}

describe('services of captured callers', { skip }, () => {
  const ends: (() => void | Promise<void>)[] = []
  const cleanup: Cleanup = { after: (end) => void ends.unshift(end) }
  let site: Captured<Name>
  let base = ''
  const at = (name: Name | 'control') => site.net[name].address
  const rules = (...documents: string[]) => site.write(join(base, ...documents))
  const ask = (url: string, host = '') => site.say(site.net.client, get(url, host))
  const line = (name: Name | string, port: number, send = '', wait = 15_000) =>
    site.say(
      site.net.client,
      exchange(name in site.net ? at(name as Name) : name, port, send, wait),
    )
  const becomes = (what: string, look: () => string, expected: string) =>
    waitFor(what, look, (said) => said === expected)

  before(async () => {
    site = await captured<Name>(cleanup, {
      envoys: ['client', 'one', 'two'],
      others: ['far'],
      yaml: (address) => {
        base = mesh(address)
        return join(base, peer('STRICT'))
      },
    })
    for (const name of ['one', 'two', 'far'] as const) {
      for (const port of [7000, 7100, 7200, 7300, 7400])
        site.run(site.net[name], lineServer(port, name))
      for (const port of [8080, 8081]) site.run(site.net[name], webServer(port, name))
    }
    site.run(site.net.one, webServer(8085, 'loopback', '127.0.0.1'))
    site.run(site.net.two, webServer(8085, 'loopback', '127.0.0.1'))
    await waitFor('the applications', () =>
      ['one', 'two', 'far'].every(
        (name) =>
          line(name, 7000) === name && ask(`http://${at(name as Name)}:8081/`).startsWith('200'),
      ),
    )
    for (const name of ['client', 'one', 'two'] as const) site.apply(site.net[name])
  })

  lastly(async () => {
    for (const end of ends) await end()
  })

  test('a pod of a headless service is the one whose address is called, with mutual TLS', async () => {
    // STRICT: what answers was called with mutual TLS.
    await becomes('the pod', () => line('one', 7000), 'one')
    for (let count = 0; count < 4; count++) {
      assert.equal(line('one', 7000), 'one')
      assert.equal(line('two', 7000), 'two')
    }
    for (const name of ['one', 'two'] as const) {
      const answer = `200 ${name} ${CLIENT}`
      assert.equal(ask(`http://${at(name)}:8080/`, `${name}.pods`), answer)
      assert.equal(ask(`http://${at(name)}:8080/`, 'pods'), answer)
    }
  })

  test('the ports of headless and named services elsewhere are not theirs', () => {
    assert.equal(line('far', 7000), 'far')
    assert.equal(line('far', 7200), 'far')
  })

  test('if one pod has no proxy, all are called in plain text', async () => {
    rules(peer('PERMISSIVE'), entry('far', at('far'), '{app: db}'))
    await becomes('plain text', () => ask(`http://${at('one')}:8080/`, 'pods'), '200 one nobody')
    assert.equal(line('far', 7000), 'far')
    rules(peer('STRICT'))
    await becomes('mutual TLS', () => ask(`http://${at('one')}:8080/`, 'pods'), `200 one ${CLIENT}`)
  })

  test('a port of no declared protocol takes HTTP, and a server that speaks first after the timeout', async () => {
    assert.equal(line('two', 7100, '', 1_000), 'silence')
    assert.match(line('two', 7100, 'no HTTP at all\r\n\r\n'), /^two/)
    rules(peer('STRICT'), settings('protocolDetectionTimeout: 0.2s'))
    await becomes('the greeting', () => line('two', 7100, '', 2_000), 'two')
  })

  test('where mutual TLS is off a server may speak first to anybody', async () => {
    rules(peer('DISABLE'))
    const outside = () => site.say(site.net.far, exchange(at('one'), 7000, '', 2_000))
    await becomes('the greeting', outside, 'one')
    assert.equal(line('one', 7000), 'one')
  })

  test('inboundTrafficPolicy: by itself the address that was called, or loopback', async () => {
    const local = () => ask(`http://${VIP}:8085/`, 'web:8085').split(' ', 2).join(' ')
    rules(peer('STRICT'))
    await waitFor('nobody to listen there', local, (said) => said.startsWith('503'))
    rules(peer('STRICT'), settings('inboundTrafficPolicy: {mode: LOCALHOST}'))
    await becomes('what listens on loopback', local, '200 loopback')
  })

  test('PASSTHROUGH: balanced by nobody, the address that was called', async () => {
    rules(
      peer('STRICT'),
      core(
        'twice',
        'clusterIP: 10.96.0.21, selector: {app: db}, ports: [{name: http, port: 8080}]',
      ),
      policy(
        'DestinationRule',
        'default/twice',
        '{host: twice, trafficPolicy: {loadBalancer: {simple: PASSTHROUGH}}}',
      ),
    )
    const two = () => ask(`http://${at('two')}:8080/`, 'twice')
    await becomes('the address', two, `200 two ${CLIENT}`)
    for (let count = 0; count < 4; count++) {
      assert.equal(two(), `200 two ${CLIENT}`)
      assert.equal(ask(`http://${at('one')}:8080/`, 'twice'), `200 one ${CLIENT}`)
    }
  })

  test('ServiceEntry NONE: to where the caller was going, if the host is known', async () => {
    const only = settings('outboundTrafficPolicy: {mode: REGISTRY_ONLY}')
    const far = () => ask(`http://${at('far')}:8081/`, 'a.any.test')
    rules(peer('STRICT'), only)
    await waitFor('the unknown host', far, (said) => !said.startsWith('200'))
    rules(
      peer('STRICT'),
      only,
      policy(
        'ServiceEntry',
        'default/any',
        '{hosts: ["*.any.test"], resolution: NONE, ports: [{number: 8081, name: http, protocol: HTTP}]}',
      ),
    )
    await becomes('the known host', far, '200 far nobody')
    assert.match(ask(`http://${at('far')}:8081/`, 'other.test'), /^502/)
  })

  test('ServiceEntry TCP: without an address it takes its port everywhere, with a block only that', async () => {
    const lines = (addresses: string) =>
      policy(
        'ServiceEntry',
        'default/lines',
        `{hosts: [lines.test], ${addresses}location: MESH_INTERNAL, resolution: STATIC, workloadSelector: {labels: {v: two}},
          ports: [{number: 7300, name: tcp, protocol: TCP}]}`,
      )
    rules(peer('STRICT'), lines(''))
    await becomes('the entry', () => line('far', 7300), 'two')
    rules(peer('STRICT'), lines('addresses: [10.98.0.0/16], '))
    await becomes('what is called', () => line('far', 7300), 'far')
    assert.equal(line('10.98.7.7', 7300), 'two')
  })

  test('TCP and TLS rules by destination subnets; the first without any ends them', async () => {
    const entry = (protocol: string) =>
      policy(
        'ServiceEntry',
        'default/lines',
        `{hosts: [lines.test], addresses: [10.98.0.0/16], location: MESH_INTERNAL, resolution: STATIC, workloadSelector: {labels: {app: db}},
          ports: [{number: 7400, name: ${protocol.toLowerCase()}, protocol: ${protocol}}]}`,
      )
    const to = (subset: string) => `route: [{destination: {host: lines.test, subset: ${subset}}}]`
    rules(
      peer('STRICT'),
      entry('TCP'),
      policy(
        'VirtualService',
        'default/lines',
        `{hosts: [lines.test], tcp: [{match: [{destinationSubnets: [10.98.1.0/24, 10.98.3.3]}], ${to('one')}}, {${to('two')}},
          {match: [{destinationSubnets: [10.98.4.0/24]}], ${to('one')}}]}`,
      ),
    )
    await becomes('the subnet', () => line('10.98.1.9', 7400), 'one')
    assert.equal(line('10.98.3.3', 7400), 'one')
    assert.equal(line('10.98.4.9', 7400), 'two')
    assert.equal(line('10.98.3.4', 7400), 'two')
    assert.equal(line('far', 7400), 'far', 'outside of the entry')
  })

  test('capture on other ports', async () => {
    rules(peer('STRICT'), settings('proxyListenPort: 16001, proxyInboundListenPort: 16006'))
    const other = ['--outbound-port', '16001', '--inbound-port', '16006']
    for (const name of ['client', 'one', 'two'] as const) site.apply(site.net[name], ...other)
    await becomes(
      'the service',
      () => ask(`http://${at('two')}:8080/`, 'pods'),
      `200 two ${CLIENT}`,
    )
    const rulesOf = site.net.client.run('nft', 'list', 'table', 'ip', 'lotse').stdout
    assert.match(rulesOf, /redirect to :16001/)
    assert.match(line('one', 16006, 'x', 2_000), /^(failed|closed)/, 'no circles')
  })
})
