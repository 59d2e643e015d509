// The registry on real files: what is read, and that every way to change a file is seen, once and whole.
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { mkdir, readFile, rename, rm, symlink, truncate, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { printDiagnostic } from '../../src/model/diagnostic.ts'
import {
  type FileOptions,
  openFiles,
  type RegistryState,
  readFiles,
} from '../../src/registry/file.ts'

const service = (name: string, port: number | string = 80) =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {ports: [{port: ${port}}]}\n`

/** Each object as `name:port`. */
const ports = (state: RegistryState) =>
  state.documents.map(({ metadata, spec }) => {
    const { ports } = spec as { readonly ports: readonly { readonly port: number }[] }
    return `${metadata.name}:${ports[0]?.port}`
  })
const codes = (state: RegistryState) => state.diagnostics.map(({ code }) => code)

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'lotse-registry-'))
  t.after(() => rm(path, { recursive: true, force: true }))
  return path
}

async function watching(
  t: TestContext,
  paths: readonly string[],
  options: Partial<FileOptions> = {},
) {
  const states: RegistryState[] = []
  const registry = await openFiles(paths, {
    rescan: 60_000,
    ...options,
    onChange: (state) => states.push(state),
  })
  t.after(() => registry.close())
  const until = async (what: string, ready: (state: RegistryState) => boolean) => {
    for (let left = 6000; !ready(registry.state); left--) {
      assert.ok(left > 0, `${what}: ${ports(registry.state)} ${codes(registry.state)}`)
      await sleep(5)
    }
  }
  const shows = (expected: string) =>
    until(expected, (state) => ports(state).join(' ') === expected)
  return { registry, states, until, shows }
}

test('files and directories are read, hidden and foreign names are not', async (t) => {
  const dir = folder(t)
  await mkdir(join(dir, 'sub/deep'), { recursive: true })
  await mkdir(join(dir, '.git'))
  await writeFile(join(dir, 'a.yaml'), service('a'))
  await writeFile(join(dir, 'sub/b.yml'), service('b'))
  await writeFile(
    join(dir, 'sub/deep/c.json'),
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'c' },
      spec: { ports: [{ port: 80 }] },
    }),
  )
  for (const name of ['.hidden.yaml', 'a.yaml~', 'a.yaml.swp', 'README.md', '.git/x.yaml']) {
    await writeFile(join(dir, name), service('never'))
  }
  await symlink('..', join(dir, 'sub/loop'))
  const state = await readFiles([dir])
  assert.deepEqual(ports(state), ['a:80', 'b:80', 'c:80'])
  assert.deepEqual(codes(state), [])
  const single = await readFiles([join(dir, 'sub/b.yml')])
  assert.equal(single.documents[0]?.at([]).source, join(dir, 'sub/b.yml'))
})

test('what cannot be read is said in one line, with the path', async (t) => {
  const dir = folder(t)
  await mkdir(join(dir, 'empty'))
  const missing = await readFiles([join(dir, 'nowhere')])
  assert.deepEqual(codes(missing), ['L0109'])
  assert.match(printDiagnostic(missing.diagnostics[0]!), /nowhere: error: .*does not exist/)
  const empty = await readFiles([join(dir, 'empty')])
  assert.deepEqual(
    empty.diagnostics.map(({ code, severity }) => `${code} ${severity}`),
    ['L0110 warning'],
  )
  await writeFile(join(dir, 'big.yaml'), service('a'))
  await truncate(join(dir, 'big.yaml'), 50 * 1024 * 1024)
  await writeFile(join(dir, 'wide.yaml'), Buffer.from([0xff, 0xfe, 0x61, 0x00]))
  await writeFile(join(dir, 'good.yaml'), service('good'))
  const state = await readFiles([dir])
  assert.deepEqual(ports(state), ['good:80'])
  assert.deepEqual(codes(state).sort(), ['L0101', 'L0111'])
  assert.match(state.diagnostics.find(({ code }) => code === 'L0111')!.text, /has 50 MB/)
})

test('a file that cannot be read keeps what it said', async (t) => {
  const dir = folder(t)
  const path = join(dir, 'a.yaml')
  await writeFile(path, service('a'))
  const { until, registry } = await watching(t, [dir])
  // A file whose reading fails even for root.
  await symlink('/proc/self/mem', join(dir, 'mem'))
  await rename(join(dir, 'mem'), path)
  await until('unreadable', (state) => codes(state).includes('L0109'))
  assert.deepEqual(ports(registry.state), ['a:80'])
})

test('edits in place, atomic renames, new, moved and removed files are seen', async (t) => {
  const dir = folder(t)
  const path = (name: string) => join(dir, name)
  await writeFile(path('a.yaml'), service('a', 1))
  const { shows, states } = await watching(t, [dir])
  await writeFile(path('a.yaml'), service('a', 2))
  await shows('a:2')
  await writeFile(path('.a.yaml.tmp'), service('a', 3))
  await rename(path('.a.yaml.tmp'), path('a.yaml'))
  await shows('a:3')
  await writeFile(path('b.yaml'), service('b', 1))
  await shows('a:3 b:1')
  await mkdir(path('sub/deep'), { recursive: true })
  await writeFile(path('sub/deep/c.yaml'), service('c', 1))
  await shows('a:3 b:1 c:1')
  await writeFile(path('sub/deep/c.yaml'), service('c', 2))
  await shows('a:3 b:1 c:2')
  await rename(path('b.yaml'), path('sub/b2.yaml'))
  await writeFile(path('a.yaml'), service('a', 4))
  await shows('a:4 b:1 c:2')
  await rm(path('sub'), { recursive: true })
  await shows('a:4')
  await mkdir(path('sub'))
  await writeFile(path('sub/d.yaml'), service('d', 1))
  await shows('a:4 d:1')
  assert.ok(
    states.every((state) => state.diagnostics.length === 0),
    'no passing error was reported',
  )
})

test('the swap of a ConfigMap volume is one change', async (t) => {
  const dir = folder(t)
  for (const [version, port] of [
    ['..v1', 1],
    ['..v2', 2],
  ] as const) {
    await mkdir(join(dir, version))
    for (const name of ['a', 'b', 'c']) {
      await writeFile(join(dir, version, `${name}.yaml`), service(name, port))
    }
  }
  await symlink('..v1', join(dir, '..data'))
  for (const name of ['a', 'b', 'c']) {
    await symlink(`..data/${name}.yaml`, join(dir, `${name}.yaml`))
  }
  const { shows, states, registry } = await watching(t, [dir])
  assert.deepEqual(ports(registry.state), ['a:1', 'b:1', 'c:1'])
  await symlink('..v2', join(dir, '..data_tmp'))
  await rename(join(dir, '..data_tmp'), join(dir, '..data'))
  await shows('a:2 b:2 c:2')
  assert.deepEqual(
    states.map((state) => ports(state).join(' ')),
    ['a:2 b:2 c:2'],
  )
})

test('a saved half, an emptied file, a lost directory: the last good objects stay', async (t) => {
  const dir = folder(t)
  const config = join(dir, 'config')
  const file = join(config, 'a.yaml')
  await mkdir(config)
  const whole = `${service('a', 1)}---\n${service('b', 1)}`
  await writeFile(file, whole)
  const { shows, until, registry } = await watching(t, [`./${relative('.', config)}`])
  await writeFile(file, whole.slice(0, -8))
  await until('syntax error', (state) => codes(state).join() === 'L0101')
  assert.deepEqual(ports(registry.state), ['a:1', 'b:1'])
  await writeFile(file, whole.replaceAll(': 1', ': 2'))
  await shows('a:2 b:2')
  assert.deepEqual(codes(registry.state), [])
  await writeFile(file, '')
  await until('emptied', (state) => codes(state).join() === 'L0110')
  assert.deepEqual(ports(registry.state), ['a:2', 'b:2'])
  await rename(config, join(dir, 'away'))
  await until('vanished', (state) => codes(state).includes('L0109'))
  assert.deepEqual(ports(registry.state), ['a:2', 'b:2'])
  await mkdir(config)
  await until('empty', (state) => codes(state).includes('L0110'))
  assert.deepEqual(ports(registry.state), ['a:2', 'b:2'])
  await writeFile(file, service('a', 3))
  await shows('a:3')
  assert.deepEqual(codes(registry.state), [])
})

test('a single file may vanish while it is saved, and be replaced', async (t) => {
  const dir = folder(t)
  const file = join(dir, 'mesh.yaml')
  await writeFile(file, service('a', 1))
  const { shows, states, until, registry } = await watching(t, [`./${relative('.', file)}`])
  await rename(file, `${file}~`)
  await writeFile(file, service('a', 2))
  await shows('a:2')
  assert.ok(states.every((state) => state.diagnostics.length === 0))
  await unlink(file)
  await until('gone', (state) => codes(state).join() === 'L0109')
  assert.deepEqual(ports(registry.state), ['a:2'])
  await writeFile(file, service('a', 3))
  await shows('a:3')
})

test('without events the re-scan sees changes; files changed together arrive together', async (t) => {
  const dir = folder(t)
  const outside = folder(t)
  const names = Array.from({ length: 40 }, (_, index) => `s${String(index).padStart(2, '0')}`)
  const write = (port: number) =>
    Promise.all(names.map((name) => writeFile(join(outside, `${name}.txt`), service(name, port))))
  await write(1)
  for (const name of names) await symlink(join(outside, `${name}.txt`), join(dir, `${name}.yaml`))
  const { shows, states } = await watching(t, [dir], { rescan: 50 })
  await write(2)
  await shows(names.map((name) => `${name}:2`).join(' '))
  assert.ok(states.length < names.length, `${states.length} changes for ${names.length} files`)
})

test('after close nothing is reported', async (t) => {
  const dir = folder(t)
  await writeFile(join(dir, 'a.yaml'), service('a', 1))
  const { registry, states } = await watching(t, [dir])
  await registry.close()
  await writeFile(join(dir, 'a.yaml'), service('a', 2))
  assert.match(await readFile(join(dir, 'a.yaml'), 'utf8'), /port: 2/)
  const other = await watching(t, [dir])
  await writeFile(join(dir, 'a.yaml'), service('a', 3))
  await other.shows('a:3')
  assert.deepEqual(states, [])
})
