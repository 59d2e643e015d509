// Where a Kubernetes API server is and who we are: the one part of the Kubernetes client that is used, loaded only when it is.
export { KubeConfig } from '@kubernetes/client-node/dist/config.js'
