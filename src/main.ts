// The command line: one file a command in `cli/`, loaded only when it is called.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { addCaCommands } from './cli/ca-commands.ts'
import { addKubernetesCommands, clusterOptions } from './cli/kubernetes-commands.ts'
import { pushOptions } from './cli/push-options.ts'
import { addStoreCommands } from './cli/store-commands.ts'

const program = new Command('lotse')
  .description('An Envoy control plane for Istio policies that tells which line of YAML did what')
  .version('0.1.0')
  .showHelpAfterError('Run it with --help to see how.')
  .configureOutput({ outputError: (text, write) => write(`${text.trimEnd()} (L0512)\n`) })
  .exitOverride()

/** Runs a command's function and takes its number as the exit code (DESIGN §4). */
function run<T extends unknown[]>(load: () => Promise<(...args: T) => Promise<number>>) {
  return async (...args: T) => {
    process.exitCode = await (await load())(...args)
  }
}

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value]
}

function address(value: string): string {
  const port = /^(?:\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(value)?.[1]
  if (port === undefined || Number(port) > 65535) {
    throw new InvalidArgumentError('It has the form HOST:PORT.')
  }
  return value
}

function workload(value: string): string {
  if (!/^[^/]+\/[^/]+$/.test(value))
    throw new InvalidArgumentError('It has the form NAMESPACE/NAME.')
  return value
}

function httpUrl(value: string): string {
  if (!/^https?:\/\/[^/\s]+/.test(value) || !URL.canParse(value)) {
    throw new InvalidArgumentError('It has the form http://HOST:PORT.')
  }
  return value
}

function wholeNumber(value: string): string {
  if (!/^\d{1,12}$/.test(value)) throw new InvalidArgumentError('It is a whole number.')
  return value
}

const parts = { run, collect, address, workload, wholeNumber }

clusterOptions(pushOptions(program.command('serve'), wholeNumber), parts)
  .description('serve configuration to proxies, and the status page')
  .option('--config <path...>', 'file or directory of YAML (several may be given)', collect)
  .requiredOption('--data <dir>', 'directory for the certificate authority and other state')
  .option('--xds <host:port>', 'where proxies connect, with mutual TLS', address, '127.0.0.1:15010')
  .option('--http <host:port>', 'status page, API and metrics', address, '127.0.0.1:15080')
  .option('--insecure-plaintext-xds <host:port>', 'plain-text xDS too; loopback only', address)
  .option('--edit', 'the dashboard may write weights into the files of --config')
  .option('--allow-empty', 'an empty source means an empty mesh, not an accident')
  .option('--allow-private-jwks', 'fetch keys of token issuers from private addresses, too')
  .option(
    '--passphrase-file <file>',
    "opens the certificate authority's key; a new key is encrypted",
  )
  .option(
    '--prometheus <url>',
    'read the graph of the whole mesh there, when several replicas run',
    httpUrl,
  )
  .option(
    '--certificate-lifetime <seconds>',
    "of workloads' certificates, which are renewed at half of it",
    wholeNumber,
    '86400',
  )
  .addHelpText(
    'after',
    '\nExamples:\n  lotse serve --config mesh/ --data .lotse\n  lotse serve --store kubernetes --data .lotse',
  )
  .action(run(async () => (await import('./cli/serve.ts')).serve))

program
  .command('check')
  .description('check YAML without a running control plane; exit code 1 if there are errors')
  .argument('<path...>', 'files or directories')
  .option(
    '--deep',
    'also encode what every workload would get, as is always done with EnvoyFilters',
  )
  .option('--envoy', 'also show it to an Envoy in its validate mode: tells what only Envoy refuses')
  .addHelpText('after', '\nExample:\n  lotse check mesh/')
  .action(run(async () => (await import('./cli/check.ts')).check))

program
  .command('translate')
  .description('print the Envoy configuration of one workload, each resource with its origin')
  .argument('<path...>', 'files or directories')
  .requiredOption('--workload <ns/name>', 'the workload whose proxy is meant', workload)
  .option('--type <type>', 'only one type: cluster, endpoint, secret, listener, route')
  .option('--plaintext', 'as served to a proxy without a certificate')
  .option(
    '--delivery <mode>',
    'as served to an Envoy with VHDS: preloaded or on-demand; whole by default',
  )
  .addHelpText('after', '\nExample:\n  lotse translate mesh/ --workload default/frontend-v1')
  .action(run(async () => (await import('./cli/translate.ts')).translateCommand))

program
  .command('explain')
  .description('show which way a request goes, step by step, each with the line that says so')
  .argument('[path...]', 'files or directories')
  .option('--http <host:port>', 'a running control plane, instead of files', address)
  .option('--token-file <file>', 'API token, needed from another machine')
  .requiredOption('--workload <ns/name>', 'the workload that sends the request', workload)
  .requiredOption('--host <host>', 'its Host header')
  .option('--path <path>', 'with its query', '/')
  .option('--method <method>', 'HTTP method', 'GET')
  .option('--header <name=value...>', 'a header (several may be given)', collect)
  .option('--port <port>', 'port of the listener; any by default', wholeNumber)
  .option('--to-workload <ns/name>', 'whether this workload lets it in', workload)
  .addHelpText(
    'after',
    '\nExample:\n  lotse explain mesh/ --workload default/frontend-v1 --host cart --path /items',
  )
  .action(run(async () => (await import('./cli/explain.ts')).explain))

/** What both ways to enrol are told. */
const enrolling = (command: Command) =>
  command
    .requiredOption('--workload <ns/name>', 'the workload', workload)
    .requiredOption('--xds <host:port>', 'the control plane', address)
    .requiredOption('--token-file <file>', "join token, or a Kubernetes service account's")
    .option('--root-file <file>', "the mesh's roots, needed with a service account's token")
    .requiredOption('--out <dir>', 'directory for envoy.yaml, key and certificates')
    .option('--admin <host:port>', 'admin address of the Envoy', address, '127.0.0.1:0')
    .option('--address <ip>', 'address of the workload, if the mesh does not know it')
    .option('--group <name>', 'WorkloadGroup to register under; needs --address')
    .option('--gateway', 'be a gateway whatever the labels say')

enrolling(program.command('bootstrap'))
  .description('get a certificate for a workload and write what its Envoy needs to start')
  .addHelpText(
    'after',
    '\nExample:\n  lotse bootstrap --workload default/web --xds 127.0.0.1:15010 --token-file .lotse/join-token --out web/\n  envoy -c web/envoy.yaml --disable-hot-restart',
  )
  .action(run(async () => (await import('./cli/bootstrap.ts')).bootstrapCommand))

enrolling(program.command('proxy'))
  .description('enrol, run Envoy and, if given, the application beside it; renew the certificate')
  .option('--probes <host:port>', 'answer health checks of a kubelet here, in plain text', address)
  .option(
    '--drain <seconds>',
    'how long requests may finish after a stop; 5, or what the mesh says',
    wholeNumber,
  )
  .argument('[app...]', 'command of the application, after --')
  .addHelpText(
    'after',
    '\nExample:\n  lotse proxy --workload default/web --xds 127.0.0.1:15010 --token-file .lotse/join-token --out web/ -- node app.js',
  )
  .action(run(async () => (await import('./cli/proxy.ts')).proxyCommand))

program
  .command('status')
  .description('show the proxies, whether they are up to date, and what is wrong')
  .option('--http <host:port>', 'the control plane', address, '127.0.0.1:15080')
  .option('--token-file <file>', 'API token, needed from another machine')
  .option('--json', 'as JSON')
  .option('--watch', 'again every two seconds, until it is stopped')
  .addHelpText('after', '\nExample:\n  lotse status --http 127.0.0.1:15080')
  .action(run(async () => (await import('./cli/status.ts')).status))

function graphOptions(command: Command, window: string): Command {
  return command
    .option('--http <host:port>', 'the control plane', address, '127.0.0.1:15080')
    .option('--token-file <file>', 'API token, needed from another machine')
    .option('--window <seconds>', 'how far back', wholeNumber, window)
    .addOption(
      new Option('--by <what>', 'nodes').choices(['service', 'workload']).default('service'),
    )
}

graphOptions(program.command('graph'), '60')
  .description('show who calls whom, how often, how fast, with how many errors')
  .option('--dot', 'as a picture for Graphviz')
  .option('--json', 'as JSON')
  .addHelpText('after', '\nExample:\n  lotse graph --by workload\n  lotse graph --dot | dot -Tsvg')
  .action(run(async () => (await import('./cli/graph.ts')).graphCommand))

graphOptions(program.command('edges'), '60')
  .description('show the calls of one service or workload, with statuses and flags')
  .argument('[node]', 'NAMESPACE/NAME; all by default')
  .option('--json', 'as JSON')
  .addHelpText('after', '\nExample:\n  lotse edges default/frontend')
  .action(run(async () => (await import('./cli/graph.ts')).edgesCommand))

program
  .command('tap')
  .description("show a workload's requests as they happen, with the lines that decided about them")
  .argument('<workload>', 'NAMESPACE/NAME', workload)
  .option('--http <host:port>', 'the control plane', address, '127.0.0.1:15080')
  .option('--token-file <file>', 'API token, needed from another machine')
  .option('--count <n>', 'how many; 0 until it is stopped', wholeNumber, '0')
  .option('--json', 'as JSON, one a line')
  .addHelpText('after', '\nExample:\n  lotse tap default/frontend-v1')
  .action(run(async () => (await import('./cli/tap.ts')).tap))

program
  .command('config')
  .description('show what a connected proxy is to have, with the lines it comes from')
  .argument('<proxy>', 'NAMESPACE/NAME of its workload, or its node id')
  .option('--http <host:port>', 'the control plane', address, '127.0.0.1:15080')
  .option('--token-file <file>', 'API token, needed from another machine')
  .option('--type <type>', 'only one type: cluster, endpoint, listener, route')
  .option('--name <name>', 'the resource of this name, as YAML')
  .option('--json', 'as JSON')
  .addHelpText('after', '\nExample:\n  lotse config default/frontend-v1 --type route')
  .action(run(async () => (await import('./cli/config.ts')).config))

graphOptions(program.command('top'), '15')
  .description('show the calls, the busiest first, again and again')
  .option('--every <seconds>', 'pause between two looks', wholeNumber, '2')
  .option('--times <n>', 'how often; 0 until it is stopped', wholeNumber, '0')
  .addHelpText('after', '\nExample:\n  lotse top --every 5')
  .action(run(async () => (await import('./cli/graph.ts')).top))

const token = program
  .command('token')
  .description('join tokens: who may enrol; API tokens: who may ask')
token
  .command('create')
  .description('make a token; it is shown once')
  .requiredOption('--data <dir>', "the control plane's data directory")
  .option('--workload <ns/name>', 'only for this workload', workload)
  .option('--ttl <seconds>', 'until it expires; 0 for never', wholeNumber, '3600')
  .option('--api', 'an API token instead, for the HTTP side')
  .addOption(
    new Option('--role <role>', 'what an API token may do')
      .choices(['read', 'operate', 'admin'])
      .default('read'),
  )
  .option('--namespace <name>', 'an API token is told of this namespace only')
  .option('--uses <n>', 'how often it may be used; 0 for any number', wholeNumber, '1')
  .addHelpText('after', '\nExample:\n  lotse token create --data .lotse --workload default/web')
  .action(run(async () => (await import('./cli/token.ts')).createToken))
token
  .command('list')
  .requiredOption('--data <dir>', "the control plane's data directory")
  .description('list tokens; never their secrets')
  .action(run(async () => (await import('./cli/token.ts')).listTokens))
token
  .command('revoke')
  .argument('<id>', 'id of the token')
  .requiredOption('--data <dir>', "the control plane's data directory")
  .description('make a token useless')
  .action(run(async () => (await import('./cli/token.ts')).revokeToken))

addCaCommands(program, { run, workload, wholeNumber })

addKubernetesCommands(program, parts)
addStoreCommands(program, parts)

const capture = program
  .command('capture')
  .description("lead all of this host's TCP traffic through its Envoy (needs root and nft)")
const exclusions = (command: Command) =>
  command
    .requiredOption('--uid <n>', 'the user that Envoy runs as')
    .option('--exclude-inbound-ports <list>', 'ports reached without Envoy, as 22,9100')
    .option('--exclude-outbound-ports <list>', 'ports called without Envoy')
    .option('--outbound-port <n>', "MeshConfig's proxyListenPort, 15001 by default")
    .option('--inbound-port <n>', "MeshConfig's proxyInboundListenPort, 15006 by default")
    .option('--exclude-outbound-ranges <list>', 'addresses called without Envoy, as 10.0.0.0/8')
exclusions(capture.command('apply').description('apply the rules; applying again replaces them'))
  .addHelpText('after', '\nExample:\n  lotse capture apply --uid 1337 --exclude-inbound-ports 22')
  .action(run(async () => (await import('./cli/capture.ts')).applyCapture))
exclusions(capture.command('print').description('print the rules instead'))
  .addHelpText('after', '\nExample:\n  lotse capture print --uid 1337 | nft -f -')
  .action(run(async () => (await import('./cli/capture.ts')).printCapture))
capture
  .command('remove')
  .description('take the rules back')
  .action(run(async () => (await import('./cli/capture.ts')).removeCapture))

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2
  } else {
    const { message, stack } = error as Error
    console.error(`error: Lotse failed, which is a mistake in it: ${message}`)
    if (process.env.LOTSE_LOG === 'debug') console.error(stack)
    process.exitCode = 3
  }
}
