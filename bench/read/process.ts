// Runs a server in a process of its own and waits until it says that it is ready.
import { type ChildProcess, spawn } from 'node:child_process'
import type { Cleanup } from '../cleanup.ts'

export type ServerProcess = Readonly<{
  node: string
  parameters: readonly string[]
  environment: Readonly<Record<string, string>>
  directory: string
  cleanup: Cleanup
  /** Called with what it writes. */
  hear?(text: string): void
}>

const startTimeout = 60_000
const stopTimeout = 5_000

/** Starts the process and returns its port; it is ended with the run. */
export async function startProcess(server: ServerProcess): Promise<number> {
  const child = spawn(server.node, server.parameters, {
    cwd: server.directory,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', HOST: '127.0.0.1', ...server.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  server.cleanup.add(() => stopProcess(child))
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (bytes: Buffer) => server.hear?.(bytes.toString()))
  return await readPort(child, server.parameters.join(' '))
}

async function readPort(child: ChildProcess, name: string): Promise<number> {
  let output = ''
  return await new Promise((resolve, reject) => {
    const refuse = (reason: string): void => reject(new Error(`${name} ${reason}\n${output.slice(-2_000)}`))
    const timer = setTimeout(() => refuse(`was not ready in ${startTimeout / 1_000} s`), startTimeout)
    const hear = (bytes: Buffer): void => {
      const read = `${output}${bytes.toString()}`
      output = read.slice(-10_000)
      const port = /ready on http:\/\/[^\s/]+:(\d+)/.exec(read)?.[1]
      if (port === undefined) return
      clearTimeout(timer)
      resolve(Number(port))
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('error', (error) => refuse(error.message))
    child.once('exit', (code) => {
      clearTimeout(timer)
      refuse(`ended with ${code} before it was ready`)
    })
  })
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), stopTimeout)
  await ended
  clearTimeout(force)
}
