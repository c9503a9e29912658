// The global id of a record: its type and key as opaque text, by the Relay specification of object identification.

/** Writes the global id of a record. */
export function writeNodeId(typeName: string, id: unknown): string {
  return Buffer.from(`${typeName}:${id}`).toString('base64url')
}

/** Reads a global id; text that is none gives undefined. */
export function readNodeId(nodeId: string): Readonly<{ typeName: string; id: string }> | undefined {
  const text = Buffer.from(nodeId, 'base64url').toString()
  const at = text.indexOf(':')
  return at > 0 ? { typeName: text.slice(0, at), id: text.slice(at + 1) } : undefined
}
