// Starts the server as a process of its own, as an operator would, and ends it by its id.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildEnvironment } from './server.ts'

export type ServerProcess = Readonly<{
  url: string
  pid: number
  output(): string
  kill(signal: NodeJS.Signals): Promise<void>
  /** How the process ended, once it has: its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>
}>

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Runs `node src/main.ts`, or another entry, which may be built already, in a folder on the database and waits for its address. */
export async function startProcess(
  databaseUrl: string,
  dataDir: string,
  change: Record<string, string> = {},
  entry = join(root, 'src/main.ts'),
  cwd = root,
): Promise<ServerProcess> {
  const environment = { ...process.env, ...buildEnvironment(databaseUrl, dataDir), ...change }
  const loader = entry.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : []
  const child = spawn(process.execPath, [...loader, entry], {
    cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal)
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk
      const found = /ready on (http:\S+)/.exec(output)?.[1]
      if (found) resolve(found)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}:\n${output}`)))
  })
  return { url, pid: child.pid ?? 0, output: () => output, kill: (signal) => end(child, signal), ended }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}
