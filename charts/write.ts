// Writes the Helm chart from the manifests of `lotse install`, with the chart's values in the places of its settings; `npm run chart`.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { stringify } from 'yaml'
import { INSTALL_DEFAULTS } from '../src/install/defaults.ts'
import { definitions } from '../src/install/definition.ts'
import { manifests } from '../src/install/manifests.ts'

export const CHART_FOLDER = fileURLToPath(new URL('lotse', import.meta.url))

interface Manifest {
  readonly kind: string
}

/** Stands for the number of replicas while the manifests are made. */
const REPLICAS = 770_077
/** Stand for texts; the namespace is that of the release, as Helm has it. */
const MARKS: Readonly<Record<string, string>> = {
  __namespace__: '.Release.Namespace',
  __image__: '.Values.image',
  __proxyImage__: '.Values.proxyImage',
  __revision__: '.Values.revision',
  __store__: '.Values.store',
}

/** The files of the chart by their paths in it. */
export function chartFiles(): ReadonlyMap<string, string> {
  const objects = manifests({
    ...{ namespace: '__namespace__', image: '__image__', proxyImage: '__proxyImage__' },
    ...{ revision: '__revision__', store: '__store__', replicas: REPLICAS },
    resources: { __resources__: null },
    extraArguments: ['__extraArguments__'],
  }) as readonly Manifest[]
  const ours = objects.filter(({ kind }) => kind !== 'CustomResourceDefinition')
  return new Map([
    ['Chart.yaml', HEAD + yaml(about())],
    ['values.yaml', VALUES],
    ['values.schema.json', `${JSON.stringify(SCHEMA, undefined, 2)}\n`],
    ['crds/definitions.yaml', HEAD + documents(definitions())],
    ...[...grouped(ours)].map(([file, list]): [string, string] => [
      `templates/${file}.yaml`,
      HEAD + templated(documents(list), file),
    ]),
    ['templates/NOTES.txt', NOTES],
  ])
}

/** Templates by what they are about, in the order of the manifests. */
function grouped(objects: readonly Manifest[]): Map<string, Manifest[]> {
  const files = new Map<string, Manifest[]>()
  for (const object of objects) {
    const file = FILES[object.kind] ?? 'roles'
    files.set(file, [...(files.get(file) ?? []), object])
  }
  return files
}

const FILES: Readonly<Record<string, string>> = {
  Namespace: 'namespace',
  Service: 'deployment',
  Deployment: 'deployment',
  PodDisruptionBudget: 'deployment',
  HorizontalPodAutoscaler: 'deployment',
  ValidatingWebhookConfiguration: 'webhooks',
  MutatingWebhookConfiguration: 'webhooks',
}

const HEAD = '# Made by `npm run chart` from src/install/manifests.ts; do not edit.\n'

/** The marks become expressions: quoted where they are the whole scalar, as they are within one. */
function templated(text: string, file: string): string {
  let result = text
  for (const [mark, value] of Object.entries(MARKS)) {
    const whole = new RegExp(`(: |- )${mark}$`, 'gm')
    result = result.replace(whole, `$1{{ ${value} | quote }}`)
    result = result.replaceAll(mark, `{{ ${value} }}`)
  }
  result = result
    .replaceAll(`maxReplicas: ${REPLICAS}`, 'maxReplicas: {{ max 5 (int .Values.replicas) }}')
    .replaceAll(String(REPLICAS), '{{ int .Values.replicas }}')
    .replace(/^( *)resources:\n +__resources__: null$/m, (_, indent: string) =>
      [
        `${indent}resources:`,
        `${indent}  {{- toYaml .Values.resources | nindent ${indent.length + 2} }}`,
      ].join('\n'),
    )
    .replace(/^( *)- __extraArguments__$/m, (_, indent: string) =>
      [
        `${indent}{{- with .Values.extraArguments }}`,
        `${indent}{{- toYaml . | nindent ${indent.length} }}`,
        `${indent}{{- end }}`,
      ].join('\n'),
    )
  const left = /__\w+__|770077/.exec(result)
  if (left) throw new Error(`${left[0]} is left in the template ${file}`)
  return file === 'namespace' ? `{{- if .Values.createNamespace }}\n${result}{{- end }}\n` : result
}

function documents(objects: readonly object[]): string {
  return objects.map((object) => `---\n${yaml(object)}`).join('')
}

function yaml(object: object): string {
  return stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 })
}

function about(): object {
  const file = new URL('../package.json', import.meta.url)
  const { version, description } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly version: string
    readonly description: string
  }
  return {
    apiVersion: 'v2',
    name: 'lotse',
    description,
    type: 'application',
    version,
    appVersion: version,
    // Native sidecars.
    kubeVersion: '>=1.29.0-0',
  }
}

const { namespace: _, ...KNOWN } = INSTALL_DEFAULTS

const VALUES = `${HEAD}
# Image of the control plane.
${yaml({ image: KNOWN.image })}
# Image of injected sidecars: Envoy, lotse and nft.
${yaml({ proxyImage: KNOWN.proxyImage })}
# At least so many; an autoscaler adds more by connected proxies (with an adapter for the metric lotse_xds_streams) or CPU.
${yaml({ replicas: KNOWN.replicas })}
# Of a replica.
${yaml({ resources: KNOWN.resources })}
# Where policies are read from: kubernetes, or etcd://HOST:PORT.
${yaml({ store: KNOWN.store })}
# Of this control plane, as in the label istio.io/rev.
${yaml({ revision: KNOWN.revision })}
# More arguments for \`lotse serve\`.
extraArguments: []

# The namespace with pod security \`restricted\`; Helm itself makes one without it, by --create-namespace.
createNamespace: false
`

const TEXT = { type: 'string', minLength: 1 } as const

const SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  additionalProperties: false,
  properties: {
    image: TEXT,
    proxyImage: TEXT,
    replicas: { type: 'integer', minimum: 1 },
    resources: { type: 'object' },
    store: { type: 'string', pattern: '^(kubernetes$|etcd://.)' },
    revision: TEXT,
    extraArguments: { type: 'array', items: TEXT },
    createNamespace: { type: 'boolean' },
    global: { type: 'object' },
  },
}

const NOTES = `Lotse runs in {{ .Release.Namespace }}. A namespace whose pods are to get a sidecar:
  kubectl label namespace NAME ${'{{ if eq .Values.revision "default" }}istio-injection=enabled{{ else }}istio.io/rev={{ .Values.revision }}{{ end }}'}
Pod security for Lotse's own namespace:
  kubectl label namespace {{ .Release.Namespace }} pod-security.kubernetes.io/enforce=restricted
`

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  rmSync(CHART_FOLDER, { recursive: true, force: true })
  for (const [path, text] of chartFiles()) {
    mkdirSync(dirname(join(CHART_FOLDER, path)), { recursive: true })
    writeFileSync(join(CHART_FOLDER, path), text)
  }
}
