// The commands for the objects of an etcd store, as the command line has them.
import { type Command, InvalidArgumentError } from 'commander'

interface Parts {
  readonly run: <T extends unknown[]>(
    load: () => Promise<(...args: T) => Promise<number>>,
  ) => (...args: T) => Promise<void>
  readonly collect: (value: string, before: string[] | undefined) => string[]
}

export function addStoreCommands(program: Command, { run, collect }: Parts): void {
  const command = (name: string, description: string, example: string) =>
    program
      .command(name)
      .description(description)
      .requiredOption('--store <url>', 'etcd://HOST:PORT[,HOST:PORT][/PREFIX]', store)
      .option('--etcd-ca <file>', 'roots of the etcd cluster')
      .option('--etcd-cert <file>', 'certificate to show to it')
      .option('--etcd-key <file>', 'key of the certificate')
      .addHelpText('after', `\nExample:\n  lotse ${example}`)
  const files = (made: Command) =>
    made.requiredOption('-f, --filename <path...>', 'files or directories of YAML', collect)
  const where = '--store etcd://127.0.0.1:2379'

  files(
    command('apply', 'write objects to a store, all or none', `apply ${where} -f mesh/`),
  ).action(run(async () => (await import('./store.ts')).apply))
  files(command('delete', 'remove objects from a store', `delete ${where} -f old.yaml`)).action(
    run(async () => (await import('./store.ts')).remove),
  )
  command(
    'get',
    'print objects of a store, with their revisions',
    `get VirtualService web ${where}`,
  )
    .argument('<kind>', 'as VirtualService')
    .argument('[ns/name]', 'one object; without a namespace that of default')
    .action(run(async () => (await import('./store.ts')).get))
}

function store(value: string): string {
  if (value.startsWith('etcd://')) return value
  throw new InvalidArgumentError('It begins with etcd://.')
}
