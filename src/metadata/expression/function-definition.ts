// The form of a function: its parameters, the type of what it gives, and its work.
import type { State } from './budget.ts'
import type { Type } from './type.ts'

/**
 * What a parameter takes. `sequence` is a text or a list, `order` something that comes before or after others, and
 * `pattern` a text that is written out. `each`, `amount` and `condition` are expressions, written as texts, that are
 * worked out for each element: for anything, for a number, for true or false.
 */
export type Parameter =
  | 'text'
  | 'number'
  | 'list'
  | 'sequence'
  | 'day'
  | 'order'
  | 'any'
  | 'pattern'
  | 'each'
  | 'amount'
  | 'condition'

/** What a function works with besides its arguments: its steps, and the value of `each` for an element. */
export type Call = Readonly<{ state: State; evaluateFor?: (element: unknown) => unknown }>

export type FunctionDefinition = Readonly<{
  parameters: readonly Parameter[]
  /** How many must be there; all of them when absent. */
  least?: number
  /** Whether the last parameter may come again. */
  isOpen?: boolean
  /** Whether it has an answer for nil; else nil makes nil. */
  takesNil?: boolean
  /** The types are those of the arguments; `each` is that of the expression for each element. */
  result(types: readonly Type[], each?: Type): Type
  run(args: readonly unknown[], call: Call): unknown
}>
