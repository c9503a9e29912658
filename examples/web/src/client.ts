// Apollo Client: a token on each request, subscriptions by server-sent events, records known by type and id.
import {
  ApolloClient,
  ApolloLink,
  CombinedGraphQLErrors,
  HttpLink,
  InMemoryCache,
  Observable,
} from '@apollo/client'
import { SetContextLink } from '@apollo/client/link/context'
import { ErrorLink } from '@apollo/client/link/error'
import { OperationTypeNode, print } from 'graphql'
import { createClient } from 'graphql-sse'
import { address } from './api.ts'
import { forgetSession, readToken } from './session.ts'

const readHeaders = async (): Promise<Record<string, string>> => {
  const token = await readToken()
  return token ? { authorization: `Bearer ${token}` } : {}
}

const addToken = new SetContextLink(async (context) => ({
  headers: { ...context.headers, ...(await readHeaders()) },
}))

const endSession = new ErrorLink(({ error }) => {
  const isOver =
    CombinedGraphQLErrors.is(error) &&
    error.errors.some((each) => each.extensions?.code === 'UNAUTHENTICATED')
  if (isOver) forgetSession()
})

const events = createClient({ url: address, headers: readHeaders })
const subscribe = new ApolloLink(
  ({ query, variables, operationName }) =>
    new Observable((sink) =>
      events.subscribe(
        { query: print(query), variables, operationName },
        {
          next: (result) => sink.next(result as ApolloLink.Result),
          error: (error) => sink.error(error),
          complete: () => sink.complete(),
        },
      ),
    ),
)

/** The client of the whole page. Every type has an `id`, so the cache needs no key of its own. */
export const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    subscribe,
    ApolloLink.from([endSession, addToken, new HttpLink({ uri: address })]),
  ),
})
