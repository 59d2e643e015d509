// The docker command for tests: to its end, containers that end with the test, and why there are none.
import { spawnSync } from 'node:child_process'
import type { Cleanup } from '../../support/cleanup.ts'

/** Runs docker to its end; its standard output, or an error with its last words. */
export function docker(...args: readonly string[]): string {
  const { code, stdout, stderr } = tryDocker(...args)
  if (code === 0) return stdout.trim()
  throw new Error(`docker ${args.join(' ')}: ${(stderr || stdout).trim().slice(-3000)}`)
}

export function tryDocker(...args: readonly string[]) {
  const { status, stdout, stderr, error } = spawnSync('docker', args, {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    // The other builder is a plugin that not every engine has.
    env: { ...process.env, DOCKER_BUILDKIT: '0' },
  })
  if (error) throw error
  return { code: status, stdout, stderr }
}

/** For node:test's `skip`: why there are no containers here, else false. */
export const skip: string | false =
  spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0
    ? false
    : 'no Docker engine answers; run it by test/docker/with-engine'

/** Starts a container and gives its id; it is removed with the test. */
export function container(t: Cleanup, ...args: readonly string[]): string {
  const id = docker('create', ...args)
  t.after(() => void tryDocker('rm', '--force', '--volumes', id))
  docker('start', id)
  return id
}

/** What a container printed so far. */
export function logs(id: string): string {
  const { stdout, stderr } = tryDocker('logs', id)
  return stdout + stderr
}
