/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Conditions on a value of type BigInt; several are all meant */
export type BigIntFilter = {
  /** Equal to */
  eq?: string | null | undefined;
  /** Greater than */
  gt?: string | null | undefined;
  /** Greater than or equal to */
  gte?: string | null | undefined;
  /** Equal to one of these, at most 1,000 */
  in?: Array<string> | null | undefined;
  /** Whether there is no value */
  isNull?: boolean | null | undefined;
  /** Less than */
  lt?: string | null | undefined;
  /** Less than or equal to */
  lte?: string | null | undefined;
  /** Not equal to; null counts as different */
  neq?: string | null | undefined;
  /** Equal to none of these; null is none of them */
  notIn?: Array<string> | null | undefined;
};

/** Conditions on a value of type Boolean; several are all meant */
export type BooleanFilter = {
  /** Equal to */
  eq?: boolean | null | undefined;
  /** Equal to one of these, at most 1,000 */
  in?: Array<boolean> | null | undefined;
  /** Whether there is no value */
  isNull?: boolean | null | undefined;
  /** Not equal to; null counts as different */
  neq?: boolean | null | undefined;
  /** Equal to none of these; null is none of them */
  notIn?: Array<boolean> | null | undefined;
};

/** What happened to a record, as far as the conditions and your permissions show it */
export type ChangeKind =
  /** It was made or restored, or came into sight */
  | 'CREATED'
  /** It was deleted, or left your sight */
  | 'DELETED'
  /** It was changed and can still be seen */
  | 'UPDATED';

/** Conditions on customer; several are all meant, {} is always true */
export type CustomerFilter = {
  /** Condition on address */
  address?: JsonFilter | null | undefined;
  /** All of these; an empty list is true */
  and?: Array<CustomerFilter> | null | undefined;
  /** Condition on created_at */
  createdAt?: DateTimeFilter | null | undefined;
  /** Condition on email */
  email?: StringFilter | null | undefined;
  /** Condition on id */
  id?: IdFilter | null | undefined;
  /** Condition on the invoice rows that are visible behind it */
  invoices?: InvoiceListFilter | null | undefined;
  /** Condition on is_active */
  isActive?: BooleanFilter | null | undefined;
  /** Condition on name */
  name?: StringFilter | null | undefined;
  /** Not this */
  not?: CustomerFilter | null | undefined;
  /** At least one of these; an empty list is false */
  or?: Array<CustomerFilter> | null | undefined;
};

/** Conditions on a value of type Date; several are all meant */
export type DateFilter = {
  /** Equal to */
  eq?: string | null | undefined;
  /** Greater than */
  gt?: string | null | undefined;
  /** Greater than or equal to */
  gte?: string | null | undefined;
  /** Equal to one of these, at most 1,000 */
  in?: Array<string> | null | undefined;
  /** Whether there is no value */
  isNull?: boolean | null | undefined;
  /** Less than */
  lt?: string | null | undefined;
  /** Less than or equal to */
  lte?: string | null | undefined;
  /** Not equal to; null counts as different */
  neq?: string | null | undefined;
  /** Equal to none of these; null is none of them */
  notIn?: Array<string> | null | undefined;
};

/** Conditions on a value of type DateTime; several are all meant */
export type DateTimeFilter = {
  /** Equal to */
  eq?: string | null | undefined;
  /** Greater than */
  gt?: string | null | undefined;
  /** Greater than or equal to */
  gte?: string | null | undefined;
  /** Equal to one of these, at most 1,000 */
  in?: Array<string> | null | undefined;
  /** Whether there is no value */
  isNull?: boolean | null | undefined;
  /** Less than */
  lt?: string | null | undefined;
  /** Less than or equal to */
  lte?: string | null | undefined;
  /** Not equal to; null counts as different */
  neq?: string | null | undefined;
  /** Equal to none of these; null is none of them */
  notIn?: Array<string> | null | undefined;
};

