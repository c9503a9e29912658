// Tells the type of a file from its bytes; what the client says counts only where bytes cannot tell, among kinds of text.
import { fileTypeFromBuffer } from 'file-type'

/** As much of the beginning of a file as is looked at. */
export const sampleSize = 64 * 1024

const unknown = 'application/octet-stream'
const text = 'text/plain'

/** Kinds of text that look like any other text. None of them is ever shown by a browser from here but as text. */
const textTypes: ReadonlySet<string> = new Set([
  text,
  'text/calendar',
  'text/css',
  'text/csv',
  'text/html',
  'text/javascript',
  'text/markdown',
  'text/tab-separated-values',
  'text/vcard',
  'application/json',
  'application/xml',
  'application/yaml',
  'image/svg+xml',
])

/** What a browser may show: raster images, sound, film, PDF and plain text; nothing in them runs. */
const inlineTypes: ReadonlySet<string> = new Set([
  'application/pdf',
  'audio/aac',
  'audio/flac',
  'audio/mp4',
  'audio/mpeg',
  'audio/ogg',
  'audio/wav',
  'audio/webm',
  'audio/x-m4a',
  'image/apng',
  'image/avif',
  'image/bmp',
  'image/gif',
  'image/jpeg',
  'image/png',
  'image/webp',
  text,
  'video/mp4',
  'video/ogg',
  'video/quicktime',
  'video/webm',
])

/** The type of a file that begins with `sample`; `isWhole` when that is all of it. */
export async function findContentType(sample: Buffer, isWhole: boolean, claimed: string): Promise<string> {
  const found = await detect(sample)
  if (found !== undefined && found !== 'application/xml') return found
  if (!isText(sample, isWhole)) return found ?? unknown
  const claim = claimed.toLowerCase().split(';')[0]?.trim() ?? ''
  if (claim === 'image/svg+xml') return /<svg[\s>]/i.test(sample.toString()) ? claim : (found ?? text)
  return found ?? (textTypes.has(claim) ? claim : text)
}

/** Bytes that lead the detection astray have no type. */
async function detect(sample: Buffer): Promise<string | undefined> {
  try {
    return (await fileTypeFromBuffer(sample))?.mime.split(';')[0]
  } catch {
    return undefined
  }
}

/** UTF-8 without control characters, but for those that texts have; a sample may end within a letter. */
function isText(sample: Buffer, isWhole: boolean): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: texts do not have these
  if (/[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(sample.toString('latin1'))) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: !isWhole })
    return true
  } catch {
    return false
  }
}

/** Whether a browser may show a file of that type, instead of saving it. */
export function mayShow(type: string): boolean {
  return inlineTypes.has(type)
}

/** Whether a type is among those that are accepted, such as `image/png` or `image/*`; without a list all are. */
export function acceptsType(accepted: readonly string[] | undefined, type: string): boolean {
  if (accepted === undefined) return true
  return accepted.some((each) => {
    const wanted = each.toLowerCase()
    return wanted === type || (wanted.endsWith('/*') && type.startsWith(wanted.slice(0, -1)))
  })
}
