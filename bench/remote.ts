// The process of the clients, called as if it were here.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { adopt, release } from '../test/support/processes.ts'
import type { Call, ClientsApi, ClientsOptions } from './clients.ts'

export type Remote = {
  [K in keyof ClientsApi]: (
    ...args: Parameters<ClientsApi[K]>
  ) => Promise<ReturnType<ClientsApi[K]>>
}

export function startClients(options: ClientsOptions): {
  remote: Remote
  end: () => Promise<void>
} {
  const child = fork(fileURLToPath(new URL('clients.ts', import.meta.url)), [
    JSON.stringify(options),
  ])
  adopt(child.pid!)
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (e: Error) => void }>()
  child.on('message', ({ id, result, error }: { id: number; result: never; error?: string }) => {
    const call = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) call?.resolve(result)
    else call?.reject(new Error(error))
  })
  child.once('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the clients ended (${code})`))
  })
  let id = 0
  const remote = new Proxy({} as Remote, {
    get: (_, name: keyof ClientsApi) => {
      return (...args: unknown[]) =>
        new Promise((resolve, reject) => {
          id += 1
          waiting.set(id, { resolve, reject })
          child.send({ id, name, args } satisfies Call)
        })
    },
  })
  const end = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    release(child.pid!)
  }
  return { remote, end }
}