/** Conditions on a value of type Decimal; several are all meant */
export type DecimalFilter = {
  /** Equal to */
  eq?: string | null | undefined;
  /** Greater than */
  gt?: string | null | undefined;
  /** Greater than or equal to */
  gte?: string | null | undefined;
  /** Equal to one of these, at most 1,000 */
  in?: Array<string> | null | undefined;
  /** Whether there is no value */
  isNull?: boolean | null | undefined;
  /** Less than */
  lt?: string | null | undefined;
  /** Less than or equal to */
  lte?: string | null | undefined;
  /** Not equal to; null counts as different */
  neq?: string | null | undefined;
  /** Equal to none of these; null is none of them */
  notIn?: Array<string> | null | undefined;
};

/** Conditions on a value of type ID; several are all meant */
export type FileFilter = {
  /** Whether there is no value */
  isNull?: boolean | null | undefined;
};

/** Conditions on a value of type Float; several are all meant */
export type FloatFilter = {
  /** Equal to */
  eq?: number | null | undefined;
  /** Greater than */
  gt?: number | null | undefined;
  /** Greater than or equal to */
  gte?: number | null | undefined;
  /** Equal to one of these, at most 1,000 */
  in?: Array<number> | null | undefined;
  /** Whether there is no value */
  isNull?: boolean | null | undefined;
  /** Less than */
  lt?: number | null | undefined;
  /** Less than or equal to */
  lte?: number | null | undefined;
  /** Not equal to; null counts as different */
  neq?: number | null | undefined;
  /** Equal to none of these; null is none of them */
  notIn?: Array<number> | null | undefined;
};

/** Conditions on a value of type ID; several are all meant */
export type IdFilter = {
  /** Equal to */
  eq?: string | number | null | undefined;
  /** Equal to one of these, at most 1,000 */
  in?: Array<string | number> | null | undefined;
  /** Whether there is no value */
  isNull?: boolean | null | undefined;
  /** Not equal to; null counts as different */
  neq?: string | number | null | undefined;
  /** Equal to none of these; null is none of them */
  notIn?: Array<string | number> | null | undefined;
};

/** Conditions on a value of type Int; several are all meant */
export type IntFilter = {
  /** Equal to */
  eq?: number | null | undefined;
  /** Greater than */
  gt?: number | null | undefined;
  /** Greater than or equal to */
  gte?: number | null | undefined;
  /** Equal to one of these, at most 1,000 */
  in?: Array<number> | null | undefined;
  /** Whether there is no value */
  isNull?: boolean | null | undefined;
  /** Less than */
  lt?: number | null | undefined;
  /** Less than or equal to */
  lte?: number | null | undefined;
  /** Not equal to; null counts as different */
  neq?: number | null | undefined;
  /** Equal to none of these; null is none of them */
  notIn?: Array<number> | null | undefined;
};

/** What a new invoice is made of */
export type InvoiceCreateInput = {
  /** The customer billed */
  customerId: string | number;
  /** The bill as a file */
  document?: string | number | null | undefined;
  /** The last day to pay */
  dueOn?: string | null | undefined;
  /** The invoice_item rows that belong to it; absent or null changes none */
  items?: InvoiceItemsRelationInput | null | undefined;
  /** Words to the customer */
  note?: string | null | undefined;
  /** The number printed on the bill */
  number: string;
  /** When the bill went out */
  sentAt?: string | null | undefined;
  /** Where the bill stands (when absent: "draft") */
  status?: InvoiceStatusEnum | null | undefined;
  /** The tag rows that belong to it; absent or null changes none */
  tags?: InvoiceTagsRelationInput | null | undefined;
};

/** Conditions on invoice; several are all meant, {} is always true */
export type InvoiceFilter = {
  /** All of these; an empty list is true */
  and?: Array<InvoiceFilter> | null | undefined;
  /** Condition on created_at */
  createdAt?: DateTimeFilter | null | undefined;
  /** Holds when there is a visible customer and this holds for it; {} asks for no more than that there is one */
  customer?: CustomerFilter | null | undefined;
  /** Condition on customer_id */
  customerId?: IdFilter | null | undefined;
  /** Condition on document */
  document?: FileFilter | null | undefined;
  /** Condition on due_on */
  dueOn?: DateFilter | null | undefined;
  /** Condition on id */
  id?: IdFilter | null | undefined;
  /** Condition on the invoice_item rows that are visible behind it */
  items?: InvoiceItemListFilter | null | undefined;
  /** Not this */
  not?: InvoiceFilter | null | undefined;
  /** Condition on note */
  note?: StringFilter | null | undefined;
  /** Condition on number */
  number?: StringFilter | null | undefined;
  /** At least one of these; an empty list is false */
  or?: Array<InvoiceFilter> | null | undefined;
  /** Condition on sent_at */
  sentAt?: DateTimeFilter | null | undefined;
  /** Condition on status */
  status?: InvoiceStatusEnumFilter | null | undefined;
  /** Condition on the tag rows that are visible behind it */
  tags?: TagListFilter | null | undefined;
  /** Condition on total */
  total?: DecimalFilter | null | undefined;
  /** Condition on updated_at */
  updatedAt?: DateTimeFilter | null | undefined;
};

