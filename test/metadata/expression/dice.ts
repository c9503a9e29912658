// Chance that can be repeated: the same seed throws the same.

export type Dice = Readonly<{
  /** A whole number from 0 to below `sides`. */
  roll(sides: number): number
  isLucky(chance: number): boolean
  pick<T>(items: readonly T[]): T
}>

/** The generator of numbers is known as mulberry32. */
export function makeDice(seed: number): Dice {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const roll = (sides: number) => Math.floor(next() * sides)
  return {
    roll,
    isLucky: (chance) => next() < chance,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new Error('There is nothing to pick')
      return items[roll(items.length)] as T
    },
  }
}
