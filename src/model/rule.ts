// Rules as translation takes them: those of VirtualServices, with what the Kubernetes Gateway API can say besides.
import type { Document } from './document.ts'
import type {
  HttpMatchRequest,
  HttpRedirect,
  HttpRoute,
  VirtualService,
} from './schema/virtual-service.ts'

export type RuleMatch = HttpMatchRequest & {
  /** A prefix of whole elements of the path, without a slash at its end: `/a` is `/a` and `/a/b`, not `/ab`. */
  readonly pathElements?: string
}

export type RuleRedirect = HttpRedirect & {
  readonly uriRegexRewrite?: { readonly match: string; readonly rewrite: string }
  /** The port is the scheme's, whatever port the client wrote. */
  readonly schemePort?: true
}

export type Rule = Omit<HttpRoute, 'match' | 'redirect'> & {
  readonly match?: readonly RuleMatch[]
  readonly redirect?: RuleRedirect
  /** Weight of the requests that are for destinations which do not exist: they are answered with 500. */
  readonly unresolved?: number
  /** The object that the rule comes from, where several make up one list of rules. */
  readonly source?: Document
}

export type Rules = Omit<VirtualService, 'http'> & { readonly http?: readonly Rule[] }

/** Rules with their hosts and gateways as full names. */
export interface HostRule {
  /** With the rules of its delegates in their places. */
  readonly document: Document<Rules>
  readonly hosts: readonly string[]
  /** `mesh` or `namespace/name`. */
  readonly gateways: readonly string[]
}
