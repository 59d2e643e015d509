// One stream of one proxy: reads its requests, keeps its delivery, writes what is due.
import { type ServerDuplexStream, status } from '@grpc/grpc-js'
import { type Diagnostic, isDiagnostic } from '../model/diagnostic.ts'
import { type ResourceSet, type ResourceType, TYPE_PREFIX } from '../model/resource.ts'
import { frameOf } from './frames.ts'
import type { Mode, Rejection, Subscription } from './holdings.ts'
import type { Caller, Host, KnownProxy } from './host.ts'
import type { Memory } from './memory.ts'
import {
  createDelivery,
  type Delivery,
  deliver,
  memoryOf,
  retarget,
  type Sending,
} from './order.ts'
import { describeRejection, printable } from './rejection.ts'
import { type Request, readRequest, typeOfUrl } from './request.ts'
import { reselect, type Selection, select } from './selection.ts'
import { askedFor, isBehind, type StreamStatus, statusOf, Tally } from './status.ts'
import { take } from './take.ts'
import { frameDelta, TYPE_URLS } from './wire.ts'

export type Call = ServerDuplexStream<Buffer, Buffer>

export class Stream<P extends KnownProxy> {
  readonly #call: Call
  readonly #mode: Mode
  /** Set on the services for a single type. */
  readonly #only: ResourceType | undefined
  readonly #host: Host<P>
  readonly #tally = new Tally()
  readonly #foreign = new Set<string>()
  readonly connectedAt: number
  #caller: Caller | undefined
  #proxy: P | undefined
  #delivery: Delivery | undefined
  #selection: Selection | undefined
  /** As it came last. */
  #set: ResourceSet | undefined
  #waited = false
  #ended = false