/** Conditions on invoice_item; several are all meant, {} is always true */
export type InvoiceItemFilter = {
  /** All of these; an empty list is true */
  and?: Array<InvoiceItemFilter> | null | undefined;
  /** Condition on description */
  description?: StringFilter | null | undefined;
  /** Condition on id */
  id?: IdFilter | null | undefined;
  /** Holds when there is a visible invoice and this holds for it; {} asks for no more than that there is one */
  invoice?: InvoiceFilter | null | undefined;
  /** Condition on invoice_id */
  invoiceId?: IdFilter | null | undefined;
  /** Not this */
  not?: InvoiceItemFilter | null | undefined;
  /** At least one of these; an empty list is false */
  or?: Array<InvoiceItemFilter> | null | undefined;
  /** Condition on position */
  position?: IntFilter | null | undefined;
  /** Holds when there is a visible product and this holds for it; {} asks for no more than that there is one */
  product?: ProductFilter | null | undefined;
  /** Condition on product_sku */
  productSku?: IdFilter | null | undefined;
  /** Condition on quantity */
  quantity?: IntFilter | null | undefined;
  /** Condition on unit_price */
  unitPrice?: DecimalFilter | null | undefined;
};

/** Conditions on a list of invoice_item, of which only visible rows count; several are all meant */
export type InvoiceItemListFilter = {
  /** How many there are */
  count?: IntFilter | null | undefined;
  /** Holds for each one; true when there are none */
  every?: InvoiceItemFilter | null | undefined;
  /** Holds for not a single one */
  none?: InvoiceItemFilter | null | undefined;
  /** Holds for at least one */
  some?: InvoiceItemFilter | null | undefined;
};

/** One invoice_item of the invoice: with id one that exists, without a new one */
export type InvoiceItemsNestedRow = {
  /** true: the row is new and shall have the id that is given */
  create?: boolean | null | undefined;
  /** true: take the row out; needs its id and nothing else */
  delete?: boolean | null | undefined;
  /** What is billed */
  description?: string | null | undefined;
  /** The key of the invoice_item: of one that belongs here already; absent for a new one */
  id?: string | number | null | undefined;
  /** Its place on the bill */
  position?: number | null | undefined;
  /** The product sold */
  productSku?: string | number | null | undefined;
  /** How many */
  quantity?: number | null | undefined;
  /** The price of one */
  unitPrice?: string | null | undefined;
};

/** Rows of the relation invoice.items */
export type InvoiceItemsRelationInput = {
  /** The invoice_item rows */
  data: Array<InvoiceItemsNestedRow>;
  /** What becomes of the other rows; DIFF when absent */
  mode?: WriteMode | null | undefined;
};

/** Conditions on a list of invoice, of which only visible rows count; several are all meant */
export type InvoiceListFilter = {
  /** How many there are */
  count?: IntFilter | null | undefined;
  /** Holds for each one; true when there are none */
  every?: InvoiceFilter | null | undefined;
  /** Holds for not a single one */
  none?: InvoiceFilter | null | undefined;
  /** Holds for at least one */
  some?: InvoiceFilter | null | undefined;
};

/** Values of status on invoice */
export type InvoiceStatusEnum =
  /** Stored as "draft" */
  | 'DRAFT'
  /** Stored as "paid" */
  | 'PAID'
  /** Stored as "sent" */
  | 'SENT'
  /** Stored as "void" */
  | 'VOID';

