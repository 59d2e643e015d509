// The Ingresses of a cluster as gateways and rules, with the ports of services that they name.
import type { Objects } from '../objects.ts'
import { type IngressSettings, ingressObjects } from './ingress.ts'
import { placesOf } from './places.ts'
import type { KubernetesObject } from './reflector.ts'

interface NamedPort {
  readonly name?: string
  readonly port: number
}

/** All give true if something that is in force changed. Ids are `Kind/namespace/name`. */
export class Ingresses {
  readonly #objects: Objects
  readonly #ingresses = new Map<string, KubernetesObject>()
  /** Of an Ingress: the ids of what it became. */
  readonly #made = new Map<string, readonly string[]>()
  readonly #ports = new Map<string, readonly NamedPort[]>()
  #settings: IngressSettings = {}

  constructor(objects: Objects) {
    this.#objects = objects
  }

  ids(): IterableIterator<string> {
    return this.#ingresses.keys()
  }

  put(id: string, ingress: KubernetesObject): boolean {
    this.#ingresses.set(id, ingress)
    return this.#update(id)
  }

  remove(id: string): boolean {
    this.#ingresses.delete(id)
    return this.#update(id)
  }

  /** A service has these ports now; undefined: there is no such service. */
  service(id: string, service: KubernetesObject | undefined): void {
    const { ports } = (service?.spec ?? {}) as { readonly ports?: readonly NamedPort[] }
    const before = JSON.stringify(this.#ports.get(id))
    if (ports) this.#ports.set(id, ports)
    else this.#ports.delete(id)
    if (before !== JSON.stringify(ports))
      for (const one of this.#ingresses.keys()) this.#update(one)
  }

  settings(settings: IngressSettings): boolean {
    this.#settings = settings
    let changed = false
    for (const id of this.#ingresses.keys()) changed = this.#update(id) || changed
    return changed
  }

  #update(id: string): boolean {
    const ingress = this.#ingresses.get(id)
    const objects = ingress
      ? ingressObjects(
          ingress,
          (namespace, service, name) => this.#portOf(namespace, service, name),
          this.#settings,
        )
      : []
    const ids = objects.map((_, index) => `${id}#${index}`)
    let changed = false
    for (const old of this.#made.get(id) ?? []) {
      if (!ids.includes(old)) changed = this.#objects.remove(old) || changed
    }
    // Which part of the Ingress a field comes from is not known: the whole is named.
    const at = () => placesOf(id)([])
    for (const [index, value] of objects.entries()) {
      changed = this.#objects.put(ids[index]!, { value, at }) || changed
    }
    this.#made.set(id, ids)
    return changed
  }

  #portOf(namespace: string, service: string, name: string): number | undefined {
    const ports = this.#ports.get(`Service/${namespace}/${service}`) ?? []
    return ports.find((port) => port.name === name)?.port
  }
}
