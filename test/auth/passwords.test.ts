// Passwords: what may be one, how it is kept, and that a check costs the same with and without a user.
import argon2 from 'argon2'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { hashPassword, verifyPassword } from '../../src/auth/passwords.ts'

afterEach(() => vi.restoreAllMocks())

describe('a password', () => {
  it('is kept as argon2id with the cost that OWASP asks for', async () => {
    expect(await hashPassword('correct horse')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  })

  it('opens its own hash and no other does', async () => {
    const hash = await hashPassword('correct horse')
    expect(await verifyPassword(hash, 'correct horse')).toBe(true)
    expect(await verifyPassword(hash, 'Correct horse')).toBe(false)
  })

  it('is the same however the keyboard composes its letters', async () => {
    const hash = await hashPassword('caf\u00e9 au lait')
    expect(await verifyPassword(hash, 'cafe\u0301 au lait')).toBe(true)
  })

  it.each([
    ['too short', 'seven77', 7],
    ['too long', 'x'.repeat(201), 201],
    ['empty', '', 0],
    ['of few characters in many code units', '😀'.repeat(7), 7],
  ])('that is %s is refused', async (_, password, length) => {
    const message = `must have 8 to 200 characters, found ${length}`
    await expect(hashPassword(password, 'input.password')).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: `input.password: ${message}`,
      details: [{ path: 'input.password', field: 'password', message }],
    })
  })

  it.each([8, 200])('of %i characters is taken', async (length) => {
    await expect(hashPassword('x'.repeat(length))).resolves.toContain('$argon2id$')
  })
})

describe('a check without a user', () => {
  it('is one argon2 check of the same cost, and says no', async () => {
    const verify = vi.spyOn(argon2, 'verify')
    expect(await verifyPassword(undefined, 'correct horse')).toBe(false)
    expect(verify).toHaveBeenCalledTimes(1)
    expect(verify.mock.calls[0]?.[0]).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  })
})
