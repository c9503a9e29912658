/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "fragment InvoiceRow on Invoice {\n  id\n  number\n  status\n  total\n  dueOn\n  customer { id name }\n}\n\nquery Invoices($first: Int, $after: String, $last: Int, $before: String, $where: InvoiceFilter, $search: String) {\n  invoices(\n    first: $first\n    after: $after\n    last: $last\n    before: $before\n    where: $where\n    search: $search\n    orderBy: [{ number: ASC }]\n  ) {\n    totalCount\n    nodes { ...InvoiceRow }\n    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }\n  }\n}\n\nquery Invoice($id: ID!) {\n  invoice(id: $id) {\n    ...InvoiceRow\n    _version\n    note\n    document { id filename size url }\n    transitions { to allowed reason }\n    items(first: 100, orderBy: [{ position: ASC }]) {\n      nodes { id description quantity unitPrice }\n    }\n  }\n}\n\nquery Customers {\n  customers(first: 100, orderBy: [{ name: ASC }]) { nodes { id name } }\n}\n\nmutation CreateInvoice($input: InvoiceCreateInput!) {\n  createInvoice(input: $input) { ...InvoiceRow }\n}\n\nmutation MoveInvoice($id: ID!, $to: InvoiceTarget!, $version: Int!) {\n  transitionInvoice(id: $id, to: $to, ifVersion: $version) {\n    ...InvoiceRow\n    _version\n    transitions { to allowed reason }\n  }\n}\n\nmutation AttachDocument($id: ID!, $document: ID!) {\n  updateInvoice(id: $id, input: { document: $document }) {\n    id\n    _version\n    document { id filename size url }\n  }\n}\n\nsubscription InvoiceChanged {\n  invoiceChanged { kind id cursor node { ...InvoiceRow } }\n}\n": typeof types.InvoiceRowFragmentDoc,
};
const documents: Documents = {
    "fragment InvoiceRow on Invoice {\n  id\n  number\n  status\n  total\n  dueOn\n  customer { id name }\n}\n\nquery Invoices($first: Int, $after: String, $last: Int, $before: String, $where: InvoiceFilter, $search: String) {\n  invoices(\n    first: $first\n    after: $after\n    last: $last\n    before: $before\n    where: $where\n    search: $search\n    orderBy: [{ number: ASC }]\n  ) {\n    totalCount\n    nodes { ...InvoiceRow }\n    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }\n  }\n}\n\nquery Invoice($id: ID!) {\n  invoice(id: $id) {\n    ...InvoiceRow\n    _version\n    note\n    document { id filename size url }\n    transitions { to allowed reason }\n    items(first: 100, orderBy: [{ position: ASC }]) {\n      nodes { id description quantity unitPrice }\n    }\n  }\n}\n\nquery Customers {\n  customers(first: 100, orderBy: [{ name: ASC }]) { nodes { id name } }\n}\n\nmutation CreateInvoice($input: InvoiceCreateInput!) {\n  createInvoice(input: $input) { ...InvoiceRow }\n}\n\nmutation MoveInvoice($id: ID!, $to: InvoiceTarget!, $version: Int!) {\n  transitionInvoice(id: $id, to: $to, ifVersion: $version) {\n    ...InvoiceRow\n    _version\n    transitions { to allowed reason }\n  }\n}\n\nmutation AttachDocument($id: ID!, $document: ID!) {\n  updateInvoice(id: $id, input: { document: $document }) {\n    id\n    _version\n    document { id filename size url }\n  }\n}\n\nsubscription InvoiceChanged {\n  invoiceChanged { kind id cursor node { ...InvoiceRow } }\n}\n": types.InvoiceRowFragmentDoc,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment InvoiceRow on Invoice {\n  id\n  number\n  status\n  total\n  dueOn\n  customer { id name }\n}\n\nquery Invoices($first: Int, $after: String, $last: Int, $before: String, $where: InvoiceFilter, $search: String) {\n  invoices(\n    first: $first\n    after: $after\n    last: $last\n    before: $before\n    where: $where\n    search: $search\n    orderBy: [{ number: ASC }]\n  ) {\n    totalCount\n    nodes { ...InvoiceRow }\n    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }\n  }\n}\n\nquery Invoice($id: ID!) {\n  invoice(id: $id) {\n    ...InvoiceRow\n    _version\n    note\n    document { id filename size url }\n    transitions { to allowed reason }\n    items(first: 100, orderBy: [{ position: ASC }]) {\n      nodes { id description quantity unitPrice }\n    }\n  }\n}\n\nquery Customers {\n  customers(first: 100, orderBy: [{ name: ASC }]) { nodes { id name } }\n}\n\nmutation CreateInvoice($input: InvoiceCreateInput!) {\n  createInvoice(input: $input) { ...InvoiceRow }\n}\n\nmutation MoveInvoice($id: ID!, $to: InvoiceTarget!, $version: Int!) {\n  transitionInvoice(id: $id, to: $to, ifVersion: $version) {\n    ...InvoiceRow\n    _version\n    transitions { to allowed reason }\n  }\n}\n\nmutation AttachDocument($id: ID!, $document: ID!) {\n  updateInvoice(id: $id, input: { document: $document }) {\n    id\n    _version\n    document { id filename size url }\n  }\n}\n\nsubscription InvoiceChanged {\n  invoiceChanged { kind id cursor node { ...InvoiceRow } }\n}\n"): (typeof documents)["fragment InvoiceRow on Invoice {\n  id\n  number\n  status\n  total\n  dueOn\n  customer { id name }\n}\n\nquery Invoices($first: Int, $after: String, $last: Int, $before: String, $where: InvoiceFilter, $search: String) {\n  invoices(\n    first: $first\n    after: $after\n    last: $last\n    before: $before\n    where: $where\n    search: $search\n    orderBy: [{ number: ASC }]\n  ) {\n    totalCount\n    nodes { ...InvoiceRow }\n    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }\n  }\n}\n\nquery Invoice($id: ID!) {\n  invoice(id: $id) {\n    ...InvoiceRow\n    _version\n    note\n    document { id filename size url }\n    transitions { to allowed reason }\n    items(first: 100, orderBy: [{ position: ASC }]) {\n      nodes { id description quantity unitPrice }\n    }\n  }\n}\n\nquery Customers {\n  customers(first: 100, orderBy: [{ name: ASC }]) { nodes { id name } }\n}\n\nmutation CreateInvoice($input: InvoiceCreateInput!) {\n  createInvoice(input: $input) { ...InvoiceRow }\n}\n\nmutation MoveInvoice($id: ID!, $to: InvoiceTarget!, $version: Int!) {\n  transitionInvoice(id: $id, to: $to, ifVersion: $version) {\n    ...InvoiceRow\n    _version\n    transitions { to allowed reason }\n  }\n}\n\nmutation AttachDocument($id: ID!, $document: ID!) {\n  updateInvoice(id: $id, input: { document: $document }) {\n    id\n    _version\n    document { id filename size url }\n  }\n}\n\nsubscription InvoiceChanged {\n  invoiceChanged { kind id cursor node { ...InvoiceRow } }\n}\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;