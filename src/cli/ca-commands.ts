// The subcommands of `lotse ca` with their options, texts and examples.
import type { Command } from 'commander'

export interface Wiring {
  /** Runs a command's function and takes its number as the exit code. */
  readonly run: <T extends unknown[]>(
    load: () => Promise<(...args: T) => Promise<number>>,
  ) => (...args: T) => Promise<void>
  /** Checks NAMESPACE/NAME. */
  readonly workload: (value: string) => string
  readonly wholeNumber: (value: string) => string
}

export function addCaCommands(program: Command, { run, workload, wholeNumber }: Wiring): void {
  const ca = program
    .command('ca')
    .description('the certificate authority: see it, replace its root, revoke certificates')
  const command = (name: string, description: string, example: string) =>
    ca
      .command(name)
      .description(description)
      .requiredOption('--data <dir>', "the control plane's data directory")
      .addHelpText('after', `\nExample:\n  lotse ca ${example}`)

  const asking = (name: string, description: string, example: string) =>
    command(name, description, example)
      .option('--no-wait', 'return once the control plane has taken it up')
      .option('--timeout <seconds>', 'how long it may take to do so', wholeNumber, '20')

  command('status', 'show authorities, certificates, and a rotation', 'status --data .lotse')
    .option('--json', 'as JSON')
    .action(run(async () => (await import('./ca.ts')).caStatus))
  command('list', 'list the certificates that may be in use', 'list --data .lotse')
    .option('--json', 'as JSON')
    .action(run(async () => (await import('./ca.ts')).listCertificates))

  asking('rotate', 'replace the root in four steps while everything runs', 'rotate --data .lotse')
    .option('--to <name>', 'an authority that `lotse ca import` put there; a new root by default')
    .option('--step', 'only the first step; go on with `lotse ca resume`')
    .action(run(async () => (await import('./ca-rotate.ts')).rotate))
  asking('resume', 'go on with a rotation that stands or was aborted', 'resume --data .lotse')
    .option('--step', 'only the next step')
    .action(run(async () => (await import('./ca-rotate.ts')).resume))
  asking('abort', 'give a rotation up: back to the old root', 'abort --data .lotse').action(
    run(async () => (await import('./ca-rotate.ts')).abort),
  )

  command(
    'revoke',
    'make certificates useless before their time is over',
    'revoke --data .lotse --workload default/web',
  )
    .option('--workload <ns/name>', 'all certificates of this workload', workload)
    .option('--serial <hex>', 'one certificate')
    .action(run(async () => (await import('./ca.ts')).revokeCertificates))

  command(
    'import',
    "take an organisation's intermediate certificate and key",
    'import --data .lotse --cert chain.pem --key key.pem --root root.pem\n  lotse ca import --data .lotse --pkcs12 ca.p12 --key-passphrase-file p12-passphrase',
  )
    .option('--cert <file>', 'PEM: the certificate that signs, then those up to the root')
    .option('--key <file>', 'PEM: its private key')
    .option('--root <file>', 'PEM: the root certificate')
    .option('--pkcs12 <file>', 'all of them in one PKCS#12 file')
    .option('--key-passphrase-file <file>', 'opens the key or the PKCS#12 file')
    .option('--passphrase-file <file>', 'encrypts the key in the data directory')
    .option('--trust-domain <name>', 'of a new data directory; cluster.local by default')
    .action(run(async () => (await import('./ca-import.ts')).importCommand))

  ca.command('lint')
    .description('check certificates against the rules of X509-SVID')
    .argument('<file...>', 'PEM, the leaf first')
    .addHelpText('after', '\nExample:\n  lotse ca lint web/certs/chain.pem')
    .action(run(async () => (await import('./ca.ts')).lintCertificates))
}
