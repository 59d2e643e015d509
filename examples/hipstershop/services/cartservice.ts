// Carts, kept in Redis as one JSON value for each user.
import net from 'node:net'
import { status } from '@grpc/grpc-js'
import type { Address, App } from '../standin/app.ts'
import { type Handler, Refusal } from '../standin/grpc.ts'
import type { CartItem } from '../standin/proto.ts'
import { encodeCommand, type Reply, RespReader } from '../standin/resp.ts'

interface Redis {
  command(...words: string[]): Promise<Reply>
  close(): void
}

export function cartservice(app: App): { handlers: Record<string, Handler>; close: () => void } {
  const redis = connectRedis(() => app.town.find(app.row, 'redis-cart'), app.row.app)
  const load = async (userId: string): Promise<CartItem[]> => {
    const stored = await redis.command('GET', `cart:${userId}`)
    return typeof stored === 'string' ? (JSON.parse(stored) as CartItem[]) : []
  }
  const handlers: Record<string, Handler> = {
    'CartService/AddItem': async (request: { userId: string; item: CartItem }) => {
      const items = await load(request.userId)
      const same = items.findIndex((item) => item.productId === request.item.productId)
      if (same < 0) items.push(request.item)
      else {
        items[same] = {
          ...request.item,
          quantity: items[same]!.quantity + request.item.quantity,
        }
      }
      await redis.command('SET', `cart:${request.userId}`, JSON.stringify(items))
      return {}
    },
    'CartService/GetCart': async (request: { userId: string }) => ({
      items: await load(request.userId),
    }),
    'CartService/EmptyCart': async (request: { userId: string }) => {
      await redis.command('DEL', `cart:${request.userId}`)
      return {}
    },
  }
  return { handlers, close: redis.close }
}

/** One connection, opened at the first command and again after it broke; replies come in the order of the commands. */
function connectRedis(find: () => Address, name: string): Redis {
  type Waiting = { resolve: (reply: Reply) => void; reject: (error: Error) => void }
  let socket: net.Socket | undefined
  let waiting: Waiting[] = []

  const open = (): net.Socket => {
    const { host, port } = find()
    const opened = net.connect(port, host)
    const reader = new RespReader()
    const mine: Waiting[] = []
    waiting = mine
    opened.on('data', (bytes) => {
      for (const reply of reader.push(bytes)) mine.shift()?.resolve(reply)
    })
    opened.on('error', () => {})
    opened.on('close', () => {
      if (socket === opened) socket = undefined
      const error = new Refusal(status.UNAVAILABLE, 'the connection to Redis broke')
      for (const one of mine.splice(0)) one.reject(error)
    })
    mine.push({ resolve: () => {}, reject: () => {} })
    opened.write(encodeCommand(['CLIENT', 'SETNAME', name]))
    return opened
  }
  return {
    command: (...words) => {
      socket ??= open()
      const connection = socket
      return new Promise((resolve, reject) => {
        waiting.push({
          resolve: (reply) => (reply instanceof Error ? reject(reply) : resolve(reply)),
          reject,
        })
        connection.write(encodeCommand(words))
      })
    },
    close: () => socket?.destroy(),
  }
}
