// What is noted of a request while it is answered, for log lines and figures; nothing of it reaches a client.
import type { OperationTypeNode } from 'graphql'
import type { ErrorCode } from '../errors.ts'

/** `api` is the kind of its address; `app` is there once the app is known to exist, the rest once it is known. */
export type Note = {
  readonly requestId: string
  api: string
  app?: string
  operation?: string
  type?: `${OperationTypeNode}`
  /** Whether somebody who is known asked. */
  isKnown?: boolean
  /** Of the errors that were told. */
  codes?: ErrorCode[]
}

/** Of the name of an operation, which its client chooses. */
const mostLetters = 100

/** Notes which operation runs, and whether for somebody who is known. */
export function noteOperation(
  note: Note | undefined,
  operation: Readonly<{ operation: `${OperationTypeNode}`; name?: Readonly<{ value: string }> | undefined }>,
  viewer: Readonly<{ id?: string | undefined }>,
): void {
  if (note === undefined) return
  note.type = operation.operation
  if (operation.name) note.operation = operation.name.value.slice(0, mostLetters)
  note.isKnown = viewer.id !== undefined
}
