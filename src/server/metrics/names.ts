// Bounds how many values a label has: whoever can name things could else fill the memory of everybody who keeps figures.

/** What stands for all names for which there was no room. */
const otherName = '_other'

/** The name itself when it is known or there is room for it, else `_other`; a name that must not be added is only looked up. */
export type FindName = (name: string, mayAdd?: boolean) => string

/** Keeps the first names that come, at most so many. */
export function createNames(most: number): FindName {
  const known = new Set<string>()
  return (name, mayAdd = true) => {
    if (known.has(name)) return name
    if (!mayAdd || known.size >= most) return otherName
    known.add(name)
    return name
  }
}
