// The picture of a run: latency and memory over time, with a mark for each restart. Readable on light and dark pages.
import { type Figures, findPercentile, groupBy, type Sample, sortNumbers } from './figures.ts'

const width = 860
const height = 190
const margin = { left: 60, right: 14, top: 28, bottom: 24 }
/** Seconds that one point of the latency stands for. */
const step = 5

type Point = readonly [x: number, y: number]
type Line = Readonly<{ name: string; color: string; points: readonly Point[] }>
type Panel = Readonly<{
  title: string
  unit: string
  lines: readonly Line[]
  most: number
  end: number
  top: number
}>

/** Draws it as SVG. */
export function draw({ samples, memory, restarts }: Figures): string {
  const end = Math.max(1, samples.at(-1)?.at ?? 0)
  const done = samples.filter((sample) => sample.end === 'done' && sample.kind !== 'metadata')
  const latency = [
    { name: 'p99', color: '#d9480f', points: measure(done, 0.99) },
    { name: 'p50', color: '#1c7ed6', points: measure(done, 0.5) },
  ]
  const resident = [...groupBy(memory, ({ instance }) => instance)].map(([name, all], index) => ({
    name: `instance ${name}`,
    color: index === 0 ? '#2b8a3e' : '#9c36b5',
    points: all.map(({ at, bytes }): Point => [at, bytes / 1e6]),
  }))
  const panels = [
    drawPanel({
      title: 'Latency of all requests but changes of definitions',
      unit: 'ms',
      lines: latency,
      most: highest(latency),
      end,
      top: 0,
    }),
    drawPanel({
      title: 'Resident memory',
      unit: 'MB',
      lines: resident,
      most: highest(resident),
      end,
      top: height,
    }),
  ]
  const marks = restarts.map(({ at, signal }) => drawMark(place(at, end), signal))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${2 * height + 24}" font-family="sans-serif" font-size="12">
<title>Latency and memory over time</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${marks.join('\n')}
${panels.join('\n')}
<text x="${margin.left}" y="${2 * height + 14}" fill="#495057">seconds since the start; dashed: an instance was asked to end, solid: it was killed</text>
</svg>
`
}

function measure(samples: readonly Sample[], share: number): readonly Point[] {
  const groups = groupBy(samples, ({ at }) => Math.floor(at / step))
  return [...groups]
    .toSorted(([one], [other]) => one - other)
    .map(
      ([group, all]): Point => [
        group * step,
        findPercentile(sortNumbers(all.map(({ milliseconds }) => milliseconds)), share),
      ],
    )
}

function highest(lines: readonly Line[]): number {
  return Math.max(1, ...lines.map(({ points }) => points.reduce((most, [, y]) => Math.max(most, y), 0)))
}

function place(x: number, end: number): number {
  return margin.left + (x / end) * (width - margin.left - margin.right)
}

function drawPanel({ title, unit, lines, most, end, top }: Panel): string {
  const [upper, lower] = [top + margin.top, top + height - margin.bottom]
  const rise = (y: number): number => lower - (y / most) * (lower - upper)
  const grid = [0, most / 2, most].map(
    (y) =>
      `<line x1="${margin.left}" x2="${width - margin.right}" y1="${rise(y).toFixed(1)}" y2="${rise(y).toFixed(1)}" stroke="#dee2e6"/>` +
      `<text x="${margin.left - 6}" y="${(rise(y) + 4).toFixed(1)}" text-anchor="end" fill="#495057">${Math.round(y)}</text>`,
  )
  const curves = lines.map(
    ({ color, points }) =>
      `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${points.map(([x, y]) => `${place(x, end).toFixed(1)},${rise(y).toFixed(1)}`).join(' ')}"/>`,
  )
  const names = lines.map(
    ({ name, color }, index) =>
      `<text x="${width - margin.right - 120 * (lines.length - index - 1)}" y="${top + 16}" text-anchor="end" fill="${color}">${name}</text>`,
  )
  const times = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<text x="${place(share * end, end).toFixed(1)}" y="${lower + 15}" text-anchor="middle" fill="#495057">${Math.round(share * end)}</text>`,
  )
  const heading = `<text x="${margin.left}" y="${top + 16}" fill="#212529">${title}, ${unit}</text>`
  return [heading, ...grid, ...curves, ...names, ...times].join('\n')
}

function drawMark(x: number, signal: NodeJS.Signals): string {
  const dashes = signal === 'SIGTERM' ? ' stroke-dasharray="3 3"' : ''
  return `<line x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${margin.top}" y2="${2 * height - margin.bottom}" stroke="#adb5bd"${dashes}/>`
}
