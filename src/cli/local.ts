// Asks the database itself, by the settings of the folder; loaded only when a command does so, since it is nearly the whole server.
import { readConfig } from '../config.ts'
import { createLog } from '../log.ts'
import { type Asker, openDirect } from '../server/direct.ts'
import type { Terminal } from './terminal.ts'

/** Opens the database; the password of a first administrator is told, since nobody can ask for it later. */
export async function openLocal({ environment, directory, tell }: Terminal): Promise<Asker> {
  const config = readConfig(environment, directory)
  const direct = await openDirect(config, createLog(environment.METALOOM_LOG_LEVEL ?? 'warn'))
  if (direct.firstPassword !== undefined)
    tell(
      `The platform and the app demo were made; their first administrator is ${config.admin.email} with the password ${direct.firstPassword} (shown only now).`,
    )
  return direct
}