/** Conditions on a value of type InvoiceStatusEnum; several are all meant */
export type InvoiceStatusEnumFilter = {
  /** Equal to */
  eq?: InvoiceStatusEnum | null | undefined;
  /** Equal to one of these, at most 1,000 */
  in?: Array<InvoiceStatusEnum> | null | undefined;
  /** Whether there is no value */
  isNull?: boolean | null | undefined;
  /** Not equal to; null counts as different */
  neq?: InvoiceStatusEnum | null | undefined;
  /** Equal to none of these; null is none of them */
  notIn?: Array<InvoiceStatusEnum> | null | undefined;
};

/** One tag of the invoice: with id one that exists, without a new one */
export type InvoiceTagsNestedRow = {
  /** true: take the row out; needs its id and nothing else */
  delete?: boolean | null | undefined;
  /** The key of the tag: of the one to link, which the other fields change; absent for a new one */
  id?: string | number | null | undefined;
};

/** Rows of the relation invoice.tags */
export type InvoiceTagsRelationInput = {
  /** The tag rows */
  data: Array<InvoiceTagsNestedRow>;
  /** What becomes of the other rows; DIFF when absent */
  mode?: WriteMode | null | undefined;
};

/** States that a transition of invoice leads to */
export type InvoiceTarget =
  /** Stored as "paid" */
  | 'PAID'
  /** Stored as "sent" */
  | 'SENT'
  /** Stored as "void" */
  | 'VOID';

/** Conditions on a value of type JSON; several are all meant */
export type JsonFilter = {
  /** Has this in it; texts literally and case-sensitively */
  contains?: unknown;
  /** Whether there is no value */
  isNull?: boolean | null | undefined;
  /** A condition on what stands at one place of the value */
  path?: JsonPathFilter | null | undefined;
};

/** Conditions on what stands at one place of a JSON value; several are all meant */
export type JsonPathFilter = {
  /** Where it stands: keys, and positions in lists counted from 0, such as ["lines", "0", "street"] */
  at: Array<string>;
  /** Equal to */
  eq?: unknown;
  /** Greater than */
  gt?: unknown;
  /** Greater than or equal to */
  gte?: unknown;
  /** Equal to one of these, at most 1,000 */
  in?: Array<unknown> | null | undefined;
  /** Whether there is no value */
  isNull?: boolean | null | undefined;
  /** Less than */
  lt?: unknown;
  /** Less than or equal to */
  lte?: unknown;
  /** Not equal to; null counts as different */
  neq?: unknown;
};

/** Conditions on product; several are all meant, {} is always true */
export type ProductFilter = {
  /** All of these; an empty list is true */
  and?: Array<ProductFilter> | null | undefined;
  /** Condition on sku */
  id?: IdFilter | null | undefined;
  /** Condition on the invoice_item rows that are visible behind it */
  items?: InvoiceItemListFilter | null | undefined;
  /** Not this */
  not?: ProductFilter | null | undefined;
  /** Condition on opens_at */
  opensAt?: TimeFilter | null | undefined;
  /** At least one of these; an empty list is false */
  or?: Array<ProductFilter> | null | undefined;
  /** Condition on price */
  price?: DecimalFilter | null | undefined;
  /** Condition on slug */
  slug?: StringFilter | null | undefined;
  /** Condition on stock */
  stock?: BigIntFilter | null | undefined;
  /** Condition on title */
  title?: StringFilter | null | undefined;
  /** Condition on weight */
  weight?: FloatFilter | null | undefined;
};

/** Conditions on a value of type String; several are all meant */
export type StringFilter = {
  /** Has this in it; texts literally and case-sensitively */
  contains?: string | null | undefined;
  /** Ends with this text, literally and case-sensitively */
  endsWith?: string | null | undefined;
  /** Equal to */
  eq?: string | null | undefined;
  /** Has this text in it, literally, whatever the case of letters */
  icontains?: string | null | undefined;
  /** Ends with this text, literally, whatever the case of letters */
  iendsWith?: string | null | undefined;
  /** Equal to this text whatever the case of letters */
  ieq?: string | null | undefined;
  /** Matches the pattern of like whatever the case of letters */
  ilike?: string | null | undefined;
  /** Equal to one of these, at most 1,000 */
  in?: Array<string> | null | undefined;
  /** Whether there is no value */
  isNull?: boolean | null | undefined;
  /** Begins with this text, literally, whatever the case of letters */
  istartsWith?: string | null | undefined;
  /** Matches the pattern: % is any text, _ any character, \ takes the next one literally */
  like?: string | null | undefined;
  /** Not equal to; null counts as different */
  neq?: string | null | undefined;
  /** Equal to none of these; null is none of them */
  notIn?: Array<string> | null | undefined;
  /** Begins with this text, literally and case-sensitively */
  startsWith?: string | null | undefined;
};

