// The status page: proxies, what is wrong and where, objects in force. Plain HTML, no script from elsewhere.
import type { FastifyInstance } from 'fastify'
import type { App } from '../app.ts'
import { type Status, statusOf } from './api.ts'

export function addPage(server: FastifyInstance, app: () => App | undefined): void {
  server.get('/', async (_request, reply) => {
    const ready = app()
    reply.type('text/html; charset=utf-8').header('content-security-policy', POLICY)
    return ready ? pageOf(statusOf(ready)) : frame('<p>The sources are not read yet.</p>')
  })
}

const POLICY = "default-src 'none'; style-src 'unsafe-inline'"

function pageOf({ proxies, diagnostics, objects }: Status): string {
  const synced = proxies.filter((proxy) => proxy.synced).length
  const wrong = diagnostics.filter(({ severity }) => severity !== 'info').length
  return frame(`
<p class="sum">${proxies.length} proxies, ${synced} in sync · ${wrong} errors and warnings</p>
<h2>Proxies</h2>
${table(
  ['Proxy', 'In sync', 'Clusters', 'Listeners', 'Routes', 'Rejections', 'Since'],
  proxies.map(({ proxy, synced: inSync, types, connectedAt }) => [
    proxy,
    inSync ? 'yes' : 'no',
    String(types.cluster?.held ?? 0),
    String(types.listener?.held ?? 0),
    String(types.route?.held ?? 0),
    String(Object.values(types).reduce((total, { nacks }) => total + nacks, 0)),
    connectedAt,
  ]),
  'No proxy is connected. Enrol one with `lotse bootstrap` or `lotse proxy`.',
)}
<h2>Diagnostics</h2>
${table(
  ['Place', 'Severity', 'What', 'Code'],
  diagnostics.map(({ place, severity, text, code }) => [place ?? '', severity, text, code]),
  'Nothing is wrong.',
)}
<h2>Objects in force</h2>
${table(
  ['Kind', 'Number'],
  Object.entries(objects).map(([kind, number]) => [kind, String(number)]),
  'The sources hold no objects.',
)}`)
}

function table(head: readonly string[], rows: readonly string[][], empty: string): string {
  if (rows.length === 0) return `<p>${escapeHtml(empty)}</p>`
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`
  return `<div class="scroll"><table><thead>${row(head, 'th')}</thead><tbody>${rows
    .map((cells) => row(cells, 'td'))
    .join('')}</tbody></table></div>`
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function frame(body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="5">
<title>Lotse</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 75rem; margin: 2rem auto; padding: 0 1rem }
h1 { margin-bottom: 0 } h2 { margin-top: 2rem; font-size: 1.1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8884; vertical-align: top }
.scroll { overflow-x: auto } .sum { color: GrayText }
</style>
<h1>Lotse</h1>
${body}
</html>
`
}
