// Packages that only few tests need, and that would make every install large: fetched by the first test that needs them.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Installs what a folder's package-lock.json says, once; whoever else does it at the same time does no harm. */
export async function installPackages(folder: string): Promise<string> {
  const place = join(folder, 'node_modules')
  if (existsSync(place)) return place
  const draft = await mkdtemp(join(folder, '.install-'))
  try {
    for (const name of ['package.json', 'package-lock.json'])
      await copyFile(join(folder, name), join(draft, name))
    await run('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: draft, timeout: 120_000 })
    await rename(join(draft, 'node_modules'), place).catch((error: unknown) => {
      if (!existsSync(place)) throw error
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return place
}
