// Between the mesh and the streams: what Envoy was not shown yet, or would refuse, does not come to a proxy.
import { createHash } from 'node:crypto'
import { compareDiagnostics, type Diagnostic } from '../model/diagnostic.ts'
import { RESOURCE_TYPES, type Resource, type ResourceSet } from '../model/resource.ts'
import { hold, type Standing } from './hold.ts'
import { type Ask, judge } from './judgement.ts'
import { byPlace, refusalOf } from './refusal.ts'
import { partsOf } from './trial.ts'

export interface GateOptions {
  readonly ask: Ask
  /** More is known than before: proxies may have more now. */
  readonly onVerdict: () => void
  readonly log: (diagnostic: Diagnostic) => void
  /** Ends whoever is asked. */
  readonly close?: () => Promise<void>
  /** Milliseconds that a proxy waits for its first configuration to be judged, at most; 10,000 by default. */
  readonly patience?: number
}

/** What is known of one content, whichever objects have it. */
interface Entry {
  standing: Standing
}

interface State {
  readonly input: ResourceSet
  readonly output: ResourceSet
  readonly epoch: number
}

/** Contents of which is remembered what Envoy said. */
const MAX_CONTENTS = 50_000
/** Proxies that are gone of which is remembered what they had. */
const MAX_GONE = 200

const FATE =
  'It is held back, and proxies keep the version they have, until the object that this comes from is changed.'

export class Gate {
  readonly #options: GateOptions
  readonly #entries = new WeakMap<Resource, Entry>()
  readonly #contents = new Map<string, Entry>()
  readonly #clean = new WeakSet<object>()
  readonly #states = new Map<string, State>()
  /** Those of them whose proxies are gone. */
  readonly #gone = new Set<string>()
  readonly #waiting = new Set<() => void>()
  #wanted: Resource[] = []
  #soon: NodeJS.Immediate | undefined
  #telling: NodeJS.Immediate | undefined
  #epoch = 0
  #told = new Set<string>()
  #unable = false
  #closed = false

  constructor(options: GateOptions) {
    this.#options = options
  }

  /** What of the set may be sent now, with what was sent before in the place of the rest. The same for the same set, until more is known. */
  pass(key: string, set: ResourceSet): ResourceSet {
    this.#gone.delete(key)
    const last = this.#states.get(key)
    const settled = last && (!last.output.heldBack || last.epoch === this.#epoch)
    if (settled && last.input === set) return last.output
    const output = hold(set, last?.output, {
      standingOf: (resource) => this.#entryOf(resource).standing,
      clean: this.#clean,
    })
    this.#states.delete(key)
    this.#states.set(key, { input: set, output, epoch: this.#epoch })
    if (output.heldBack) this.#telling ??= setImmediate(() => this.#tell())
    return output
  }

  /** For a proxy that has nothing yet: resolves when all of its first set was judged. Undefined if it need not wait. */
  ready(key: string, set: ResourceSet): Promise<void> | undefined {
    if (this.#states.has(key)) return undefined
    const parts = RESOURCE_TYPES.flatMap((type) => set[type].flat().flatMap(partsOf))
    const hosts = set.vhds?.routes.flatMap(({ virtualHosts }) => virtualHosts) ?? []
    const entries = [...parts, ...hosts].map((one) => this.#entryOf(one))
    const isDone = () => entries.every(({ standing }) => standing !== 'pending')
    if (isDone()) return undefined
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        this.#waiting.delete(look)
        resolve()
      }
      const timer = setTimeout(end, this.#options.patience ?? 10_000)
      const look = () => {
        if (isDone() || this.#closed) end()
      }
      this.#waiting.add(look)
    })
  }

  /** Forgets what proxies had that went away some time ago. */
  prune(present: ReadonlySet<string>): void {
    const gone = [...this.#states.keys()].filter((key) => !present.has(key))
    const forgotten = gone.splice(0, Math.max(0, gone.length - MAX_GONE))
    for (const key of forgotten) this.#states.delete(key)
    this.#gone.clear()
    for (const key of gone) this.#gone.add(key)
  }

  /** What Envoy refuses at present of what proxies are to have that are there; one for each place. */
  diagnostics(): readonly Diagnostic[] {
    const refused = new Map<Resource, string>()
    for (const [key, { output }] of this.#states) {
      // What it is to have now is not looked at.
      if (this.#gone.has(key)) continue
      for (const { resource, reason, follows } of output.heldBack ?? []) {
        if (reason !== undefined && !follows) refused.set(resource, reason)
      }
    }
    const all = [...refused].map(([resource, reason]) => refusalOf(resource, reason, FATE))
    return byPlace(all).sort(compareDiagnostics)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearImmediate(this.#soon)
    clearImmediate(this.#telling)
    for (const look of this.#waiting) look()
    await this.#options.close?.()
  }

  #entryOf(resource: Resource): Entry {
    let entry = this.#entries.get(resource)
    if (entry) return entry
    const content = hash(resource)
    entry = this.#contents.get(content)
    if (!entry) {
      entry = { standing: 'pending' }
      this.#wanted.push(resource)
      this.#soon ??= setImmediate(() => this.#judge())
    }
    this.#entries.set(resource, entry)
    this.#contents.delete(content)
    this.#contents.set(content, entry)
    const [oldest] = this.#contents.keys()
    if (this.#contents.size > MAX_CONTENTS && oldest !== undefined) this.#contents.delete(oldest)
    return entry
  }

  #judge(): void {
    this.#soon = undefined
    const wanted = this.#wanted
    this.#wanted = []
    void judge(wanted, this.#options.ask, (group, answer) => {
      if (this.#closed) return
      for (const one of group) this.#entryOf(one).standing = this.#standing(answer)
      this.#epoch++
      for (const look of this.#waiting) look()
      this.#options.onVerdict()
    })
  }

  #standing(answer: Parameters<Parameters<typeof judge>[2]>[1]): Standing {
    if (answer.kind === 'refused') return { refused: answer.text }
    if (answer.kind === 'accepted') this.#unable = false
    if (answer.kind === 'unable' && !this.#unable) {
      this.#unable = true
      const text = `Envoy could not be asked about a change, which goes out all the same: ${answer.text}`
      this.#options.log({ code: 'L0514', severity: 'warning', text })
    }
    return 'accepted'
  }

  /** Logs what is refused now and was not before. */
  #tell(): void {
    this.#telling = undefined
    const now = this.diagnostics()
    const texts = now.map((one) => JSON.stringify(one))
    for (const [index, one] of now.entries()) {
      if (!this.#told.has(texts[index]!)) this.#options.log(one)
    }
    this.#told = new Set(texts)
  }
}

function hash({ type, body }: Resource): string {
  return createHash('sha256').update(type).update(JSON.stringify(body)).digest('base64url')
}
