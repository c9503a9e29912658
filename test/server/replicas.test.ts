// Which replica may answer: by what it has, by how old that is, and by what clients carry.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startFloor } from '../../src/server/replicas/floor.ts'
import { readToken, writeToken } from '../../src/server/replicas/token.ts'

describe('the floor', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  test('is where the primary was five seconds ago, and stays while it does not answer', async () => {
    let position = 0n
    let isGone = false
    const told: unknown[] = []
    const floor = startFloor(
      async () => {
        if (isGone) throw new Error('gone')
        return { position, line: 'one' }
      },
      (error) => told.push(error),
    )
    await vi.advanceTimersByTimeAsync(0)
    const floors: unknown[] = []
    for (let second = 1; second <= 12; second++) {
      position = BigInt(second) * 100n
      isGone = second > 10
      await vi.advanceTimersByTimeAsync(1_000)
      floors.push(floor.read()?.position)
    }
    floor.stop()
    expect(floors).toEqual([0n, 0n, 0n, 0n, 0n, 100n, 200n, 300n, 400n, 500n, 500n, 500n])
    expect(told).toHaveLength(1)
  })

  test('begins anew in another log', async () => {
    let place = { position: 900n, line: 'one' }
    const floor = startFloor(
      async () => place,
      () => undefined,
    )
    expect(floor.read()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(3_000)
    place = { position: 100n, line: 'two' }
    await vi.advanceTimersByTimeAsync(1_000)
    expect(floor.read()).toEqual({ position: 100n, line: 'two' })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(floor.read()).toEqual({ position: 100n, line: 'two' })
    floor.stop()
  })
})

describe('what clients carry', () => {
  const key = Buffer.alloc(32, 1)

  test.each([0n, 1n, 123_456_789_012_345_678n])('gives the position %s back', (position) => {
    expect(readToken(key, writeToken(key, position))).toBe(position)
  })

  test('means any position when there is nothing', () => {
    expect(readToken(key, undefined)).toBe(0n)
  })

  test.each([
    ['nonsense', 'nonsense'],
    ['nothing', ''],
    ['two at once', `${writeToken(key, 1n)}, ${writeToken(key, 2n)}`],
    ['one of another app', writeToken(Buffer.alloc(32, 2), 1n)],
    ['one that could not be read', writeToken(key, undefined)],
  ])('means the primary when it is %s', (_, header) => {
    expect(readToken(key, header)).toBe('unknown')
  })
})