  constructor(call: Call, mode: Mode, only: ResourceType | undefined, host: Host<P>) {
    this.#call = call
    this.#mode = mode
    this.#only = only
    this.#host = host
    this.connectedAt = host.now()
    call.on('data', (bytes: Buffer) => this.#guard(() => this.#read(bytes)))
    call.on('cancelled', () => this.#leave())
    call.on('error', () => this.#leave())
    call.on('close', () => this.#leave())
    call.on('end', () => this.close())
  }

  /** Undefined until the first request was understood. */
  get proxy(): P | undefined {
    return this.#proxy
  }

  /** Brings a set to the proxy. The same object costs nothing. */
  update(set: ResourceSet): void {
    if (set === this.#set || !this.#delivery || this.#ended) return
    this.#guard(() => {
      const { sets } = this.#host
      if (!this.#selection || !this.#delivery) return
      this.#set = set
      const selection = reselect(this.#selection, set, sets)
      if (selection === this.#selection) return
      this.#selection = selection
      this.#advance(retarget(this.#delivery, selection.set, sets))
    })
  }

  /** Ends the stream if its caller would not be let in any more. */
  recheck(): void {
    if (this.#caller && !this.#ended) this.#identify(this.#caller)
  }

  /** Ends the stream in order; the proxy keeps what it has and connects again. */
  close(): void {
    if (this.#ended) return
    this.#leave()
    this.#call.end()
  }

  /** What the next stream of this proxy should know; to be asked before the end. */
  memory(): Memory | undefined {
    return this.#delivery && memoryOf(this.#delivery, this.#host.sets)
  }

  chosen(): ResourceSet | undefined {
    return this.#delivery && askedFor(this.#delivery)
  }

  /** What the proxy refuses at present, with the lines it comes from. */
  diagnostics(): readonly Diagnostic[] {
    const found: Diagnostic[] = []
    for (const state of Object.values(this.#delivery?.subscriptions ?? {})) {
      for (const one of state?.rejected.values() ?? []) found.push(this.#describe(one))
    }
    return found
  }

  /** It does not have all of this type that it is to have. */
  isStale(type: ResourceType): boolean {
    return this.#delivery !== undefined && isBehind(this.#delivery, type, this.#host.sets)
  }

  status(): StreamStatus {
    const { sets } = this.#host
    return {
      proxy: this.#proxy?.id ?? '',
      mode: this.#mode,
      connectedAt: this.connectedAt,
      types: statusOf(this.#delivery, this.#tally, sets),
    }
  }

  #read(bytes: Buffer): void {
    if (this.#ended) return
    this.#host.counters.requests++
    const request = readRequest(this.#mode, bytes, this.#host.decode)
    if ('problem' in request) {
      this.#refuse(request.problem)
      return
    }
    this.#take(request)
  }

  #take(request: Request): void {
    if (!this.#delivery && !this.#open(request)) return
    const url = request.typeUrl || (this.#only ? TYPE_URLS[this.#only] : '')
    const type = typeOfUrl(url)
    if (type && (!this.#only || this.#only === type)) this.#hear(type, request)
    else this.#answerForeign(url, request)
  }

  /** False if the proxy may not have anything, or not yet. */
  #open(request: Request): boolean {
    const { node } = request
    const { sslPeerCertificate: peerCertificate } = this.#call.getAuthContext()
    const aggregatedDelta = this.#mode === 'delta' && !this.#only
    this.#caller = { node, aggregatedDelta, ...(peerCertificate ? { peerCertificate } : {}) }
    const proxy = this.#identify(this.#caller)
    if (!proxy) return false
    this.#proxy = proxy
    if (this.#waits(proxy, request)) return false
    this.#set = this.#host.resources(proxy)
    this.#selection = select(this.#set, this.#host.sets)
    this.#delivery = createDelivery(this.#mode, this.#selection.set, this.#host.remembered(proxy))
    this.#host.joined()
    return true
  }

  /** The request is heard when the configuration is ready, and no other before. */
  #waits(proxy: P, request: Request): boolean {
    const ready = this.#waited ? undefined : this.#host.ready?.(proxy)
    this.#waited = true
    if (!ready) return false
    this.#call.pause()
    void ready.then(() => {
      if (!this.#ended) this.#guard(() => this.#take(request))
      this.#call.resume()
    })
    return true
  }

  /** Undefined when the caller was refused. */
  #identify(caller: Caller): P | undefined {
    const proxy = this.#host.identify(caller)
    if (!isDiagnostic(proxy)) return proxy
    this.#host.log(proxy)
    const code = caller.peerCertificate ? status.PERMISSION_DENIED : status.UNAUTHENTICATED
    this.#fail(code, `${proxy.text} (${proxy.code})`)
    return undefined
  }

  #hear(type: ResourceType, request: Request): void {
    const { counters } = this.#host
    const proxy = this.#proxy!
    const before = this.#delivery!.subscriptions[type]
    const answered = before?.outstanding && before.outstanding.nonce === request.nonce
    if (answered && request.error === undefined) {
      counters.acks++
      this.#tally.accepted(type)
    } else if (answered) {
      counters.nacks++
      this.#tally.refused(type, printable(request.error ?? ''))
    }
    this.#host.requested?.(proxy, type, request)
    const held = { selection: this.#selection!, delivery: this.#delivery! }
    const { selection, delivery: next } = take(held, this.#mode, { type, request }, this.#host.sets)
    this.#selection = selection
    this.#delivery = next
    if (request.error !== undefined) this.#tell(before, next.subscriptions[type])
    this.#advance(next)
  }

  /** What was refused now. */
  #tell(before: Subscription | undefined, now: Subscription | undefined): void {
    const known = new Set(before?.rejected.values())
    const all = before ? [...(now?.rejected.values() ?? [])] : []
    const fresh = all.filter((rejection) => !known.has(rejection))
    for (const rejection of fresh) this.#host.log(this.#describe(rejection))
    if (fresh.length > 0) this.#host.refused?.()
  }

  #describe(rejection: Rejection): Diagnostic {
    const { type, name } = rejection
    const latest = this.#host.sets.find(this.#delivery!.latest[type], name)
    return describeRejection(this.#proxy!.id, rejection, latest)
  }

  #advance(from: Delivery): void {
    const { delivery, sendings } = deliver(from, this.#host.sets)
    this.#delivery = delivery
    for (const sending of sendings) this.#write(sending)
  }

  #write({ type, response }: Sending): void {
    const bytes = frameOf(this.#mode, type, response)
    const { removed } = response
    const { counters } = this.#host
    counters.responses++
    counters.resources += response.additions.length
    counters.bytes += bytes.length
    this.#tally.sent(type, response.additions.length, removed.length)
    this.#call.write(bytes)
  }

  /** A type that is not served: every name is answered as absent, so that the proxy does not wait for it. */
  #answerForeign(url: string, request: Request): void {
    if (!url.startsWith(TYPE_PREFIX) || url.length > 200 || this.#foreign.size >= MAX_FOREIGN) {
      this.#refuse('it names no usable type URL')
      return
    }
    if (!this.#foreign.has(url)) {
      this.#foreign.add(url)
      const text = `proxy ${this.#proxy!.id} asks for ${url}, which is not served here; it gets none`
      this.#host.log({ code: 'L0304', severity: 'info', text })
    }
    // Answers and withdrawals need no answer, and a list of the state of the world cannot say that a name is absent.
    if (this.#mode === 'sotw' || request.nonce !== '') return
    this.#call.write(
      frameDelta(
        url,
        'none',
        [],
        request.names.filter((name) => name !== '*'),
      ),
    )
  }

  #refuse(problem: string): void {
    const who = this.#proxy ? `proxy ${this.#proxy.id}` : `the client at ${this.#call.getPeer()}`
    const text = `The stream of ${who} was ended because of a request: ${problem}.`
    this.#host.log({ code: 'L0303', severity: 'warning', text })
    this.#fail(status.INVALID_ARGUMENT, `${problem} (L0303)`)
  }

  #fail(code: status, details: string): void {
    this.#leave()
    this.#call.emit('error', { code, details })
  }

  #leave(): void {
    if (this.#ended) return
    this.#ended = true
    this.#host.left()
    this.#delivery = undefined
  }

  /** A bug must cost one stream, not the process. */
  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      const who = this.#proxy?.id ?? this.#call.getPeer()
      const text = `The configuration of proxy ${who} failed: ${error instanceof Error ? error.message : 'unknown'}. Its stream was ended; please report this.`
      this.#host.log({ code: 'L0305', severity: 'error', text })
      this.#fail(status.INTERNAL, 'the configuration could not be computed (L0305)')
    }
  }
}

/** Types that are not served, of which one stream may ask. */
const MAX_FOREIGN = 16
