// `lotse inject`: manifests with the sidecar in every pod, as the admission webhook would add it.
import { readFileSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import { inject as injectPod } from '../admission/inject.ts'
import { takesSidecar } from '../admission/policy.ts'
import { mapPod } from '../admission/workload-template.ts'
import { EXIT, fail } from './print.ts'

interface InjectCommand {
  /** Path, or `-` for standard input. */
  readonly filename: string[]
  readonly image: string
  readonly xds: string
  readonly revision: string
}

/** Equal parts are written twice rather than as anchor and alias. */
const PLAIN = { aliasDuplicateObjects: false } as const

/** Documents without a pod, and pods that say they want no sidecar, are printed as they are. Injecting twice changes nothing. */
export async function inject(options: InjectCommand): Promise<number> {
  const printed: string[] = []
  for (const file of options.filename) {
    const text = read(file)
    if (typeof text !== 'string') return fail(text)
    for (const document of parseAllDocuments(text)) {
      if (!('toJS' in document)) continue
      const [error] = document.errors
      if (error) {
        const { line = 1, col = 1 } = error.linePos?.[0] ?? {}
        const origin = { source: file, line, column: col }
        const said = error.message.split('\n', 1)[0] ?? ''
        return fail({ code: 'L0101', severity: 'error', text: said, origin })
      }
      const value: unknown = document.toJS()
      const injected = injectInto(value, options)
      if (injected !== value) document.contents = document.createNode(injected, PLAIN) as never
      if (value !== null) printed.push(document.toString({ directives: false }))
    }
  }
  process.stdout.write(printed.map((text) => `---\n${text}`).join(''))
  return EXIT.done
}

/** Offline the command itself is the wish; only a pod's own word stands against it. */
function injectInto(value: unknown, options: InjectCommand): unknown {
  let changed = false
  const result = mapPod(value, (pod) => {
    changed = takesSidecar(pod, options.revision)
    return changed ? injectPod(pod, options) : pod
  })
  return changed ? result : value
}

function read(file: string) {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code
    const text = `The file cannot be read (${why}). Name one, or - for standard input`
    const origin = { source: file, line: 0, column: 0 }
    return { code: 'L0109', severity: 'error', text, origin } as const
  }
}
