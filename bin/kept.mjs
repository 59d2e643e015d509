// Loads a script with what V8 compiled of it in a run before: without that `lotse serve` spends a fifth of its start on compiling.
import { createHash } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cachedDataVersionTag } from 'node:v8'
import vm from 'node:vm'

/** Milliseconds: after the start, and before V8 forgets what only the start needed. */
const KEEP_AFTER = 10_000
const DIGEST_BYTES = 32

/** What the script exports. `path`: a file of ASCII in CommonJS that ends with a digest of its content (`bundle.mjs`). */
export function loadKept(path) {
  const source = readFileSync(path, 'latin1')
  // V8 compares only the length of the source. The tag is of its version and flags, so that starts with others keep their own.
  const digest = source.slice(-1 - 2 * DIGEST_BYTES, -1)
  const kept = `${path}.${digest}.${cachedDataVersionTag()}.compiled`
  const cachedData = readKept(kept)
  const script = new vm.Script(`(function (module, exports, require, __filename) {${source}})`, {
    filename: path,
    cachedData,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  })
  if (!cachedData || script.cachedDataRejected) keepLater(script, kept)
  const module = { exports: {} }
  script.runInThisContext()(module, module.exports, createRequire(path), path)
  return module.exports
}

/** At the end, or while it runs if it runs for long; one that failed has not seen all of its code. */
function keepLater(script, path) {
  const keep = () => {
    clearTimeout(timer)
    process.off('exit', atExit)
    writeKept(path, script.createCachedData())
  }
  const atExit = (code) => {
    if (code === 0) keep()
  }
  const timer = setTimeout(keep, KEEP_AFTER).unref()
  process.on('exit', atExit)
}

/** V8 looks at the head only, so what a crash of the machine left half written must not reach it. */
function readKept(path) {
  try {
    const file = readFileSync(path)
    const data = file.subarray(DIGEST_BYTES)
    return digestOf(data).equals(file.subarray(0, DIGEST_BYTES)) ? data : undefined
  } catch {
    return undefined
  }
}

function writeKept(path, data) {
  const aside = `${path}.${process.pid}`
  try {
    writeFileSync(aside, Buffer.concat([digestOf(data), data]))
    renameSync(aside, path)
  } catch {
    // Where nothing can be written each start compiles.
  }
}

function digestOf(data) {
  return createHash('sha256').update(data).digest()
}
