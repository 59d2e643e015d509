// Names of the HTTP filters that listeners install: routes configure a filter under the same name.

export const HTTP_FILTERS = {
  cors: 'envoy.filters.http.cors',
  dynamicPort: 'lotse.dynamic_dns.port',
  extAuthz: 'envoy.filters.http.ext_authz',
  fault: 'envoy.filters.http.fault',
  grpcStats: 'envoy.filters.http.grpc_stats',
  grpcWeb: 'envoy.filters.http.grpc_web',
  jwtAuthn: 'envoy.filters.http.jwt_authn',
  onDemand: 'envoy.filters.http.on_demand',
  rbac: 'envoy.filters.http.rbac',
  router: 'envoy.filters.http.router',
} as const
