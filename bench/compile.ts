// Compiles Metaloom as it stands into a folder of its own, so that what is measured is plain JavaScript and never stale.
import { execFile } from 'node:child_process'
import { cp, symlink } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Writes the compiled server to `<folder>/dist`, with the packages it imports beside it; returns that path. */
export async function compileMetaloom(folder: string): Promise<string> {
  const dist = join(folder, 'dist')
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await cp(join(root, 'package.json'), join(folder, 'package.json'))
  await runCompiler(['-p', 'tsconfig.build.json', '--outDir', dist, '--sourceMap', 'false'])
  await cp(join(root, 'src'), dist, { recursive: true, filter: (path) => extname(path) !== '.ts' })
  return dist
}

/** The compiler writes files even where types are wrong; an unfinished part of the tree does not stop a measurement. */
async function runCompiler(parameters: readonly string[]): Promise<void> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  await promisify(execFile)(process.execPath, [compiler, ...parameters], { cwd: root }).catch(
    (error: unknown) => {
      process.stderr.write(`Metaloom was compiled with errors: ${readOutput(error)}\n`)
    },
  )
}

function readOutput(error: unknown): string {
  const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error)
  return output.split('\n').slice(0, 3).join('\n')
}
