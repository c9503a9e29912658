// What a workflow comes to: compiled once per registry, walked step by step by every instance.
import type { Action } from './behaviour.ts'
import type { Environment } from './expression/expression.ts'
import type { Field } from './field.ts'
import type { Value } from './value.ts'
import type { Workflow } from './workflow.ts'

/** Who decides an approval: one user by id, or everyone who has a role. */
export type Decider = Readonly<{ kind: 'user' | 'role'; name: string }>

/** What one action of a step asks for; its values see `trigger`, `context`, `record`, `user` and `now`. */
export type FlowAction =
  | Readonly<{
      kind: 'set_field'
      entity: string
      field: Field
      /** The key of the record; absent when it is the workflow's own. */
      findRecord?(environment: Environment): Value
      value(environment: Environment): Value
    }>
  | Exclude<Action, { kind: 'set_field' }>

/** One step; times are in seconds, `end` stands for the end. */
export type FlowStep =
  | Readonly<{ kind: 'action'; actions: readonly FlowAction[]; next: string }>
  | Readonly<{
      kind: 'condition'
      holds(environment: Environment): boolean
      onTrue: string
      onFalse: string
    }>
  | Readonly<{
      kind: 'approval'
      /** Undefined when the place that should name a user is empty. */
      findDecider(environment: Environment): Decider | undefined
      fourEyes: boolean
      timeout?: number
      onApprove: string
      onReject: string
      onTimeout: string
    }>
  | Readonly<{
      kind: 'wait'
      /** What ends the wait: so many seconds, or an event about the record, or about anything. */
      until: Readonly<{ seconds: number } | { event: string; aboutAny: boolean; timeout?: number }>
      next: string
      onTimeout: string
    }>
  | Readonly<{ kind: 'parallel'; mode: 'all' | 'any'; branches: readonly string[]; next: string }>

/** A workflow that fits the entities. */
export type Flow = Readonly<{
  workflow: Workflow
  /** The definition as it is written, which instances keep. */
  text: string
  /** Makes `context` of what started the instance. */
  makeContext(environment: Environment): Readonly<Record<string, Value>>
  first: string
  steps: ReadonlyMap<string, FlowStep>
}>

/** The active workflows of an app, by what starts them; `state_change` ones stand by their entity. */
export type Flows = Readonly<{
  byEntity: ReadonlyMap<string, readonly Flow[]>
  byEvent: ReadonlyMap<string, readonly Flow[]>
  scheduled: readonly Flow[]
}>
