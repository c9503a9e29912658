// Keeps what nobody may read out of log lines: by the names under which it stands, and by what it looks like in a text.

const hidden = '[redacted]'
const secretName =
  /authorization|cookie|passw(or)?d|secret|token|signature|credential|private_?key|api_?key|database_?url/i
const mostLevels = 8

/** What secrets look like inside a text, and what is left of each. */
const shapes: readonly (readonly [RegExp, string])[] = [
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']*@/gi, `$1${hidden}@`],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${hidden}`],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, hidden],
  [/([?&](?:signature|token|access_token|password|secret|key|x-amz-[a-z-]+)=)[^&\s"'<>]+/gi, `$1${hidden}`],
  [/\bwhsec_[\w+/=]+/g, hidden],
  [/\$argon2\w*\$[^\s"']+/g, hidden],
]

/** The facts of a log line without secrets; what is nested too deep is left out. */
export function hideSecrets(facts: Record<string, unknown>): Record<string, unknown> {
  return hideIn(facts, 1)
}

function hideIn(facts: object, level: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name,
      secretName.test(name) && value != null ? hidden : hideValue(value, level),
    ]),
  )
}

function hideValue(value: unknown, level: number): unknown {
  if (typeof value === 'string') return hideText(value)
  if (typeof value !== 'object' || value === null) return value
  if (level >= mostLevels) return hidden
  if (Array.isArray(value)) return value.map((item) => hideValue(item, level + 1))
  if (value instanceof Date) return value
  const own = value instanceof Error ? { ...value, message: value.message, stack: value.stack } : value
  return hideIn(own, level + 1)
}

/** A text without what looks like a secret. */
export function hideText(text: string): string {
  return shapes.reduce((shown, [shape, rest]) => shown.replaceAll(shape, rest), text)
}
