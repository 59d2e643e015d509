// Programs of a Go module's `tool` line, built once and kept in `.cache/`, which git ignores.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

export interface GoTool {
  /** Folder of the module, from the root of the project. */
  readonly module: string
  /** Import path of the program. */
  readonly program: string
  readonly ldflags?: string
}

/** The path of the built program, or why it cannot be had. Cold it takes minutes, later seconds. */
export function goTool({ module, program, ldflags = '' }: GoTool): string | { why: string } {
  const folder = join(ROOT, module)
  const recipe = readFileSync(join(folder, 'go.sum'), 'utf8') + program + ldflags
  const key = createHash('sha256').update(recipe).digest('hex').slice(0, 16)
  const binary = join(ROOT, '.cache', `${program.split('/').at(-1)}-${key}`)
  if (existsSync(binary)) return binary
  if (spawnSync('go', ['version']).status !== 0) return { why: 'there is no Go to build it with' }
  mkdirSync(join(ROOT, '.cache'), { recursive: true })
  const aside = `${binary}.${process.pid}`
  const args = ['build', '-buildvcs=false', '-o', aside, `-ldflags=-s -w ${ldflags}`, program]
  const { status, stderr } = spawnSync('go', args, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) return { why: `go build ${program} failed: ${stderr.slice(-2000)}` }
  renameSync(aside, binary)
  return binary
}
