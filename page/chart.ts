// Figures over time, drawn by uPlot in the page's own colours.
import { type ComponentChild, h } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

export interface Line {
  readonly name: string
  /** Name of a colour of the page, as `ok`. */
  readonly color: string
  readonly values: readonly (number | undefined)[]
  readonly filled?: boolean
}

export interface ChartProps {
  readonly title: string
  /** Seconds since 1970. */
  readonly times: readonly number[]
  readonly lines: readonly Line[]
  readonly write: (value: number) => string
}

const HEIGHT = 170

/** Keeps its size whatever comes, so that nothing below it moves. */
export function Chart({ title, times, lines, write }: ChartProps): ComponentChild {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const data = [times, ...lines.map(({ values }) => values)] as unknown as uPlot.AlignedData
  useEffect(() => {
    const element = place.current
    if (!element) return undefined
    const draw = () => {
      plot.current?.destroy()
      plot.current = new uPlot(optionsOf(element, lines, write), data, element)
    }
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    const size = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
    )
    draw()
    size.observe(element)
    scheme.addEventListener('change', draw)
    return () => {
      size.disconnect()
      scheme.removeEventListener('change', draw)
      plot.current?.destroy()
      plot.current = undefined
    }
  }, [])
  useEffect(() => plot.current?.setData(data), [times, lines])
  return h(
    'figure',
    { class: 'chart' },
    h('figcaption', null, title),
    h('div', { ref: place, style: { minHeight: `${HEIGHT}px` }, role: 'img', 'aria-label': title }),
  )
}

/** Hours and minutes, and seconds where there are some. */
function clockOf(seconds: number): string {
  const time = new Date(seconds * 1000).toTimeString()
  return time.slice(0, seconds % 60 === 0 ? 5 : 8)
}

function optionsOf(
  element: HTMLElement,
  lines: readonly Line[],
  write: (value: number) => string,
): uPlot.Options {
  const style = getComputedStyle(element)
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim()
  const font = `11px ${style.fontFamily}`
  const axis = {
    ...{ stroke: color('dim'), font, labelFont: font },
    grid: { stroke: color('rule'), width: 1 },
    ticks: { show: false },
  }
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    legend: { live: true },
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_, __, most) => [0, Math.max(most * 1.1, 0.001)] } },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map(clockOf) },
      { ...axis, size: 62, values: (_, ticks) => ticks.map(write) },
    ],
    series: [
      { value: '{HH}:{mm}:{ss}' },
      ...lines.map(({ name, color: own, filled }) => ({
        label: name,
        stroke: color(own),
        width: 1.6,
        points: { show: false },
        spanGaps: false,
        ...(filled ? { fill: `${color(own)}22` } : {}),
        value: (_: uPlot, value: number | null) => (value === null ? '–' : write(value)),
      })),
    ],
  }
}
