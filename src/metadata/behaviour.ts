// What an entity's rules and state machine come to: compiled once per registry, asked with every write.
import type { Environment } from './expression/expression.ts'
import type { Field } from './field.ts'
import type { RelationEnd } from './relation-end.ts'
import type { Value } from './value.ts'

export type Hook = 'before_write' | 'after_write' | 'before_delete'

/** Related rows that a rule looks at, as `related.<name>`: live ones, where each field of `filter` has one of its values. */
export type Load = Readonly<{ name: string; end: RelationEnd; filter: ReadonlyMap<string, readonly Value[]> }>

/** One field or expression rule. */
export type Check = Readonly<{
  /** The rule's name, or its id when it has none; stands in errors. */
  rule: string
  field?: string
  message: string
  stopOnFail: boolean
  /** Whether it reads a computed field, and so is asked after those are made. */
  isLate: boolean
  usesNow: boolean
  loads: readonly Load[]
  /** Whether the record breaks the rule. */
  isBroken(environment: Environment): boolean
}>

/** A field that is made of others. */
export type Computed = Readonly<{
  rule: string
  field: Field
  usesNow: boolean
  loads: readonly Load[]
  compute(environment: Environment): Value
}>

export type Action =
  | Readonly<{ kind: 'set_field'; field: Field; usesNow: boolean; value(environment: Environment): Value }>
  | Readonly<{
      kind: 'create_record'
      entity: string
      usesNow: boolean
      values(environment: Environment): Readonly<Record<string, unknown>>
    }>
  | Readonly<{
      kind: 'send_event'
      event: string
      usesNow: boolean
      payload(environment: Environment): Readonly<Record<string, unknown>>
    }>
  /** Goes to the outbox with its definition as it is; whoever delivers it reads it. */
  | Readonly<{ kind: 'webhook'; definition: Readonly<Record<string, unknown>> }>

export type Transition = Readonly<{
  from: readonly string[]
  to: string
  /** Lower case; an empty list means anyone who may update. */
  roles: readonly string[]
  usesNow: boolean
  loads: readonly Load[]
  /** The guard's text, for messages. */
  guard?: string
  isAllowed(environment: Environment): boolean
  actions: readonly Action[]
}>

export type Machine = Readonly<{
  field: Field
  initial: string
  /** The initial state first, then in the order of the transitions. */
  states: readonly string[]
  transitions: readonly Transition[]
}>

export type Behaviour = Readonly<{
  /** In order: by priority, the lowest first, then as they were defined. */
  checks: Readonly<Record<Hook, readonly Check[]>>
  /** In an order in which none reads one behind it. */
  computed: readonly Computed[]
  machine?: Machine
  /** Relations of this entity to records that have computed fields which read this entity's rows. */
  dependents: readonly RelationEnd[]
}>

/** The behaviour of an entity without rules and machine. */
export const noBehaviour: Behaviour = Object.freeze({
  checks: { before_write: [], after_write: [], before_delete: [] },
  computed: [],
  dependents: [],
})
