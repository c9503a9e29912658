// Makes of the name that a client gives to a file one that is safe in paths, headers and on screens.

const mostBytes = 180
const mostEnding = 20

/**
 * The last part of the path that was given, without control characters, directions of text and what paths are made of; `file` when
 * nothing is left. It begins with no point, has at most 180 bytes of UTF-8 and keeps its ending.
 */
export function readFilename(given: string): string {
  const last = given.toWellFormed().split(/[/\\]/).at(-1) ?? ''
  const plain = last
    .normalize('NFC')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^[.\s]+|[.\s]+$/g, '')
  return plain === '' ? 'file' : shorten(plain)
}

function shorten(name: string): string {
  if (Buffer.byteLength(name) <= mostBytes) return name
  const at = name.lastIndexOf('.')
  const ending = at > 0 && Buffer.byteLength(name.slice(at)) <= mostEnding ? name.slice(at) : ''
  let kept = ''
  for (const letter of name) {
    if (Buffer.byteLength(kept + letter + ending) > mostBytes) break
    kept += letter
  }
  return `${kept}${ending}`
}
