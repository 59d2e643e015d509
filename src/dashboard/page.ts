// The page and its script: bundled beforehand, or on the first request when Lotse runs from its sources.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { OPEN } from './access.ts'

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const HTML = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lotse</title>
<link rel="stylesheet" href="/page.css">
<link rel="icon" href="data:,">
<div id="page"><noscript>This page needs JavaScript; <code>lotse status</code> and <code>lotse graph</code> tell the same.</noscript></div>
<script src="/page.js"></script>
</html>
`

interface Assets {
  readonly script: string
  readonly style: string
}

/** Open to everybody: it holds nothing of the mesh, and asks for the token that the API wants. */
export function addPage(server: FastifyInstance): void {
  let assets: Promise<Assets> | undefined
  const load = () => {
    assets ??= (import.meta.url.endsWith('.ts') ? build() : readBuilt()).catch((error) => {
      assets = undefined
      throw error
    })
    return assets
  }
  server.get('/', OPEN, async (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', POLICY)
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .send(HTML),
  )
  server.get('/page.js', OPEN, async (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send((await load()).script),
  )
  server.get('/page.css', OPEN, async (_request, reply) =>
    reply.type('text/css; charset=utf-8').send((await load()).style),
  )
}

async function readBuilt(): Promise<Assets> {
  const read = (name: URL) => readFile(fileURLToPath(name), 'utf8')
  return {
    script: await read(new URL('../../dist/page.js', import.meta.url)),
    style: await read(new URL('../../dist/page.css', import.meta.url)),
  }
}

/** The same as `bin/bundle.mjs` does. */
async function build(): Promise<Assets> {
  const { build: bundle } = await import('esbuild')
  const { outputFiles } = await bundle({
    entryPoints: { page: fileURLToPath(new URL('../../page/main.ts', import.meta.url)) },
    outdir: 'dist',
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'silent',
  })
  const textOf = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? ''
  return { script: textOf('.js'), style: textOf('.css') }
}
