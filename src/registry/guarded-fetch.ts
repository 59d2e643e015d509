// Fetches a text from an address that a policy's author chose, without becoming their hand in networks they cannot reach.
import { type LookupAddress, lookup as resolveHost } from 'node:dns'
import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'

export interface FetchOptions {
  /** Of all redirects together, in milliseconds. */
  readonly timeout: number
  /** Private and loopback addresses, too; link-local ones, where clouds keep credentials, never. */
  readonly allowPrivate: boolean
  /** Replaces the system's resolver. */
  readonly resolve?: Resolve
}

export type Resolve = (host: string) => Promise<readonly LookupAddress[]>

/** What was fetched, or why it was not, as the end of a sentence. */
export type Fetched = { readonly text: string } | { readonly problem: string }

const MOST_BYTES = 256 * 1024
const MOST_REDIRECTS = 3

/** Follows few redirects, to permitted places only. Connects to the very address that was checked. Never throws. */
export async function guardedFetch(address: string, options: FetchOptions): Promise<Fetched> {
  const signal = AbortSignal.timeout(options.timeout)
  let url = address
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const target = permitted(url, options)
    if ('problem' in target) return target
    const answer = await get(target.url, options, signal)
    if (!('location' in answer)) return answer
    const next = URL.canParse(answer.location, url) ? new URL(answer.location, url) : undefined
    if (!next) return { problem: 'it redirects to something that is no URL' }
    if (target.url.protocol === 'https:' && next.protocol !== 'https:') {
      return { problem: `it redirects to ${next.origin}, which has no TLS` }
    }
    url = next.href
  }
  return { problem: `it redirects more than ${MOST_REDIRECTS} times` }
}

function permitted(address: string, options: FetchOptions): { url: URL } | { problem: string } {
  if (!URL.canParse(address)) return { problem: 'it is not a URL' }
  const url = new URL(address)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return { problem: `${url.protocol} is not possible, use https:` }
  }
  if (url.username || url.password) return { problem: 'a URL with a password is not possible' }
  const host = bareHost(url)
  const problem = isIP(host) ? forbidden(host, options.allowPrivate) : undefined
  return problem ? { problem } : { url }
}

/** WHATWG's parser has made dotted decimals of all spellings of an IPv4 address. */
function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

type Answer = Fetched | { readonly location: string }

function get(url: URL, options: FetchOptions, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const fail = (error: Error) => {
      const timedOut = signal.aborted ? `no answer within ${options.timeout} ms` : undefined
      resolve({ problem: timedOut ?? reasonOf(error) })
    }
    const send = url.protocol === 'https:' ? tlsRequest : plainRequest
    const outgoing = send(url, {
      agent: false,
      headers: { accept: 'application/json', 'user-agent': 'lotse' },
      lookup: guardedLookup(options),
      signal,
    })
    outgoing.on('error', fail)
    outgoing.on('response', (incoming) => {
      const status = incoming.statusCode ?? 0
      const { location } = incoming.headers
      if (status >= 300 && status < 400 && location) {
        incoming.destroy()
        return resolve({ location })
      }
      if (status !== 200) {
        incoming.destroy()
        return resolve({ problem: `it answers ${status}` })
      }
      const chunks: Buffer[] = []
      let size = 0
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size <= MOST_BYTES) return chunks.push(chunk)
        incoming.destroy()
        return resolve({ problem: `its answer has more than ${MOST_BYTES} bytes` })
      })
      incoming.on('error', fail)
      incoming.on('end', () => resolve({ text: Buffer.concat(chunks).toString('utf8') }))
    })
    outgoing.end()
  })
}

function reasonOf(error: Error): string {
  if (error instanceof Refused) return error.message
  const { code } = error as NodeJS.ErrnoException
  return code ? `it cannot be reached: ${code}` : 'it cannot be reached'
}

class Refused extends Error {}

/** A name is resolved once, and what is connected to is what was checked: a second answer cannot lead elsewhere. */
function guardedLookup({ allowPrivate, resolve = systemResolve }: FetchOptions): LookupFunction {
  return (host, options, callback) => {
    resolve(host).then(
      (addresses) => {
        const problem = addresses
          .map(({ address }) => forbidden(address, allowPrivate))
          .find((found) => found !== undefined)
        const [first] = addresses
        if (problem) callback(new Refused(`${host} is ${problem}`), '', 0)
        else if (!first) callback(new Refused(`${host} has no address`), '', 0)
        else if (options.all) callback(null, [...addresses])
        else callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    )
  }
}

const systemResolve: Resolve = (host) =>
  new Promise((resolve, reject) => {
    resolveHost(host, { all: true }, (error, addresses) =>
      error ? reject(error) : resolve(addresses),
    )
  })

function blockList(...ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', length] = range.split('/')
    list.addSubnet(address, Number(length), address.includes(':') ? 'ipv6' : 'ipv4')
  }
  return list
}

const LINK_LOCAL = blockList('169.254.0.0/16', 'fe80::/10', 'fd00:ec2::254/128')
/** Loopback, private, shared, reserved, multicast, documentation. */
const PRIVATE = blockList(
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24'],
  ...['203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  ...['::/127', 'fc00::/7', 'fec0::/10', 'ff00::/8', '2001:db8::/32'],
)
/** IPv4 addresses in another dress: mapped, compatible, translated, 6to4, Teredo. */
const DRESSED = blockList(
  ...['::ffff:0:0/96', '::/96', '64:ff9b::/96', '64:ff9b:1::/48', '2002::/16', '2001::/32'],
)

/** Undefined if the address may be connected to. */
export function forbidden(address: string, allowPrivate: boolean): string | undefined {
  const family = address.includes(':') ? 'ipv6' : 'ipv4'
  if (LINK_LOCAL.check(address, family)) return `the link-local address ${address}`
  if (
    family === 'ipv6' &&
    address !== '::1' &&
    address !== '::' &&
    DRESSED.check(address, family)
  ) {
    return `${address}, an IPv4 address in IPv6 form`
  }
  if (allowPrivate || !PRIVATE.check(address, family)) return undefined
  return `the private or reserved address ${address} (allowed by --allow-private-jwks)`
}
