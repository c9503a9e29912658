// Ids of users, sessions and keys.

/** Whether PostgreSQL would take the text as a uuid. */
export function isUuid(id: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)
}
