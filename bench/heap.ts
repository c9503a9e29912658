// Reads the heap of a server in another process, after a collection; the server knows nothing of it.
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** What a process is started with to be read: flags of Node.js and variables of its environment. */
export type HeapProbe = Readonly<{
  flags: readonly string[]
  environment: Readonly<Record<string, string>>
  /** The bytes in use. */
  read(): Promise<number>
}>

const script = `const fs = require('fs'); const file = process.env.BENCH_HEAP_FILE
if (file) setInterval(() => { if (!fs.existsSync(file + '.ask')) return; fs.unlinkSync(file + '.ask'); global.gc(); global.gc(); fs.writeFileSync(file, String(process.memoryUsage().heapUsed)) }, 100).unref()`

/** Makes a probe for one process; it speaks by files in the folder that begin with `name`. */
export async function createHeapProbe(folder: string, name: string): Promise<HeapProbe> {
  const [preload, file] = [join(folder, `${name}.cjs`), join(folder, name)]
  await writeFile(preload, script)
  return {
    flags: ['--expose-gc', '--require', preload],
    environment: { BENCH_HEAP_FILE: file },
    read: () => ask(file),
  }
}

async function ask(file: string): Promise<number> {
  await writeFile(`${file}.ask`, '')
  for (let tries = 0; tries < 100 && !existsSync(file); tries += 1) await sleep(100)
  await sleep(50)
  const heap = Number(await readFile(file, 'utf8'))
  await rm(file)
  return heap
}
