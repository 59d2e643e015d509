// `npm run golden`: writes every golden anew and removes files that no case expects any more. Read the difference like code.
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { caseNames, FOLDER, golden } from './cases.ts'

for (const name of caseNames()) {
  const { files } = await golden(name)
  const wanted = new Set(['in.yaml', ...files.keys()])
  for (const file of readdirSync(`${FOLDER}${name}`)) {
    if (!wanted.has(file)) rmSync(`${FOLDER}${name}/${file}`)
  }
  for (const [file, text] of files) writeFileSync(`${FOLDER}${name}/${file}`, text)
  console.log(`${name}: ${[...files.keys()].join(' ')}`)
}
