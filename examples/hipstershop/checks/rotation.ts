// The mesh's root certificate is replaced by the command that an operator uses, while the visitors shop.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Check, seconds } from './check.ts'

const LOTSE = fileURLToPath(new URL('../../../bin/lotse', import.meta.url))

export const rootRotation: Check = async ({ dataFolder, load }) => {
  const begun = performance.now()
  const before = load()
  const { code, output } = await lotse('ca', 'rotate', '--data', dataFolder)
  const after = load()
  const [sent, failed] = [after.sent - before.sent, after.failed - before.failed]
  const last = output.trim().split('\n').at(-1) ?? ''
  const rekeyed = /; (\d+) certificates are below/.exec(last)?.[1]
  return {
    passed: code === 0 && rekeyed !== undefined && failed === 0,
    text:
      code === 0 && rekeyed !== undefined
        ? `lotse ca rotate gave ${rekeyed} workloads certificates below a new root in ${seconds(performance.now() - begun)}; ${failed} of ${sent} requests of the load generator failed meanwhile`
        : `lotse ca rotate ended with ${code}: ${last}`,
  }
}

function lotse(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(LOTSE, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk
    })
  }
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, output: error.message }))
    child.once('close', (code) => resolve({ code, output }))
  })
}
