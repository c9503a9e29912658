// Waits for a value no longer than so long.

/** The value; undefined when it does not come within so many milliseconds, or not at all. */
export async function within<T>(milliseconds: number, value: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds)
  })
  return await Promise.race([value.catch(() => undefined), late]).finally(() => clearTimeout(timer))
}
