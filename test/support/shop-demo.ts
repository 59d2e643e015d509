// The demo's shop as a fixture: control plane, 14 Envoys, stand-in services and a load that can be counted. On the demo's fixed addresses.
import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findEnvoy } from '../../envoy/binary.ts'
import { isProblem } from '../../envoy/problem.ts'
import { browse, eventually } from '../../examples/hipstershop/checks/check.ts'
import { Cleanup as Undo } from '../../examples/hipstershop/cleanup.ts'
import { startControlPlane } from '../../examples/hipstershop/control-plane.ts'
import { Load, type LoadOptions } from '../../examples/hipstershop/load.ts'
import { startProxies } from '../../examples/hipstershop/proxies.ts'
import { startServices } from '../../examples/hipstershop/services.ts'
import type { Cleanup } from './cleanup.ts'

const MESH = fileURLToPath(new URL('../../examples/hipstershop/mesh', import.meta.url))

export interface ShopDemo {
  /** Of the dashboard, without a slash at the end. */
  readonly url: string
  /** The folder that the control plane watches. */
  readonly meshFolder: string
  /** One at a time. */
  load(options?: Partial<LoadOptions>): Load
}

export async function startShopDemo(t: Cleanup, folder: string): Promise<ShopDemo> {
  const envoy = await findEnvoy()
  if (isProblem(envoy)) throw new Error(envoy.text)
  const cleanup = new Undo()
  t.after(() => cleanup.run())
  await cleanup.add(() => rm(folder, { recursive: true, force: true }))
  const [meshFolder, dataFolder] = [join(folder, 'mesh'), join(folder, 'data')]
  await cp(MESH, meshFolder, { recursive: true })
  await mkdir(dataFolder, { mode: 0o700 })
  const services = await startServices('mesh')
  await cleanup.add(() => services.stop())
  const logFile = join(folder, 'lotse.log')
  const controlPlane = await startControlPlane({ meshFolder, dataFolder, logFile, cleanup })
  await startProxies({ binary: envoy.path, controlPlane, folder, cleanup })
  const answers = async () => (await browse('/').catch(() => undefined))?.status === 200
  if (!(await eventually(answers, 60_000))) throw new Error('the shop does not answer')
  return {
    url: controlPlane.url.replace(/\/$/, ''),
    meshFolder,
    load: (options) => {
      const load = new Load(services, { visitors: 6, pause: [100, 400], ...options })
      void cleanup.add(() => load.stop())
      return load
    },
  }
}
