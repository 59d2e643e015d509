// Every code a diagnostic can carry, with what it means; `docs/codes.md` is generated from this table.
// L01 sources and shape, L02 meaning, L03 delivery to Envoy, L04 certificates and enrolment, L05 environment and usage.

export const CODES = {
  L0101: 'The YAML cannot be parsed.',
  L0102: 'The document is not a Kubernetes-style object.',
  L0103: 'The kind or apiVersion is not one that Lotse reads.',
  L0104: 'The field is unknown.',
  L0105: 'The value has the wrong type or form.',
  L0106: 'A required field is missing.',
  L0107: 'The field is known but not supported yet.',
  L0108: 'Two objects have the same kind, namespace and name.',
  L0109: 'The source cannot be read.',
  L0110: 'The source is empty.',
  L0111: 'The file is too large.',
  L0301: 'The resource is not valid for Envoy and is withheld.',
  L0302: 'Envoy rejected the resource.',
  L0303: 'The request of a proxy cannot be understood or exceeds a limit.',
  L0304: 'A proxy asks for a type of resource that Lotse does not serve.',
  L0305: 'The configuration of a proxy could not be computed.',
} as const

export type Code = keyof typeof CODES
