// Who a request comes from: its token, and fewer roles where an administrator asks for them.
import type { IncomingMessage } from 'node:http'
import type { Authenticator } from '../auth/authenticate.ts'
import { narrowViewer, refuseNarrowing } from '../auth/narrowing.ts'
import type { Viewer } from '../auth/viewer.ts'

/** The viewer of a request for data or files; asked again, as they are by then. */
export async function readNarrowedViewer(
  authenticator: Authenticator,
  { headers }: IncomingMessage,
): Promise<Viewer> {
  return narrowViewer(await authenticator.authenticate(headers.authorization), headers['x-metaloom-roles'])
}

/** The viewer of a request to the admin API or the platform, whose roles are what they are. */
export async function readWholeViewer(
  authenticator: Authenticator,
  { headers }: IncomingMessage,
): Promise<Viewer> {
  refuseNarrowing(headers['x-metaloom-roles'])
  return await authenticator.authenticate(headers.authorization)
}
