// The settings of those who run the server: what is usual, and how wrong ones are told.
import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'

const secret = 'a secret of the tests, 0123456789 abcdefgh'
const read = (environment: Record<string, string> = {}) => readConfig(environment, tmpdir()).operations

describe('without a word', () => {
  test('development logs no requests, measures for this machine alone and stops at once', () => {
    expect(read()).toEqual({
      log: { requests: 'debug', slowAfter: 1_000 },
      metrics: {},
      stop: { drain: 0, patience: 10_000 },
    })
  })

  test('production logs requests and gives proxies three seconds', () => {
    expect(read({ NODE_ENV: 'production', METALOOM_SECRET: secret })).toEqual({
      log: { requests: 'info', slowAfter: 1_000 },
      metrics: {},
      stop: { drain: 3_000, patience: 10_000 },
    })
  })
})

test('all of them can be set', () => {
  const environment = {
    METALOOM_LOG_REQUESTS: 'silent',
    METALOOM_LOG_SLOW_MS: '0',
    METALOOM_METRICS_PORT: '9464',
    METALOOM_METRICS_HOST: '127.0.0.1',
    METALOOM_METRICS_TOKEN: '0123456789abcdef',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/',
    OTEL_SERVICE_NAME: 'shop',
    METALOOM_DRAIN_MS: '500',
    METALOOM_STOP_MS: '20000',
  }
  expect(read(environment)).toEqual({
    log: { requests: 'silent', slowAfter: 0 },
    metrics: { port: 9464, host: '127.0.0.1', token: '0123456789abcdef' },
    tracing: { endpoint: 'http://collector:4318', service: 'shop' },
    stop: { drain: 500, patience: 20_000 },
  })
})

test.each([
  [
    'METALOOM_LOG_REQUESTS',
    'loud',
    'must be one of fatal, error, warn, info, debug, trace, silent; found "loud"',
  ],
  ['METALOOM_LOG_SLOW_MS', '-1', 'must be a whole number from 0 to 3600000, found "-1"'],
  ['METALOOM_METRICS_PORT', '70000', 'must be a whole number from 0 to 65535, found 70000'],
  ['METALOOM_METRICS_HOST', '0.0.0.0', 'is for figures on a port of their own; set the port too'],
  ['METALOOM_METRICS_TOKEN', 'short', 'must have at least 16 characters, found 5'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'must be an address such as http://collector:4318'],
  ['METALOOM_DRAIN_MS', 'long', 'must be a whole number from 0 to 300000, found "long"'],
])('a wrong one is told: %s=%s', (variable, value, message) => {
  expect(() => read({ [variable]: value })).toThrow(`${variable}: ${message}`)
})
