// Runs the program metaloom as a process of its own, as somebody at a terminal would.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { runCommandLine } from '../../src/cli/run.ts'

export type Ended = Readonly<{ code: number | null; output: string; errors: string }>

const entry = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))

/** Runs `metaloom <args>` in a folder to its end; the environment is this one with the changes. */
export async function runCommand(
  args: readonly string[],
  directory: string,
  change: Readonly<Record<string, string>> = {},
  input = '',
): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), entry, ...args], {
    cwd: directory,
    env: { ...process.env, ...change },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.stdin.end(input)
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, output, errors }
}

/** Runs the same within this process, which is quicker. */
export async function runHere(
  args: readonly string[],
  directory: string,
  environment: Readonly<Record<string, string>> = {},
  input = '',
): Promise<Ended> {
  let output = ''
  let errors = ''
  const code = await runCommandLine(args, {
    environment,
    directory,
    print: (line) => {
      output += `${line}\n`
    },
    tell: (line) => {
      errors += `${line}\n`
    },
    readInput: async () => input,
  })
  return { code, output, errors }
}
