// Small resource sets for tests of delivery.
import { ORIGIN } from '../../src/model/origin.ts'
import {
  type Chunk,
  NO_RESOURCES,
  type Resource,
  type ResourceSet,
  type ResourceType,
} from '../../src/model/resource.ts'

/** A set from chunks given by type; the rest is empty. */
export function resourceSet(parts: Partial<Record<ResourceType, readonly Chunk[]>>): ResourceSet {
  return { ...NO_RESOURCES, ...parts }
}

/** A cluster with endpoints by EDS; `mark` changes its content. */
export function cluster(name: string, mark = 1): Resource {
  return {
    type: 'cluster',
    name,
    body: {
      name,
      type: 'EDS',
      connect_timeout: `${mark}s`,
      eds_cluster_config: { eds_config: { ads: {}, resource_api_version: 'V3' } },
      [ORIGIN]: { source: 'mesh.yaml', line: mark, column: 1 },
    },
  }
}

export function endpoints(name: string, ...ports: readonly number[]): Resource {
  const lb_endpoints = ports.map((port_value) => ({
    endpoint: { address: { socket_address: { address: '127.0.0.1', port_value } } },
  }))
  return { type: 'endpoint', name, body: { cluster_name: name, endpoints: [{ lb_endpoints }] } }
}

export function virtualHost(name: string, target: string, domains = [name], line = 7): Resource {
  return {
    type: 'virtualHost',
    name,
    body: {
      name,
      domains,
      routes: [{ match: { prefix: '/' }, route: { cluster: target } }],
      [ORIGIN]: { source: 'routes.yaml', line, column: 3 },
    },
  }
}

export function route(name: string, ...virtualHosts: readonly Resource[]): Resource {
  return { type: 'route', name, body: { name }, virtualHosts }
}

/** A listener on loopback whose routes come by RDS under `routeName`. */
export function listener(name: string, port: number, routeName: string): Resource {
  const manager = {
    '@type':
      'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: name,
    rds: { route_config_name: routeName, config_source: { ads: {}, resource_api_version: 'V3' } },
    http_filters: [
      {
        name: 'envoy.filters.http.router',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
        },
      },
    ],
  }
  return {
    type: 'listener',
    name,
    body: {
      name,
      address: { socket_address: { address: '127.0.0.1', port_value: port } },
      filter_chains: [
        {
          filters: [
            { name: 'envoy.filters.network.http_connection_manager', typed_config: manager },
          ],
        },
      ],
    },
  }
}
