// Links between the pages lead to files, and to headings, that are there.
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const guides = (await readdir('docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'bench/README.md',
  'examples/web/README.md',
  ...guides,
]

/** The anchor that a heading gets on the usual forges. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')

async function listAnchors(page: string): Promise<readonly string[]> {
  const text = (await readFile(page, 'utf8')).replace(/^```[\s\S]*?^```/gm, '')
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))
}

test.each(pages)('%s', async (page) => {
  const text = (await readFile(page, 'utf8')).replace(/^ *```[\s\S]*?^ *```/gm, '')
  for (const [, link = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^https?:/.test(link)) continue
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page : join(dirname(page), path)
    expect(existsSync(target), `${link} on ${page}`).toBe(true)
    if (anchor !== undefined) expect(await listAnchors(target), `${link} on ${page}`).toContain(anchor)
  }
})
