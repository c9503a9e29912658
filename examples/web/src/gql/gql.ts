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
    "fragment InvoiceRow on Invoice {\n  id\n  number\n  status\n  total\n  dueOn\n  customer {\n    id\n    name\n  }\n}\n\nquery Invoices(\n  $first: Int\n  $after: String\n  $last: Int\n  $before: String\n  $where: InvoiceFilter\n  $search: String\n) {\n  invoices(\n    first: $first\n    after: $after\n    last: $last\n    before: $before\n    where: $where\n    search: $search\n    orderBy: [{ number: ASC }]\n  ) {\n    totalCount\n    nodes {\n      ...InvoiceRow\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n  }\n}\n\nquery Invoice($id: ID!) {\n  invoice(id: $id) {\n    ...InvoiceRow\n    _version\n    note\n    document {\n      id\n      filename\n      size\n      url\n    }\n    transitions {\n      to\n      allowed\n      reason\n    }\n    items(first: 100, orderBy: [{ position: ASC }]) {\n      nodes {\n        id\n        description\n        quantity\n        unitPrice\n      }\n    }\n  }\n}\n\nquery Customers {\n  customers(first: 100, orderBy: [{ name: ASC }]) {\n    nodes {\n      id\n      name\n    }\n  }\n}\n\nmutation CreateInvoice($input: InvoiceCreateInput!) {\n  createInvoice(input: $input) {\n    ...InvoiceRow\n  }\n}\n\nmutation MoveInvoice($id: ID!, $to: InvoiceTarget!, $version: Int!) {\n  transitionInvoice(id: $id, to: $to, ifVersion: $version) {\n    ...InvoiceRow\n    _version\n    transitions {\n      to\n      allowed\n      reason\n    }\n  }\n}\n\nmutation AttachDocument($id: ID!, $document: ID!) {\n  updateInvoice(id: $id, input: { document: $document }) {\n    id\n    _version\n    document {\n      id\n      filename\n      size\n      url\n    }\n  }\n}\n\nsubscription InvoiceChanged {\n  invoiceChanged {\n    kind\n    id\n    cursor\n    node {\n      ...InvoiceRow\n    }\n  }\n}\n": typeof types.InvoiceRowFragmentDoc,
};
const documents: Documents = {
    "fragment InvoiceRow on Invoice {\n  id\n  number\n  status\n  total\n  dueOn\n  customer {\n    id\n    name\n  }\n}\n\nquery Invoices(\n  $first: Int\n  $after: String\n  $last: Int\n  $before: String\n  $where: InvoiceFilter\n  $search: String\n) {\n  invoices(\n    first: $first\n    after: $after\n    last: $last\n    before: $before\n    where: $where\n    search: $search\n    orderBy: [{ number: ASC }]\n  ) {\n    totalCount\n    nodes {\n      ...InvoiceRow\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n  }\n}\n\nquery Invoice($id: ID!) {\n  invoice(id: $id) {\n    ...InvoiceRow\n    _version\n    note\n    document {\n      id\n      filename\n      size\n      url\n    }\n    transitions {\n      to\n      allowed\n      reason\n    }\n    items(first: 100, orderBy: [{ position: ASC }]) {\n      nodes {\n        id\n        description\n        quantity\n        unitPrice\n      }\n    }\n  }\n}\n\nquery Customers {\n  customers(first: 100, orderBy: [{ name: ASC }]) {\n    nodes {\n      id\n      name\n    }\n  }\n}\n\nmutation CreateInvoice($input: InvoiceCreateInput!) {\n  createInvoice(input: $input) {\n    ...InvoiceRow\n  }\n}\n\nmutation MoveInvoice($id: ID!, $to: InvoiceTarget!, $version: Int!) {\n  transitionInvoice(id: $id, to: $to, ifVersion: $version) {\n    ...InvoiceRow\n    _version\n    transitions {\n      to\n      allowed\n      reason\n    }\n  }\n}\n\nmutation AttachDocument($id: ID!, $document: ID!) {\n  updateInvoice(id: $id, input: { document: $document }) {\n    id\n    _version\n    document {\n      id\n      filename\n      size\n      url\n    }\n  }\n}\n\nsubscription InvoiceChanged {\n  invoiceChanged {\n    kind\n    id\n    cursor\n    node {\n      ...InvoiceRow\n    }\n  }\n}\n": types.InvoiceRowFragmentDoc,
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
export function graphql(source: "fragment InvoiceRow on Invoice {\n  id\n  number\n  status\n  total\n  dueOn\n  customer {\n    id\n    name\n  }\n}\n\nquery Invoices(\n  $first: Int\n  $after: String\n  $last: Int\n  $before: String\n  $where: InvoiceFilter\n  $search: String\n) {\n  invoices(\n    first: $first\n    after: $after\n    last: $last\n    before: $before\n    where: $where\n    search: $search\n    orderBy: [{ number: ASC }]\n  ) {\n    totalCount\n    nodes {\n      ...InvoiceRow\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n  }\n}\n\nquery Invoice($id: ID!) {\n  invoice(id: $id) {\n    ...InvoiceRow\n    _version\n    note\n    document {\n      id\n      filename\n      size\n      url\n    }\n    transitions {\n      to\n      allowed\n      reason\n    }\n    items(first: 100, orderBy: [{ position: ASC }]) {\n      nodes {\n        id\n        description\n        quantity\n        unitPrice\n      }\n    }\n  }\n}\n\nquery Customers {\n  customers(first: 100, orderBy: [{ name: ASC }]) {\n    nodes {\n      id\n      name\n    }\n  }\n}\n\nmutation CreateInvoice($input: InvoiceCreateInput!) {\n  createInvoice(input: $input) {\n    ...InvoiceRow\n  }\n}\n\nmutation MoveInvoice($id: ID!, $to: InvoiceTarget!, $version: Int!) {\n  transitionInvoice(id: $id, to: $to, ifVersion: $version) {\n    ...InvoiceRow\n    _version\n    transitions {\n      to\n      allowed\n      reason\n    }\n  }\n}\n\nmutation AttachDocument($id: ID!, $document: ID!) {\n  updateInvoice(id: $id, input: { document: $document }) {\n    id\n    _version\n    document {\n      id\n      filename\n      size\n      url\n    }\n  }\n}\n\nsubscription InvoiceChanged {\n  invoiceChanged {\n    kind\n    id\n    cursor\n    node {\n      ...InvoiceRow\n    }\n  }\n}\n"): (typeof documents)["fragment InvoiceRow on Invoice {\n  id\n  number\n  status\n  total\n  dueOn\n  customer {\n    id\n    name\n  }\n}\n\nquery Invoices(\n  $first: Int\n  $after: String\n  $last: Int\n  $before: String\n  $where: InvoiceFilter\n  $search: String\n) {\n  invoices(\n    first: $first\n    after: $after\n    last: $last\n    before: $before\n    where: $where\n    search: $search\n    orderBy: [{ number: ASC }]\n  ) {\n    totalCount\n    nodes {\n      ...InvoiceRow\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n  }\n}\n\nquery Invoice($id: ID!) {\n  invoice(id: $id) {\n    ...InvoiceRow\n    _version\n    note\n    document {\n      id\n      filename\n      size\n      url\n    }\n    transitions {\n      to\n      allowed\n      reason\n    }\n    items(first: 100, orderBy: [{ position: ASC }]) {\n      nodes {\n        id\n        description\n        quantity\n        unitPrice\n      }\n    }\n  }\n}\n\nquery Customers {\n  customers(first: 100, orderBy: [{ name: ASC }]) {\n    nodes {\n      id\n      name\n    }\n  }\n}\n\nmutation CreateInvoice($input: InvoiceCreateInput!) {\n  createInvoice(input: $input) {\n    ...InvoiceRow\n  }\n}\n\nmutation MoveInvoice($id: ID!, $to: InvoiceTarget!, $version: Int!) {\n  transitionInvoice(id: $id, to: $to, ifVersion: $version) {\n    ...InvoiceRow\n    _version\n    transitions {\n      to\n      allowed\n      reason\n    }\n  }\n}\n\nmutation AttachDocument($id: ID!, $document: ID!) {\n  updateInvoice(id: $id, input: { document: $document }) {\n    id\n    _version\n    document {\n      id\n      filename\n      size\n      url\n    }\n  }\n}\n\nsubscription InvoiceChanged {\n  invoiceChanged {\n    kind\n    id\n    cursor\n    node {\n      ...InvoiceRow\n    }\n  }\n}\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;