/** Conditions on tag; several are all meant, {} is always true */
export type TagFilter = {
  /** All of these; an empty list is true */
  and?: Array<TagFilter> | null | undefined;
  /** Condition on id */
  id?: IdFilter | null | undefined;
  /** Condition on the invoice rows that are visible behind it */
  invoices?: InvoiceListFilter | null | undefined;
  /** Condition on label */
  label?: StringFilter | null | undefined;
  /** Not this */
  not?: TagFilter | null | undefined;
  /** At least one of these; an empty list is false */
  or?: Array<TagFilter> | null | undefined;
};

/** Conditions on a list of tag, of which only visible rows count; several are all meant */
export type TagListFilter = {
  /** How many there are */
  count?: IntFilter | null | undefined;
  /** Holds for each one; true when there are none */
  every?: TagFilter | null | undefined;
  /** Holds for not a single one */
  none?: TagFilter | null | undefined;
  /** Holds for at least one */
  some?: TagFilter | null | undefined;
};

/** Conditions on a value of type Time; several are all meant */
export type TimeFilter = {
  /** Equal to */
  eq?: string | null | undefined;
  /** Greater than */
  gt?: string | null | undefined;
  /** Greater than or equal to */
  gte?: string | null | undefined;
  /** Equal to one of these, at most 1,000 */
  in?: Array<string> | null | undefined;
  /** Whether there is no value */
  isNull?: boolean | null | undefined;
  /** Less than */
  lt?: string | null | undefined;
  /** Less than or equal to */
  lte?: string | null | undefined;
  /** Not equal to; null counts as different */
  neq?: string | null | undefined;
  /** Equal to none of these; null is none of them */
  notIn?: Array<string> | null | undefined;
};

/** What a list of nested rows means for the rows that are there already */
export type WriteMode =
  /** Rows are only added; those with an id stay as they are */
  | 'APPEND'
  /** Rows that are not named stay as they are */
  | 'DIFF'
  /** Rows that are not named are removed */
  | 'REPLACE';

export type InvoiceRowFragment = { id: string, number: string, status: InvoiceStatusEnum, total: string | null, dueOn: string | null, customer: { id: string, name: string } | null };

export type InvoicesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  where?: InvoiceFilter | null | undefined;
  search?: string | null | undefined;
}>;


