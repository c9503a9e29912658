// A shell as a reader of the pages has it: one for each page, which keeps functions and variables from block to block.
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type Shell = Readonly<{
  /** Runs the lines and resolves to all that they wrote; a command that fails is an error. */
  run(text: string): Promise<string>
  stop(): Promise<void>
}>

const root = fileURLToPath(new URL('../..', import.meta.url))
const cli = join(root, 'src/cli.ts')
const marker = '--- the end of a block ---'

/** Starts bash in a folder with the examples, where `npx metaloom` runs the program from its sources. */
export async function startShell(environment: Readonly<Record<string, string>>): Promise<Shell> {
  const folder = await mkdtemp(join(tmpdir(), 'metaloom-docs-'))
  for (const name of ['examples', 'package.json']) await symlink(join(root, name), join(folder, name))
  await mkdir(join(folder, 'data'))
  const child = spawn('bash', ['-s'], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const hasEnded = new Promise((resolve) => child.once('exit', resolve))
  child.stdin.write(
    `exec 2>&1; npx() { shift; '${process.execPath}' --import '${import.meta.resolve('tsx')}' '${cli}' "$@"; }\n`,
  )
  return {
    async run(text) {
      let output = ''
      const read = (chunk: Buffer): void => {
        output += chunk
      }
      child.stdout.on('data', read)
      // The lines run in the shell itself, so that what they set stays; the status of each is looked at by the trap.
      child.stdin.write(`STATUS=0; trap 'STATUS=$?' ERR\n${text}\ntrap - ERR; echo "${marker} $STATUS"\n`)
      const status = await new Promise<number>((resolve, reject) => {
        const look = (): void => {
          const found = output.match(new RegExp(`${marker} (\\d+)`))
          if (found) resolve(Number(found[1]))
        }
        child.stdout.on('data', look)
        void hasEnded.then(() => reject(new Error(`The shell ended:\n${output}`)))
      }).finally(() => child.stdout.removeAllListeners('data'))
      const written = output.slice(0, output.lastIndexOf(marker))
      if (status !== 0) throw new Error(`A command ended with ${status}:\n${written}`)
      return written
    },
    async stop() {
      child.stdin.end()
      await hasEnded
      await rm(folder, { recursive: true, force: true })
    },
  }
}
