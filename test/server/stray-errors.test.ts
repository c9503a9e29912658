// Which errors outside of any promise leave the process running.
import { expect, test } from 'vitest'
import { isStrayWrite } from '../../src/server/stray-errors.ts'

function makeError(message: string, place: string): TypeError {
  const error = new TypeError(message)
  error.stack = `TypeError: ${message}\n    at ${place}\n    at process.processImmediate (node:internal/timers:483:21)`
  return error
}

const message = "Cannot read properties of null (reading 'write')"
const driver = 'Immediate.nextWrite (file:///app/node_modules/postgres/src/connection.js:255:22)'

test('the late write of the driver to a closed connection is passed over', () => {
  expect(isStrayWrite(makeError(message, driver))).toBe(true)
})

test.each([
  ['another message', makeError("Cannot read properties of null (reading 'read')", driver)],
  ['another place', makeError(message, 'answer (file:///app/dist/server/reply.js:10:1)')],
  ['another kind', new Error(message)],
  ['no error at all', message],
])('%s is not', (_, error) => {
  expect(isStrayWrite(error)).toBe(false)
})
