// Enough of Redis for the cart: PING, SET, GET, DEL and CLIENT SETNAME, in memory.

import net from 'node:net'
import type { Journal } from '../standin/journal.ts'
import { type Listening, listen } from '../standin/listen.ts'
import { encodeReply, type Reply, RespReader } from '../standin/resp.ts'
import type { WorkloadRow } from '../topology.ts'

export async function startRedis(
  row: WorkloadRow,
  journal: Journal,
  host: string,
  port: number,
): Promise<Listening> {
  const values = new Map<string, string>()
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    const reader = new RespReader()
    let caller = ''
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      for (const value of reader.push(bytes)) {
        const words = Array.isArray(value) ? value.map(String) : []
        const command = (words[0] ?? '').toUpperCase()
        if (command === 'CLIENT') caller = words[2] ?? ''
        else {
          journal.record({ ...seenBy(row), path: command, claimed: caller })
        }
        socket.write(encodeReply(run(values, command, words)))
      }
    })
  })
  return listen(server, host, port, () => {
    for (const socket of sockets) socket.destroy()
  })
}

function seenBy(row: WorkloadRow) {
  return {
    workload: row.name,
    service: row.app,
    version: row.version,
    proved: '',
    mark: '',
    requestId: '',
  }
}

function run(values: Map<string, string>, command: string, words: readonly string[]): Reply {
  const key = words[1] ?? ''
  switch (command) {
    case 'PING':
      return 'PONG'
    case 'CLIENT':
      return 'OK'
    case 'SET':
      values.set(key, words[2] ?? '')
      return 'OK'
    case 'GET':
      return values.get(key) ?? null
    case 'DEL':
      return values.delete(key) ? 1 : 0
    default:
      return new Error(`unknown command '${command}'`)
  }
}
