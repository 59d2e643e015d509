// Bundles src/main.ts into dist/, so that the command starts fast; safe when several do it at once.
import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'

/** Packages that start faster as part of the bundle; the others are loaded from node_modules when they are needed. */
const BUNDLED = ['commander', 'yaml']
// CommonJS packages in the bundle ask for Node's own modules by require.
const REQUIRE =
  "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url);"
const KEEP_OLD_CHUNKS = 7 * 24 * 3_600_000

/** Writes `dist/lotse.mjs` and its chunks, or throws with esbuild's messages. */
export async function bundle(root) {
  const { build } = await import('esbuild')
  const startedAt = new Date()
  const dist = join(root, 'dist')
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { lotse: 'src/main.ts' },
    outdir: dist,
    bundle: true,
    splitting: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outExtension: { '.js': '.mjs' },
    // All in one folder, one below the root as the sources in proto/ and envoy/ are: '../proto/…' is right for both.
    chunkNames: '[name]-[hash]',
    sourcemap: true,
    banner: { js: REQUIRE },
    legalComments: 'none',
    logLevel: 'silent',
    plugins: [{ name: 'externals', setup: (build) => build.onResolve(FILTER, external) }],
  })
  mkdirSync(dist, { recursive: true })
  // Chunks are named by their content; the entry that refers to them comes last.
  const entry = (file) => (basename(file.path).startsWith('lotse.mjs') ? 1 : 0)
  for (const file of [...outputFiles].sort((a, b) => entry(a) - entry(b))) {
    const aside = `${file.path}.${process.pid}`
    writeFileSync(aside, file.contents)
    // As old as the sources were when it began: a change made meanwhile is newer.
    utimesSync(aside, startedAt, startedAt)
    renameSync(aside, file.path)
  }
  dropOldChunks(dist, new Set(outputFiles.map((file) => basename(file.path))))
}

const FILTER = { filter: /^[^./]/ }

function external({ path, kind }) {
  if (kind === 'entry-point' || path.startsWith('node:')) return undefined
  return BUNDLED.includes(path) ? undefined : { path, external: true }
}

/** A process that runs on old chunks may still load one; after a week none does. */
function dropOldChunks(dist, fresh) {
  for (const name of readdirSync(dist)) {
    const path = join(dist, name)
    if (fresh.has(name)) continue
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat && Date.now() - stat.mtimeMs > KEEP_OLD_CHUNKS) rmSync(path, { force: true })
  }
}
