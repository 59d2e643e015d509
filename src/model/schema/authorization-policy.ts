// AuthorizationPolicy: who may call what. RequestAuthentication: which tokens prove who an end user is.
import { boolean, duration, enumOf, type Infer, list, object, required, string } from '../shape.ts'
import { policySelector, strings, targetRef } from './match.ts'

const source = object({
  principals: strings,
  notPrincipals: strings,
  requestPrincipals: strings,
  notRequestPrincipals: strings,
  namespaces: strings,
  notNamespaces: strings,
  serviceAccounts: strings,
  notServiceAccounts: strings,
  trustDomains: strings,
  notTrustDomains: strings,
  ipBlocks: strings,
  notIpBlocks: strings,
  remoteIpBlocks: strings,
  notRemoteIpBlocks: strings,
})

const operation = object({
  hosts: strings,
  notHosts: strings,
  ports: strings,
  notPorts: strings,
  methods: strings,
  notMethods: strings,
  paths: strings,
  notPaths: strings,
})

const condition = object({ key: required(string), values: strings, notValues: strings })

const rule = object({
  from: list(object({ source })),
  to: list(object({ operation })),
  when: list(condition),
})

export const authorizationPolicy = object({
  selector: policySelector,
  targetRef,
  targetRefs: list(targetRef),
  rules: list(rule),
  action: enumOf('ALLOW', 'DENY', 'AUDIT', 'CUSTOM'),
  provider: object({ name: string }),
})

const jwtRule = object(
  {
    issuer: required(string),
    audiences: strings,
    jwksUri: string,
    jwks: string,
    fromHeaders: list(object({ name: required(string), prefix: string })),
    fromParams: strings,
    fromCookies: strings,
    outputPayloadToHeader: string,
    outputClaimToHeaders: list(object({ header: required(string), claim: required(string) })),
    forwardOriginalToken: boolean,
    timeout: duration,
    spaceDelimitedClaims: strings,
  },
  [['jwksUri', 'jwks']],
)

export const requestAuthentication = object({
  selector: policySelector,
  targetRef,
  targetRefs: list(targetRef),
  jwtRules: list(jwtRule),
})

export type AuthorizationPolicy = Infer<typeof authorizationPolicy>
export type AuthorizationRule = Infer<typeof rule>
export type Source = Infer<typeof source>
export type Operation = Infer<typeof operation>
export type Condition = Infer<typeof condition>
export type RequestAuthentication = Infer<typeof requestAuthentication>
export type JwtRule = Infer<typeof jwtRule>
