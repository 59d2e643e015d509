// Docker Compose for tests: the plugin that is installed, else the one built of the Go module beside it.
import { spawnSync } from 'node:child_process'
import { goTool } from '../../kubernetes/support/go-tool.ts'
import { tryDocker } from './docker.ts'

export type Compose = (...args: readonly string[]) => string

/** Runs it for these files, to its end; or why there is none. */
export function composeFor(files: readonly string[]): Compose | { readonly why: string } {
  const command = installed() ?? built()
  if ('why' in command) return command
  const options = files.flatMap((file) => ['--file', file])
  return (...args) => {
    const [program = '', ...first] = command
    const { status, stdout, stderr } = spawnSync(program, [...first, ...options, ...args], {
      encoding: 'utf8',
    })
    if (status === 0) return stdout.trim()
    throw new Error(`docker compose ${args.join(' ')}: ${stderr.slice(-3000)}`)
  }
}

function installed(): readonly string[] | undefined {
  return tryDocker('compose', 'version').code === 0 ? ['docker', 'compose'] : undefined
}

function built(): readonly string[] | { readonly why: string } {
  const tool = goTool({
    module: 'test/docker/compose',
    program: 'github.com/docker/compose/v2/cmd',
  })
  return typeof tool === 'string' ? [tool] : tool
}
