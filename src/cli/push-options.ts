// When and how `lotse serve` brings proxies up to date: the options, and what they mean.
import type { Command } from 'commander'
import type { PushTiming } from '../xds/pusher.ts'

export interface PushOptions {
  readonly pushQuiet?: string
  readonly pushMaxWait?: string
  readonly preflight?: boolean
}

export function pushOptions(serve: Command, wholeNumber: (value: string) => string): Command {
  return serve
    .option('--push-quiet <ms>', 'after a push, wait until no change came for so long', wholeNumber)
    .option(
      '--push-max-wait <ms>',
      'but no longer than this; ten times as long by default',
      wholeNumber,
    )
    .option('--preflight', 'show every change to an Envoy first; hold back what it refuses')
}

export function timingOf({ pushQuiet, pushMaxWait }: PushOptions): PushTiming {
  return {
    ...(pushQuiet === undefined ? {} : { quietMilliseconds: Number(pushQuiet) }),
    ...(pushMaxWait === undefined ? {} : { maxWaitMilliseconds: Number(pushMaxWait) }),
  }
}
