// What `lotse install` and the chart take for what they are not told.

export const INSTALL_DEFAULTS = {
  namespace: 'istio-system',
  image: 'lotse:0.1.0',
  proxyImage: 'lotse-proxy:0.1.0',
  replicas: 2,
  revision: 'default',
  store: 'kubernetes',
  resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } },
} as const
