// urql: its defaults, but for the method.
import { Client, fetchExchange } from '@urql/core'

/** A client that asks for the newest token with every request. */
export function createUrql(url: string, readToken: () => string): Client {
  return new Client({
    url,
    exchanges: [fetchExchange],
    preferGetMethod: false,
    fetchOptions: () => ({ headers: { authorization: `Bearer ${readToken()}` } }),
  })
}
