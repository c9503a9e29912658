// Plain requests to the data API, for what has to work without a GraphQL client: sessions and uploads.

/** The data API; the page and it share an origin. */
export const address = '/api/demo/graphql'

/** One error as the server tells it; paths reach into the input. */
export type Failure = Readonly<{
  message: string
  extensions?: Readonly<{ code?: string; details?: readonly Detail[] }>
}>
export type Detail = Readonly<{ path: string; message: string }>
export type Reply<Data> = Readonly<{ data?: Data | null; errors?: readonly Failure[] }>

/** Sends one operation without a token; the first error is thrown. */
export async function send<Data>(query: string, variables: object): Promise<Data> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  return readReply((await response.json()) as Reply<Data>)
}

/** The data of a reply; the first error is thrown. */
export function readReply<Data>({ data, errors }: Reply<Data>): Data {
  if (errors?.[0]) throw new Error(errors[0].message)
  if (data == null) throw new Error('The server answered without data')
  return data
}
