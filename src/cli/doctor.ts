// metaloom doctor: looks at settings, database and apps, tells what is wrong, and changes nothing.
import type { Command } from './command.ts'
import type { Finding, Level } from './doctor/finding.ts'
import type { Terminal } from './terminal.ts'
import { readVersion } from './version.ts'

export const doctor: Command = {
  summary: 'Looks at settings, database and apps, and tells what is wrong with them.',
  about: [
    'Problems: tables that are not as they are defined, definitions that do not read, databases that do not fit.',
    'Warnings: what is open to everybody, weak settings, deliveries that were given up. Exit code 1 with problems.',
  ],
  words: [],
  options: {
    app: { value: 'name', about: 'Looks at this app only.', short: 'a' },
    strict: { about: 'Warnings count as problems.' },
    json: { about: 'Prints one JSON value, for programs.' },
  },
  asks: false,
  async run(given, terminal) {
    const { examine } = await import('./doctor/examine.ts')
    const findings = await examine(given.text('app'), terminal)
    if (given.has('json')) terminal.print(JSON.stringify({ version: await readVersion(), findings }, null, 2))
    else print(findings, await readVersion(), terminal)
    const bad: readonly Level[] = given.has('strict') ? ['problem', 'warning'] : ['problem']
    return findings.some(({ level }) => bad.includes(level)) ? 1 : 0
  },
}

const order: readonly Level[] = ['problem', 'warning', 'note']

function print(findings: readonly Finding[], version: string, terminal: Terminal): void {
  terminal.print(`Metaloom ${version}`)
  for (const level of order)
    for (const { place, message } of findings.filter((each) => each.level === level))
      terminal.print(`${level.padEnd(7)}  ${place}: ${message}`)
  const count = (level: Level) => findings.filter((each) => each.level === level).length
  terminal.print(`${count('problem')} problems, ${count('warning')} warnings.`)
}