export type InvoicesQuery = { invoices: { totalCount: number, nodes: Array<{ id: string, number: string, status: InvoiceStatusEnum, total: string | null, dueOn: string | null, customer: { id: string, name: string } | null }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type InvoiceQueryVariables = Exact<{
  id: string | number;
}>;


export type InvoiceQuery = { invoice: { _version: number, note: string | null, id: string, number: string, status: InvoiceStatusEnum, total: string | null, dueOn: string | null, document: { id: string, filename: string, size: number, url: string } | null, transitions: Array<{ to: InvoiceTarget, allowed: boolean, reason: string | null }>, items: { nodes: Array<{ id: string, description: string, quantity: number, unitPrice: string }> }, customer: { id: string, name: string } | null } | null };

export type CustomersQueryVariables = Exact<{ [key: string]: never; }>;


export type CustomersQuery = { customers: { nodes: Array<{ id: string, name: string }> } };

export type CreateInvoiceMutationVariables = Exact<{
  input: InvoiceCreateInput;
}>;


export type CreateInvoiceMutation = { createInvoice: { id: string, number: string, status: InvoiceStatusEnum, total: string | null, dueOn: string | null, customer: { id: string, name: string } | null } | null };

export type MoveInvoiceMutationVariables = Exact<{
  id: string | number;
  to: InvoiceTarget;
  version: number;
}>;


export type MoveInvoiceMutation = { transitionInvoice: { _version: number, id: string, number: string, status: InvoiceStatusEnum, total: string | null, dueOn: string | null, transitions: Array<{ to: InvoiceTarget, allowed: boolean, reason: string | null }>, customer: { id: string, name: string } | null } | null };

export type AttachDocumentMutationVariables = Exact<{
  id: string | number;
  document: string | number;
}>;


export type AttachDocumentMutation = { updateInvoice: { id: string, _version: number, document: { id: string, filename: string, size: number, url: string } | null } | null };

export type InvoiceChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type InvoiceChangedSubscription = { invoiceChanged: { kind: ChangeKind, id: string, cursor: string, node: { id: string, number: string, status: InvoiceStatusEnum, total: string | null, dueOn: string | null, customer: { id: string, name: string } | null } | null } };

export const InvoiceRowFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvoiceRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Invoice"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"dueOn"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<InvoiceRowFragment, unknown>;
export const InvoicesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Invoices"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"last"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"before"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"where"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"InvoiceFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"search"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invoices"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"last"},"value":{"kind":"Variable","name":{"kind":"Name","value":"last"}}},{"kind":"Argument","name":{"kind":"Name","value":"before"},"value":{"kind":"Variable","name":{"kind":"Name","value":"before"}}},{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"Variable","name":{"kind":"Name","value":"where"}}},{"kind":"Argument","name":{"kind":"Name","value":"search"},"value":{"kind":"Variable","name":{"kind":"Name","value":"search"}}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"number"},"value":{"kind":"EnumValue","value":"ASC"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InvoiceRow"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvoiceRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Invoice"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"dueOn"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<InvoicesQuery, InvoicesQueryVariables>;
export const InvoiceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Invoice"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invoice"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InvoiceRow"}},{"kind":"Field","name":{"kind":"Name","value":"_version"}},{"kind":"Field","name":{"kind":"Name","value":"note"}},{"kind":"Field","name":{"kind":"Name","value":"document"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"filename"}},{"kind":"Field","name":{"kind":"Name","value":"size"}},{"kind":"Field","name":{"kind":"Name","value":"url"}}]}},{"kind":"Field","name":{"kind":"Name","value":"transitions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"to"}},{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"items"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"position"},"value":{"kind":"EnumValue","value":"ASC"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"unitPrice"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvoiceRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Invoice"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"dueOn"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<InvoiceQuery, InvoiceQueryVariables>;
export const CustomersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Customers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"EnumValue","value":"ASC"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]} as unknown as DocumentNode<CustomersQuery, CustomersQueryVariables>;
export const CreateInvoiceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateInvoice"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"InvoiceCreateInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createInvoice"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InvoiceRow"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvoiceRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Invoice"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"dueOn"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<CreateInvoiceMutation, CreateInvoiceMutationVariables>;
export const MoveInvoiceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"MoveInvoice"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"to"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"InvoiceTarget"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"version"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"transitionInvoice"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"to"},"value":{"kind":"Variable","name":{"kind":"Name","value":"to"}}},{"kind":"Argument","name":{"kind":"Name","value":"ifVersion"},"value":{"kind":"Variable","name":{"kind":"Name","value":"version"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InvoiceRow"}},{"kind":"Field","name":{"kind":"Name","value":"_version"}},{"kind":"Field","name":{"kind":"Name","value":"transitions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"to"}},{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvoiceRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Invoice"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"dueOn"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<MoveInvoiceMutation, MoveInvoiceMutationVariables>;
export const AttachDocumentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AttachDocument"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"document"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateInvoice"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"document"},"value":{"kind":"Variable","name":{"kind":"Name","value":"document"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"_version"}},{"kind":"Field","name":{"kind":"Name","value":"document"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"filename"}},{"kind":"Field","name":{"kind":"Name","value":"size"}},{"kind":"Field","name":{"kind":"Name","value":"url"}}]}}]}}]}}]} as unknown as DocumentNode<AttachDocumentMutation, AttachDocumentMutationVariables>;
export const InvoiceChangedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"InvoiceChanged"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invoiceChanged"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InvoiceRow"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvoiceRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Invoice"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"dueOn"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<InvoiceChangedSubscription, InvoiceChangedSubscriptionVariables>;