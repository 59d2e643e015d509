// A file system that is full when a test says so: a small one in memory, which only root may mount.
import { execFileSync, spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import type { Cleanup } from './cleanup.ts'
import { testFolder } from './envoy.ts'

const KILOBYTES = 512

function mount(folder: string): boolean {
  const options = ['-t', 'tmpfs', '-o', `size=${KILOBYTES}k`, 'tmpfs', folder]
  return spawnSync('mount', options).status === 0
}

/** For node:test's `skip`: false if this machine lets us. */
export const skipSmallDisk: string | false = (() => {
  const ends: (() => void | Promise<void>)[] = []
  const folder = testFolder({ after: (end) => ends.push(end) }, 'disk')
  const mounted = mount(folder)
  if (mounted) execFileSync('umount', [folder])
  for (const end of ends) void end()
  return mounted ? false : 'only root can mount the file system that is to be full'
})()

export interface SmallDisk {
  readonly folder: string
  fill(): void
  empty(): void
}

export function smallDisk(t: Cleanup): SmallDisk {
  const folder = testFolder(t, 'disk')
  mount(folder)
  t.after(() => {
    // Lazily: what is still open in it is no reason to stay.
    execFileSync('umount', ['--lazy', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  const filling = `${folder}/filling`
  return {
    folder,
    fill() {
      const pages = Array.from({ length: KILOBYTES / 4 + 1 }, () => Buffer.alloc(4096))
      for (const page of pages) {
        try {
          writeFileSync(filling, page, { flag: 'a' })
        } catch {
          break
        }
      }
    },
    empty: () => rmSync(filling),
  }
}
