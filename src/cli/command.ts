// What a command consists of, and what was given to it on the command line.
import type { Terminal } from './terminal.ts'

/** An option; one with a `value` takes text, shown under that name, and any other is a switch. */
export type Option = Readonly<{ about: string; value?: string; short?: string; isList?: true }>
export type Options = Readonly<Record<string, Option>>

/** What stands on a command line behind the name of the command; all of it is known to the command. */
export type Given = Readonly<{
  /** The arguments that are no options, as many as the command takes. */
  words: readonly string[]
  has(option: string): boolean
  text(option: string): string | undefined
  texts(option: string): readonly string[]
}>

export type Command = Readonly<{
  summary: string
  /** More to know, in lines. */
  about: readonly string[]
  /** The names of the arguments that it takes, in order. */
  words: readonly string[]
  options: Options
  /** Whether it asks a server or the database, and so takes the options that say where. */
  asks: boolean
  run(given: Given, terminal: Terminal): Promise<ExitCode>
}>

/** 0: done; 1: there are problems; 2: the command line is wrong. */
export type ExitCode = 0 | 1 | 2

/** A command line that nothing can be made of; the message says what would be right. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage'
}
