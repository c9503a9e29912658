// Apollo Client with an endless list: pages that are fetched one after another become one list in the cache.
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client'
import { relayStylePagination } from '@apollo/client/utilities'

/** A client whose lists of invoices grow by `fetchMore`; other conditions or another order make another list. */
export function createApollo(url: string, token: string): ApolloClient {
  const invoices = relayStylePagination(['where', 'orderBy', 'search', 'deleted'])
  return new ApolloClient({
    link: new HttpLink({ uri: url, headers: { authorization: `Bearer ${token}` } }),
    cache: new InMemoryCache({ typePolicies: { Query: { fields: { invoices } } } }),
  })
}
