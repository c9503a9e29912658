// Programs that a test needs and that not every machine has; what does not run for the lack of one shall be seen.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The path of a program; undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** The folder with the programs of the newest PostgreSQL that is wholly installed: server and clients. */
export function findPostgresPrograms(): string | undefined {
  const place = '/usr/lib/postgresql'
  const versions = existsSync(place)
    ? readdirSync(place).sort((one, other) => Number(other) - Number(one))
    : []
  return versions
    .map((version) => join(place, version, 'bin'))
    .find((folder) =>
      ['initdb', 'postgres', 'pg_dump', 'pg_restore'].every((name) => existsSync(join(folder, name))),
    )
}

/** Says in the output of the run what is left out. */
export function tellMissing(program: string, what: string): void {
  process.stderr.write(`${program} was not found: ${what} did not run.\n`)
}
