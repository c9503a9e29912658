// All commands, in the order in which --help lists them.
import { apply } from './apply.ts'
import type { Command } from './command.ts'
import { createAppCommand } from './create-app.ts'
import { createUserCommand } from './create-user.ts'
import { doctor } from './doctor.ts'
import { exportCommand } from './export.ts'
import { plan } from './plan.ts'
import { schema } from './schema.ts'
import { start } from './start.ts'

export const commands: Readonly<Record<string, Command>> = {
  start,
  plan,
  apply,
  export: exportCommand,
  schema,
  'create-app': createAppCommand,
  'create-user': createUserCommand,
  doctor,
}
