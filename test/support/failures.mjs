// A reporter of node:test that tells why tests failed, in few lines each; `test/run.mjs` prints it last, where it is seen.
import { relative } from 'node:path'

const LINES = 12
const WIDTH = 300
/** Of what Node itself did on the way nobody learns anything. */
const INSIDE = /^\s+at .*(node:|node_modules)/

export default async function* failures(source) {
  const said = new Map()
  for await (const { type, data } of source) {
    if (type === 'test:stderr') {
      const lines = [...(said.get(data.file) ?? []), ...linesOf(data.message)]
      said.set(data.file, lines.slice(-LINES))
    }
    // An error that came when its test was over fails the file, and is told of here alone.
    if (type === 'test:diagnostic' && data.message.includes('asynchronous activity')) {
      yield `  ${data.message}\n`
    }
    // A test that failed because one inside it did is explained by that one.
    const follows = data.details?.error?.failureType === 'subtestsFailed'
    if (type === 'test:fail' && !follows) yield told(data, said.get(data.file) ?? [])
  }
}

function told({ name, file, details: { error } }, said) {
  // A file that failed as a whole has its path for a name.
  if (name === file) {
    return paragraph(name, [`exit code ${error.exitCode}, signal ${error.signal}`, ...said])
  }
  const cause = error.cause ?? error
  return paragraph(`${pathOf(file)}${name}`, linesOf(String(cause.stack ?? cause)).slice(0, LINES))
}

function pathOf(file) {
  return file ? `${relative(process.cwd(), file)}: ` : ''
}

function linesOf(text) {
  return text.split('\n').filter((line) => line.trim() !== '' && !INSIDE.test(line))
}

function paragraph(title, lines) {
  return [`  ${title}`, ...lines.map((line) => `    ${line.slice(0, WIDTH)}`), ''].join('\n')
}
