// A reporter of node:test that lists skipped tests with their reasons; `test/run.mjs` prints the list at the end.
import { relative } from 'node:path'

export default async function* skips(source) {
  for await (const { type, data } of source) {
    if (type !== 'test:pass' || data.skip === undefined || data.skip === false) continue
    const reason = data.skip === true || data.skip === '' ? 'no reason given' : data.skip
    const file = data.file ? `${relative(process.cwd(), data.file)}: ` : ''
    yield `  ${file}${data.name}: ${reason}\n`
  }
}
