// E-mail addresses as names of users: one spelling for each.

const longestEmail = 254

/** The one spelling under which an address is kept and found; undefined when it cannot be one. */
export function normaliseEmail(email: string): string | undefined {
  const trimmed = email.trim().normalize('NFC').toLowerCase()
  const isAddress = /^[^\s@\p{C}]+@[^\s@\p{C}]+$/u.test(trimmed) && trimmed.length <= longestEmail
  return isAddress ? trimmed : undefined
}
