// Turns passwords into argon2id hashes and checks them; knows no users.
import { randomBytes } from 'node:crypto'
import argon2 from 'argon2'
import { failAll, type Problem } from '../errors.ts'

// The least that the OWASP Password Storage Cheat Sheet asks of argon2id.
const memoryCost = 19_456
const timeCost = 2
const parallelism = 1

const shortestPassword = 8
const longestPassword = 200

// Well formed and costing as much as a real one, but no password makes its random bytes.
const dummyHash = `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${randomText(16)}$${randomText(32)}`

function randomText(bytes: number): string {
  return randomBytes(bytes).toString('base64').replace(/=+$/, '')
}

/** Hashes a new password; one that is too short or too long is VALIDATION_FAILED, located at `path`. */
export async function hashPassword(password: string, path = 'password'): Promise<string> {
  const problem = findPasswordProblem(password, path)
  if (problem !== undefined) throw failAll('VALIDATION_FAILED', [problem])
  return await argon2.hash(normalise(password), { type: argon2.argon2id, memoryCost, timeCost, parallelism })
}

/** Says why `password` may not be chosen; undefined when it may. The message never holds the password. */
export function findPasswordProblem(password: string, path: string): Problem | undefined {
  const length = [...normalise(password)].length
  if (length >= shortestPassword && length <= longestPassword) return undefined
  const message = `must have ${shortestPassword} to ${longestPassword} characters, found ${length}`
  return { path, field: 'password', rule: 'password_length', message }
}

/** Whether the password made the hash. Without a hash it works as long and says no, so that time tells nothing. */
export async function verifyPassword(hash: string | undefined, password: string): Promise<boolean> {
  const isRight = await argon2.verify(hash ?? dummyHash, normalise(password))
  return isRight && hash !== undefined
}

/** Keyboards write the same letter as one or as two code points; both must open the same door. */
function normalise(password: string): string {
  return password.normalize('NFKC')
}
