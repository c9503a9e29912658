// The caller as expressions see one.
import type { Viewer } from '../auth/viewer.ts'
import type { Row } from '../database/connect.ts'

/** What `user` stands for; a caller without a token has roles only. */
export function describeUser({ id, email, roles, attributes }: Viewer): Row {
  return { id: id ?? null, email: email ?? null, roles, attributes }
}
