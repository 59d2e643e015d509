// Bundles src/main.ts into dist/, so that the command starts fast; safe when several do it at once.
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'

const KEEP_OLD_CHUNKS = 7 * 24 * 3_600_000

/** Not called by the bundle: the builder itself, and what @grpc/grpc-js has for services of its own that Lotse does not offer. */
const LEFT_OUT = ['esbuild', '@grpc/proto-loader']
/** Of `lotse serve` V8 keeps what it compiled (`kept.mjs`): Node 20 can do that only with a script. */
const SERVE = "const urlOfScript = require('node:url').pathToFileURL(__filename).href;"
/** Packages in CommonJS call `require` for Node's own modules. */
const REQUIRE =
  "import { createRequire as requireOfBundle } from 'node:module'; const require = requireOfBundle(import.meta.url);"

/** Writes `dist/lotse.mjs` with its chunks and `dist/serve.cjs`, or throws with esbuild's messages. */
export async function bundle(root) {
  const { build } = await import('esbuild')
  const startedAt = new Date()
  const dist = join(root, 'dist')
  const outputs = await Promise.all([
    buildCommands(build, root, dist),
    buildServe(build, root, dist),
    buildPage(build, root, dist),
  ])
  const outputFiles = outputs.flat()
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

/** All commands but `serve`: one that needs little loads little. */
async function buildCommands(build, root, dist) {
  const { outputFiles } = await build({
    ...settings(root, dist),
    entryPoints: { lotse: 'src/main.ts' },
    splitting: true,
    format: 'esm',
    banner: { js: REQUIRE },
    outExtension: { '.js': '.mjs' },
    // All in one folder: `besides` counts on it.
    chunkNames: '[name]-[hash]',
    plugins: [serveApart(), ...settings(root, dist).plugins],
  })
  return outputFiles
}

async function buildServe(build, root, dist) {
  const { outputFiles } = await build({
    ...settings(root, dist),
    entryPoints: { serve: 'src/cli/serve.ts' },
    format: 'cjs',
    banner: { js: SERVE },
    define: { 'import.meta.url': 'urlOfScript' },
    outExtension: { '.js': '.cjs' },
  })
  return outputFiles.map((file) => {
    if (!file.path.endsWith('.cjs')) return file
    const digest = createHash('sha256').update(file.contents).digest('hex')
    return {
      path: file.path,
      contents: Buffer.concat([file.contents, Buffer.from(`// ${digest}\n`)]),
    }
  })
}

function settings(root, dist) {
  return {
    absWorkingDir: root,
    outdir: dist,
    bundle: true,
    write: false,
    platform: 'node',
    // Hundreds of small files cost more to find and to load than all of their code to run.
    external: LEFT_OUT,
    target: 'node20',
    sourcemap: true,
    legalComments: 'none',
    logLevel: 'silent',
    plugins: [besides(dist), inlineYaml(root), kubeconfigOnly()],
  }
}

/** In `lotse.mjs` the command is what `bin/serve.mjs` exports. */
function serveApart() {
  return {
    name: 'serve-apart',
    setup(build) {
      build.onResolve({ filter: /^\.\/cli\/serve\.ts$/ }, () => ({
        path: '../bin/serve.mjs',
        external: true,
      }))
    },
  }
}

/** `page.js` and `page.css` of the dashboard; src/dashboard/page.ts does the same when Lotse runs from its sources. */
async function buildPage(build, root, dist) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { page: 'page/main.ts' },
    outdir: dist,
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'silent',
  })
  return outputFiles
}

/** Sources name files of the project by `new URL('../x', import.meta.url)`; in the bundle these are relative to dist/. */
function besides(dist) {
  const pattern = /new URL\('(\.[^']*)', import\.meta\.url\)/g
  return {
    name: 'besides',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const source = readFileSync(path, 'utf8')
        if (!source.includes('import.meta.url')) return undefined
        const contents = source.replace(pattern, (_, name) => {
          const target = relative(dist, resolve(dirname(path), name))
          const folder = name === '..' || name.endsWith('/') ? '/' : ''
          return `new URL(${JSON.stringify(target + folder)}, import.meta.url)`
        })
        return { contents, loader: 'ts' }
      })
    },
  }
}

/** Its form for browsers is one of modules, of which only what is used stays. */
function inlineYaml(root) {
  const path = join(root, 'node_modules', 'yaml', 'browser', 'index.js')
  return {
    name: 'inline-yaml',
    setup(build) {
      if (existsSync(path)) build.onResolve({ filter: /^yaml$/ }, () => ({ path }))
    },
  }
}

/** Of the Kubernetes client only the reading of a kubeconfig is used: what that takes of the API's thousand files are these two. */
function kubeconfigOnly() {
  const contents =
    "export { createConfiguration } from './configuration.js'; export { ServerConfiguration } from './servers.js'"
  return {
    name: 'kubeconfig-only',
    setup(build) {
      build.onLoad({ filter: /client-node\/dist\/gen\/index\.js$/ }, () => ({ contents }))
    },
  }
}

/** A process that runs on old chunks may still load one; after a week none does. What Node compiled of them goes, too; of a script that is no more, at once. */
function dropOldChunks(dist, fresh) {
  for (const name of readdirSync(dist)) {
    const path = join(dist, name)
    if (fresh.has(name)) continue
    const stat = statSync(path, { throwIfNoEntry: false })
    const useless = name.endsWith('.compiled')
    if (stat && (useless || Date.now() - stat.mtimeMs > KEEP_OLD_CHUNKS))
      rmSync(path, { recursive: true, force: true })
  }
}
