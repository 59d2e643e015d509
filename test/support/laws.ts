// Laws are tried on the same random cases in every run, so that a change is judged by what it did and not by chance; the
// environment's SEED, a number or `random` as in `npm run soak`, has them begin elsewhere.
import fc from 'fast-check'
import { seedOfRun } from './dice.ts'

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: seedOfRun() })
