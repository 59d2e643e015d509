// The commands for a Kubernetes cluster, as the command line has them.
import { type Command, InvalidArgumentError } from 'commander'
import { INSTALL_DEFAULTS } from '../install/defaults.ts'

interface Parts {
  readonly run: <T extends unknown[]>(
    load: () => Promise<(...args: T) => Promise<number>>,
  ) => (...args: T) => Promise<void>
  readonly collect: (value: string, before: string[] | undefined) => string[]
  readonly address: (value: string) => string
  readonly workload: (value: string) => string
  readonly wholeNumber: (value: string) => string
}

/** What `lotse serve` is told of a cluster. */
export function clusterOptions(serve: Command, { address, workload }: Parts): Command {
  return serve
    .option('--store <store>', 'read objects of `kubernetes`, or of an etcd://HOST:PORT', store)
    .option('--etcd-ca <file>', 'roots of the etcd cluster')
    .option('--etcd-cert <file>', 'certificate to show to it')
    .option('--etcd-key <file>', 'key of the certificate')
    .option('--kubeconfig <file>', 'how to reach the cluster; by default as kubectl does')
    .option(
      '--mesh-config-map <ns/name>',
      'ConfigMap with the mesh configuration in its key `mesh`; its namespace is that of Lotse',
      workload,
      'istio-system/istio',
    )
    .option('--webhooks <host:port>', 'answer admission reviews of the API server here', address)
    .option(
      '--service <name>',
      'DNS name by which pods and the API server call',
      'lotse.istio-system.svc',
    )
    .option('--proxy-image <image>', 'image of injected sidecars', 'lotse-proxy:0.1.0')
    .option('--revision <name>', 'of this control plane, as in the label istio.io/rev', 'default')
}

function store(value: string): string {
  if (value === 'kubernetes' || value.startsWith('etcd://')) return value
  throw new InvalidArgumentError('It is `kubernetes`, or an address that begins with etcd://.')
}

export function addKubernetesCommands(program: Command, parts: Parts): void {
  const { run, collect, address, wholeNumber } = parts
  program
    .command('install')
    .description('print (or apply) what Lotse needs in a Kubernetes cluster')
    .option(
      '--namespace <name>',
      'of Lotse, the root namespace of the mesh',
      INSTALL_DEFAULTS.namespace,
    )
    .option('--image <image>', 'of Lotse', INSTALL_DEFAULTS.image)
    .option(
      '--proxy-image <image>',
      'of the sidecar, with Envoy and lotse',
      INSTALL_DEFAULTS.proxyImage,
    )
    .option('--replicas <n>', 'how many at least', wholeNumber, String(INSTALL_DEFAULTS.replicas))
    .option(
      '--revision <name>',
      'of the control plane, as in the label istio.io/rev',
      INSTALL_DEFAULTS.revision,
    )
    .option('--skip-crds', 'leave out the definitions of the custom resources')
    .option('--apply', 'apply to the cluster instead of printing')
    .option('--kubeconfig <file>', 'how to reach the cluster; by default as kubectl does')
    .addHelpText('after', '\nExample:\n  lotse install | kubectl apply --server-side -f -')
    .action(run(async () => (await import('./install.ts')).install))

  program
    .command('inject')
    .description('print manifests with the sidecar in every pod; injecting twice changes nothing')
    .requiredOption('-f, --filename <path...>', 'manifests; - for standard input', collect)
    .option('--image <image>', 'image with Envoy and lotse', 'lotse-proxy:0.1.0')
    .option('--xds <host:port>', 'the control plane', address, 'lotse.istio-system.svc:15010')
    .option('--revision <name>', 'of the control plane', 'default')
    .addHelpText('after', '\nExample:\n  lotse inject -f app.yaml | kubectl apply -f -')
    .action(run(async () => (await import('./inject.ts')).inject))
}
