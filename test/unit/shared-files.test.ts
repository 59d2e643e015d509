// What replicas read of a shared authority: never a path of another's choosing.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readShared, writeShared } from '../../src/ca/shared-files.ts'
import { testFolder } from '../support/envoy.ts'

const text = (authorities: object) =>
  JSON.stringify({ id: 'a', rotation: { current: '.' }, authorities })

test('files of an authority are read and written', (t) => {
  const directory = join(testFolder(t), 'data')
  const next = { 'root.pem': 'next' }
  writeShared(directory, readShared(text({ '.': { 'root.pem': 'first' }, 'r-0123456789ab': next })))
  assert.equal(readFileSync(`${directory}/ca/root.pem`, 'utf8'), 'first')
  assert.equal(readFileSync(`${directory}/ca/r-0123456789ab/root.pem`, 'utf8'), 'next')
})

test('names that lead elsewhere are refused, and nothing is written', (t) => {
  const directory = join(testFolder(t), 'data')
  for (const authorities of [
    { '../../elsewhere': { 'root.pem': 'x' } },
    { 'r-0123456789ab/../../elsewhere': { 'root.pem': 'x' } },
    { '.': { '../../elsewhere': 'x' } },
    { '.': { 'join-token': 'x' } },
  ]) {
    assert.throws(
      () => writeShared(directory, readShared(text(authorities))),
      /which no authority has/,
    )
  }
  assert.ok(!existsSync(directory))
})
