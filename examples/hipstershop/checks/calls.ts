// The calls: all of Hipstershop's were made, and the one to the outside went through the mesh.
import { BANK_RATES } from '../services/bank.ts'
import { BANK, EDGES } from '../topology.ts'
import { browse, type Check } from './check.ts'

export const external: Check = async ({ services }) => {
  const asked = () => services.journal.calls.get(`currencyservice>${BANK.host}`) ?? 0
  const page = await browse('/')
  const offered = Object.keys(BANK_RATES).filter((code) =>
    new RegExp(`<option[^>]*>${code}<`).test(page.body),
  )
  // Any other host is not in the mesh, and REGISTRY_ONLY in mesh.yaml keeps it out.
  const other = await services
    .app('currencyservice')
    .fetch(BANK.host, '/', {}, { host: 'www.example.com' })
  return {
    passed:
      asked() > 0 && offered.length === Object.keys(BANK_RATES).length && other.status === 502,
    text: `${BANK.host} answered ${asked()} requests through the mesh, the shop offers its ${offered.length} currencies; a host outside the mesh got ${other.status}`,
  }
}

/** One visit from the front page to the order, after which every call must have been seen. */
export const calls: Check = async ({ services }) => {
  const tour = [
    await browse('/product/compass'),
    await browse('/cart', 'product_id=compass&quantity=1'),
    await browse('/cart'),
    await browse('/cart/checkout', 'email=a%40b.c&credit_card_number=4432801561520454'),
  ].map((answer) => answer.status)
  await services.app('loadgenerator').fetch('frontend', '/api', {})
  const missing = EDGES.filter((edge) => !services.journal.calls.has(edge))
  const parts = [`${EDGES.length - missing.length} of ${EDGES.length} calls seen`]
  if (missing.length > 0) parts.push(`missing ${missing.join(', ')}`)
  return {
    passed: missing.length === 0 && tour.join() === '200,302,200,200',
    text: `${parts.join(', ')}; a visit from product to order got ${tour.join(', ')}`,
  }
}
