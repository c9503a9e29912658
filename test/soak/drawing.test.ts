// The picture of a reliability run of any length.
import { expect, test } from 'vitest'
import { draw } from '../../soak/drawing.ts'
import { startFigures } from '../../soak/figures.ts'

test('has a point for each five seconds, a line for each instance and a mark for each restart', () => {
  const samples = Array.from({ length: 200_000 }, (_, index) => ({
    at: index / 1_000,
    kind: 'list',
    milliseconds: index % 50,
    end: 'done',
  }))
  const memory = ['one', 'two'].map((instance) => ({ at: 10, instance, bytes: 2e8 }))
  const restarts = [{ at: 100, instance: 'one', signal: 'SIGKILL' as const, seconds: 2 }]
  const drawing = draw({ ...startFigures(), samples, memory, restarts })
  const lines = [...drawing.matchAll(/<polyline .* points="([^"]+)"\/>/g)].map(([, points = '']) =>
    points.split(' '),
  )
  expect(lines.map(({ length }) => length)).toEqual([40, 40, 1, 1])
  expect(drawing.match(/stroke="#adb5bd"\/>/g)).toHaveLength(1)
  expect(drawing).not.toContain('NaN')
})
