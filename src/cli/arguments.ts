// From the words of a command line to what was given: every wrong word is refused with the nearest right one.
import { parseArgs } from 'node:util'
import { suggest } from '../reader.ts'
import { type Command, type Given, type Options, WrongUsage } from './command.ts'

/** Reads what stands behind the name of the command. */
export function readArguments(
  name: string,
  { words, options }: Pick<Command, 'words' | 'options'>,
  args: readonly string[],
): Given {
  const { positionals, tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(Object.entries(options).map(writeOption)),
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const found = new Map<string, string[]>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    checkOption(token, options)
    found.set(token.name, [...(found.get(token.name) ?? []), token.value ?? ''])
  }
  for (const [option, values] of found)
    if (values.length > 1 && options[option]?.value !== undefined && !options[option]?.isList)
      throw new WrongUsage(`--${option} can stand only once`)
  checkWords(name, words, positionals)
  return {
    words: positionals,
    has: (option) => found.has(option),
    text: (option) => found.get(option)?.at(-1),
    texts: (option) => found.get(option) ?? [],
  }
}

function writeOption([name, { value, short }]: [string, Options[string]]) {
  const type: 'string' | 'boolean' = value === undefined ? 'boolean' : 'string'
  return [name, { type, ...(short === undefined ? {} : { short }) }] as const
}

type Token = Readonly<{
  name: string
  rawName: string
  value?: string | undefined
  inlineValue?: boolean | undefined
}>

function checkOption({ name, rawName, value, inlineValue }: Token, options: Options): void {
  const option = Object.hasOwn(options, name) ? options[name] : undefined
  if (option === undefined)
    throw new WrongUsage(`There is no option ${rawName} here${suggest(name, Object.keys(options))}`)
  if (option.value === undefined) {
    if (inlineValue) throw new WrongUsage(`--${name} is a switch and takes no value`)
  } else if (value === undefined || (!inlineValue && /^-./.test(value)))
    throw new WrongUsage(
      `--${name} needs <${option.value}>; one that begins with "-" is written --${name}=-...`,
    )
  else if (value === '') throw new WrongUsage(`--${name} needs <${option.value}>, found nothing`)
}

function checkWords(name: string, wanted: readonly string[], found: readonly string[]): void {
  const missing = wanted.slice(found.length)
  if (missing.length > 0)
    throw new WrongUsage(`${name} needs ${missing.map((word) => `<${word}>`).join(' ')}`)
  if (found.length > wanted.length)
    throw new WrongUsage(
      `${name} takes ${wanted.length === 0 ? 'no arguments' : wanted.map((word) => `<${word}>`).join(' ')}; ${JSON.stringify(found[wanted.length])} is too much`,
    )
}
