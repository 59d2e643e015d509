// How figures are written on the page.

export function count(number: number): string {
  if (number < 1000) return String(Math.round(number))
  if (number < 1e6) return `${trim(number / 1e3)} k`
  return `${trim(number / 1e6)} M`
}

/** A rate a second; slow ones by the minute. */
export function rate(perSecond: number): string {
  if (perSecond === 0) return 'idle'
  if (perSecond < 0.1) return `${trim(perSecond * 60)}/min`
  return `${perSecond < 1000 ? trim(perSecond) : count(perSecond)}/s`
}

export function milliseconds(number: number | undefined): string {
  if (number === undefined) return ''
  if (number === 0) return '0 ms'
  if (number >= 1000) return `${trim(number / 1000)} s`
  return `${number < 1 ? number.toFixed(2) : trim(number)} ms`
}

export function bytes(number: number): string {
  if (number < 1000) return `${Math.round(number)} B`
  if (number < 1e6) return `${trim(number / 1e3)} kB`
  return number < 1e9 ? `${trim(number / 1e6)} MB` : `${trim(number / 1e9)} GB`
}

export function percent(share: number): string {
  if (share === 0) return '0 %'
  return share < 0.001 ? '< 0.1 %' : `${trim(share * 100)} %`
}

/** Two digits that count. */
function trim(number: number): string {
  return number >= 10 ? String(Math.round(number)) : number.toFixed(1).replace(/\.0$/, '')
}

/** `sidecar~127.0.0.1~web.shop~shop.svc.cluster.local` as `web.shop`. */
export function proxyName(id: string): string {
  return id.split('~')[2] ?? id
}

/** A length of time in words. */
export function span(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`
  return seconds < 86_400 * 730
    ? `${Math.round(seconds / 86_400)} days`
    : `${Math.round(seconds / 31_557_600)} years`
}

/** Seconds until then; negative when it is over. */
export function until(time: string): number {
  return (Date.parse(time) - Date.now()) / 1000
}

export function clock(time: string): string {
  return new Date(time).toLocaleTimeString()
}
