// When `lotse serve` brings proxies up to date: the options, and what they mean.
import type { Command } from 'commander'
import type { PushTiming } from '../xds/pusher.ts'

export interface PushOptions {
  readonly pushQuiet?: string
  readonly pushMaxWait?: string
}

export function pushOptions(serve: Command, wholeNumber: (value: string) => string): Command {
  return serve
    .option('--push-quiet <ms>', 'after a push, wait until no change came for so long', wholeNumber)
    .option(
      '--push-max-wait <ms>',
      'but no longer than this; ten times as long by default',
      wholeNumber,
    )
}

export function timingOf({ pushQuiet, pushMaxWait }: PushOptions): PushTiming {
  return {
    ...(pushQuiet === undefined ? {} : { quietMilliseconds: Number(pushQuiet) }),
    ...(pushMaxWait === undefined ? {} : { maxWaitMilliseconds: Number(pushMaxWait) }),
  }
}
