// Details that belong to the entries of a page: read when somebody first asks, in one statement for all of them.

/** For each id a function that gives its details; the first call reads those of all ids. */
export function shareDetails<T>(
  ids: readonly string[],
  read: (ids: readonly string[]) => Promise<ReadonlyMap<string, readonly T[]>>,
): (id: string) => () => Promise<T[]> {
  let reading: Promise<ReadonlyMap<string, readonly T[]>> | undefined
  return (id) => async () => {
    reading ??= read(ids)
    return [...((await reading).get(id) ?? [])]
  }
}
