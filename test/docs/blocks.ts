// The fenced blocks of a page: what they hold, where they stand, and what the words behind their language say is done with them.
import { readFile } from 'node:fs/promises'

export type Block = Readonly<{
  page: string
  line: number
  language: string
  /** The words behind the language: `admin`, `as=ada@example.com`, `elsewhere=test/x.test.ts`, `not-run="why"`. */
  words: ReadonlyMap<string, string>
  text: string
}>

const fence = /^( *)```(\S*)(.*)$/
const word = /([\w-]+)(?:=(?:"([^"]*)"|(\S+)))?/g

/** Reads the blocks of a page, in their order. */
export async function readBlocks(page: string): Promise<readonly Block[]> {
  const lines = (await readFile(page, 'utf8')).split('\n')
  const blocks: Block[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const [, indent = '', language = '', rest = ''] = fence.exec(lines[at] ?? '') ?? []
    if (!fence.test(lines[at] ?? '')) continue
    const end = lines.findIndex((line, index) => index > at && line.trim() === '```')
    if (end < 0) throw new Error(`${page}:${at + 1} opens a block that nothing closes`)
    const text = lines.slice(at + 1, end).map((line) => line.slice(indent.length))
    blocks.push({ page, line: at + 1, language, words: readWords(rest), text: text.join('\n') })
    at = end
  }
  return blocks
}

function readWords(rest: string): ReadonlyMap<string, string> {
  return new Map(
    [...rest.matchAll(word)].map(([, name = '', quoted, plain]) => [name, quoted ?? plain ?? '']),
  )
}

export function nameBlock({ page, line, language, words, text }: Block): string {
  const [first = ''] = text.split('\n')
  return `${page}:${line} ${[language, ...words.keys()].join(' ')}: ${first.slice(0, 60)}`
}

/** What differs from run to run, by what stands for it: ids, times, tokens, passwords and hashes. */
const changing: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>'],
  [/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '<time>'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<token>'],
  [
    /"(token|refreshToken|adminPassword|endCursor|startCursor|cursor|secret|planHash|hash|requestId)":"[^"]*"/g,
    '"$1":"<…>"',
  ],
  [/\b[0-9a-f]{64}\b/g, '<hash>'],
  [/(password +)\S+/g, '$1<…>'],
]

/** A text without what differs from run to run, nor blanks at the ends of its lines. */
export function level(text: string): string {
  const plain = changing.reduce((left, [pattern, name]) => left.replace(pattern, name), text)
  return plain.replace(/[ \t]+$/gm, '').trim()
}
