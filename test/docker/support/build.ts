// Builds the images, and Docker Compose where there is none, before the tests that run at once ask for them.
import { composeFor } from './compose.ts'
import { envoyImage, nodeImage, ownImage } from './images.ts'

for (const { name, from } of [await envoyImage(), await nodeImage()]) {
  console.log(`image ${name} (from ${from})`)
}
console.log(`image ${await ownImage('lotse')}\nimage ${await ownImage('proxy')}`)
const compose = composeFor([])
if ('why' in compose) console.error(`no Docker Compose: ${compose.why}`)
