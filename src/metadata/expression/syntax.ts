// The parts of an expression, as they are written and as they are understood.
import type { Big } from './number.ts'
import type { Scope, Type } from './type.ts'

export type BinaryOperator =
  | '||'
  | '&&'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'in'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
export type Constant = string | boolean | null | Big

/** A part as it is written; `at` is its place in the text, counted from 1. */
export type Syntax = Readonly<{ at: number }> &
  (
    | Readonly<{ kind: 'constant'; value: Constant }>
    | Readonly<{ kind: 'list'; items: readonly Syntax[] }>
    | Readonly<{ kind: 'name'; name: string }>
    | Readonly<{ kind: 'member'; of: Syntax; name: string }>
    | Readonly<{ kind: 'index'; of: Syntax; index: Syntax }>
    | Readonly<{ kind: 'call'; name: string; args: readonly Syntax[] }>
    | Readonly<{ kind: 'unary'; operator: '!' | '-'; operand: Syntax }>
    | Readonly<{ kind: 'binary'; operator: BinaryOperator; left: Syntax; right: Syntax }>
    | Readonly<{ kind: 'conditional'; test: Syntax; yes: Syntax; no: Syntax }>
  )

/** A part whose names are known and whose type is clear. `path` is how a name or member is reached from the scope, if it is. */
export type Typed = Readonly<{ type: Type }> &
  (
    | Readonly<{ kind: 'constant'; value: Constant }>
    | Readonly<{ kind: 'list'; items: readonly Typed[] }>
    | Readonly<{ kind: 'name'; name: string; isElement: boolean; path?: readonly string[] }>
    | Readonly<{ kind: 'member'; of: Typed; name: string; path?: readonly string[] }>
    | Readonly<{ kind: 'index'; of: Typed; index: Typed }>
    | Readonly<{ kind: 'call'; name: string; args: readonly Typed[]; each?: Typed }>
    | Readonly<{ kind: 'unary'; operator: '!' | '-'; operand: Typed }>
    | Readonly<{ kind: 'binary'; operator: BinaryOperator; left: Typed; right: Typed }>
    | Readonly<{ kind: 'conditional'; test: Typed; yes: Typed; no: Typed }>
  )

/** Where names are looked up: the element that an expression is asked for, if there is one, and then the scope. */
export type Names = Readonly<{ scope: Scope; element?: Type }>
