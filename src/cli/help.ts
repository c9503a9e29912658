// The texts of --help.
import type { Command, Option, Options } from './command.ts'

type Commands = Readonly<Record<string, Command>>

/** What metaloom can do. */
export function writeOverview(commands: Commands): string {
  return [
    'metaloom, a GraphQL backend that is defined while it runs',
    '',
    'Usage: metaloom <command> [options]',
    '',
    ...writeTable(Object.entries(commands).map(([name, { summary }]) => [name, summary])),
    '',
    'metaloom <command> --help tells more of one. Without a command the server is started.',
    'Exit codes: 0 done, 1 there are problems, 2 the command line is wrong.',
  ].join('\n')
}

/** How one command is used; `shared` are the options of all that ask. */
export function writeHelp(
  name: string,
  { summary, about, words, options }: Command,
  shared: Options,
): string {
  const own = Object.entries(options).filter(([option]) => !Object.hasOwn(shared, option))
  const others = Object.entries(shared).filter(([option]) => Object.hasOwn(options, option))
  return [
    `Usage: metaloom ${[name, ...words.map((word) => `<${word}>`)].join(' ')} [options]`,
    '',
    summary,
    ...(about.length > 0 ? ['', ...about] : []),
    '',
    'Options:',
    ...writeTable(own.map(writeOption)),
    ...(others.length > 0
      ? ['', 'Where to ask (the database of app.yaml and the environment without --url):']
      : []),
    ...writeTable(others.map(writeOption)),
  ].join('\n')
}

function writeOption([name, { about, value, short }]: [string, Option]): [string, string] {
  const begun = short === undefined ? `--${name}` : `-${short}, --${name}`
  return [value === undefined ? begun : `${begun} <${value}>`, about]
}

function writeTable(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([first]) => first.length))
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`)
}
