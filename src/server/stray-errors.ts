// Tells an error that may be passed over from one that must end the process.

/**
 * The driver of PostgreSQL (postgres 3.4) writes to a socket a turn after it was closed, outside of any promise. The
 * queries of that connection have been refused by then, so nobody waits for what is thrown there.
 */
export function isStrayWrite(error: unknown): boolean {
  return (
    error instanceof TypeError &&
    error.message === "Cannot read properties of null (reading 'write')" &&
    /\bnextWrite\b.*[\\/]postgres[\\/]/.test(error.stack ?? '')
  )
}
