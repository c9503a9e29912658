// Finds the command of a command line, runs it, and turns what goes wrong into words and an exit code.
import { AppError } from '../errors.ts'
import { suggest } from '../reader.ts'
import { readArguments } from './arguments.ts'
import { type Command, type ExitCode, type Options, WrongUsage } from './command.ts'
import { commands } from './commands.ts'
import { writeHelp, writeOverview } from './help.ts'
import { placeOptions } from './place.ts'
import type { Terminal } from './terminal.ts'
import { readVersion } from './version.ts'

const helpOption: Options = { help: { about: 'Shows this.', short: 'h' } }

/** Runs the command that the words ask for, and resolves to how it ended. Without a command the server is started. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    return await run(args, terminal)
  } catch (error) {
    for (const line of describeError(error, terminal)) terminal.tell(line)
    return error instanceof WrongUsage ? 2 : 1
  }
}

async function run([first = 'start', ...rest]: readonly string[], terminal: Terminal): Promise<ExitCode> {
  if (['--help', '-h', 'help'].includes(first)) return showHelp(rest, terminal)
  if (['--version', '-v'].includes(first)) {
    terminal.print(await readVersion())
    return 0
  }
  const command = findCommand(first)
  if (asksForHelp(rest)) return showHelp([first], terminal)
  return await command.run(readArguments(first, command, rest), terminal)
}

/** Help is given however wrong the rest is. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end < 0 ? args.length : end).some((arg) => arg === '--help' || arg === '-h')
}

function showHelp([name]: readonly string[], { print }: Terminal): ExitCode {
  if (name === undefined) print(writeOverview(commands))
  else print(writeHelp(name, findCommand(name), { ...placeOptions, ...helpOption }))
  return 0
}

function findCommand(name: string): Command {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) {
    const what = name.startsWith('-') ? 'A command must come first; found' : 'There is no command'
    throw new WrongUsage(`${what} ${JSON.stringify(name)}${suggest(name, Object.keys(commands))}`)
  }
  const shared = command.asks ? { ...placeOptions, ...helpOption } : helpOption
  return { ...command, options: { ...command.options, ...shared } }
}

function describeError(error: unknown, { environment }: Terminal): readonly string[] {
  if (error instanceof WrongUsage) return [`${error.message}.`, 'See metaloom --help.']
  if (!(error instanceof AppError)) {
    if (!(error instanceof Error)) return [String(error)]
    return [environment.METALOOM_LOG_LEVEL === 'debug' ? (error.stack ?? error.message) : error.message]
  }
  const { code, message, details = [] } = error
  if (details.length < 2) return [`${code}: ${message}`]
  return [
    `${code}: ${details.length} problems`,
    ...details.map(({ path, message }) => `  ${path}: ${message}`),
  ]
}
