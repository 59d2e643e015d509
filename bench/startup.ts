// How long commands take from the start of the process: `lotse check`, and `lotse serve` until it is ready.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { clock, summary } from './figures.ts'
import { type MeshOptions, meshFiles } from './mesh.ts'
import { startServer } from './server.ts'

const LOTSE = fileURLToPath(new URL('../bin/lotse', import.meta.url))
const DEMO = fileURLToPath(new URL('../examples/hipstershop/mesh', import.meta.url))

export interface StartupOptions {
  readonly runs: number
  /** Services of the generated meshes. */
  readonly services: number
}

export async function startup({ runs, services }: StartupOptions): Promise<object> {
  // The first run may have to bundle the sources.
  await check()
  const demo = { check: await repeated(runs, check), serve: await serving(runs, DEMO) }
  const few = Math.max(3, Math.ceil(runs / 2))
  return {
    runs,
    demo,
    [`${services} services`]: {
      runs: few,
      oneFile: await generated(few, { services, files: 'one' }),
      filePerService: await generated(few, { services, files: 'services' }),
    },
  }
}

async function generated(runs: number, mesh: MeshOptions): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'lotse-bench-'))
  try {
    for (const [name, text] of meshFiles(mesh)) writeFileSync(join(folder, name), text)
    return await serving(runs, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function repeated(runs: number, run: () => Promise<number>): Promise<object> {
  const times: number[] = []
  for (let at = 0; at < runs; at++) times.push(await run())
  return { milliseconds: summary(times) }
}

async function check(): Promise<number> {
  const began = clock()
  const child = spawn(process.execPath, [LOTSE, 'check', DEMO], { stdio: 'ignore' })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`lotse check ended with ${code}`)
  return clock() - began
}

/** Each time with an empty data directory, so that keys are made, too. */
async function serving(runs: number, config: string): Promise<object> {
  const wall: number[] = []
  const cpu: number[] = []
  const rss: number[] = []
  for (let at = 0; at < runs; at++) {
    const folder = mkdtempSync(join(tmpdir(), 'lotse-bench-'))
    mkdirSync(join(folder, 'data'))
    const server = await startServer({ config, data: join(folder, 'data') })
    cpu.push(server.cpu())
    wall.push(server.ready)
    rss.push(server.memory().rss)
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { readyMs: summary(wall), cpuMs: summary(cpu), rssMB: summary(rss) }
}
