import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import { IntegrationError } from '../src/integration-error.ts'
import type { IntegrationErrorCode } from '../src/integration-error.ts'

const retryable: Readonly<Record<IntegrationErrorCode, boolean>> = {
  CONFIG_INVALID: false,
  AUTH_FAILED: false,
  PERMISSION_DENIED: false,
  RATE_LIMITED: true,
  CIRCUIT_OPEN: true,
  PROVIDER_UNAVAILABLE: true,
  REQUEST_REJECTED: false,
  RESPONSE_INVALID: false,
  CURSOR_EXPIRED: true,
  WEBHOOK_UNVERIFIED: false,
  UNSUPPORTED: false,
  LEASE_BUSY: true,
  LEASE_LOST: true,
  INTERRUPTED: true,
  CANCELLED: true,
  STORE_UNAVAILABLE: true,
  STORE_INVALID: false,
  UNEXPECTED: false,
}
const codes = Object.keys(retryable) as IntegrationErrorCode[]

describe('IntegrationError', () => {
  test.each(codes)('%s knows whether trying again helps, unless told otherwise', (code) => {
    expect(new IntegrationError(code, 'x').retryable).toBe(retryable[code])
    expect(new IntegrationError(code, 'x', { retryable: !retryable[code] }).retryable).toBe(!retryable[code])
  })

  test('carries what it was given', () => {
    const cause = new Error('socket hang up')
    const error = new IntegrationError('RATE_LIMITED', 'BambooHR wants us to wait.', {
      provider: 'bamboohr',
      entity: 'employees',
      status: 429,
      retryAfterMs: 30_000,
      issues: ['one', 'two'],
      cause,
    })
    expect(error).toMatchObject({
      name: 'IntegrationError',
      code: 'RATE_LIMITED',
      message: 'BambooHR wants us to wait.',
      provider: 'bamboohr',
      entity: 'employees',
      status: 429,
      retryAfterMs: 30_000,
      issues: ['one', 'two'],
    })
    expect(error.cause).toBe(cause)
    expect(error).toBeInstanceOf(Error)
  })

  test('has no cause and no issues when none were given', () => {
    const error = new IntegrationError('UNSUPPORTED', 'x')
    expect('cause' in error).toBe(false)
    expect(error.issues).toEqual([])
  })

  test('keeps a cause of null', () => {
    expect(new IntegrationError('UNSUPPORTED', 'x', { cause: null }).cause).toBeNull()
  })

  test('leaves the cause out of its JSON, where it could carry a secret', () => {
    const error = new IntegrationError('AUTH_FAILED', 'x', { cause: new Error('Bearer abc') })
    expect(JSON.stringify(error)).not.toContain('abc')
  })
})

describe('IntegrationError.is', () => {
  const error = new IntegrationError('LEASE_BUSY', 'x')

  test('knows its own, with and without codes', () => {
    expect(IntegrationError.is(error)).toBe(true)
    expect(IntegrationError.is(error, 'LEASE_BUSY')).toBe(true)
    expect(IntegrationError.is(error, 'AUTH_FAILED', 'LEASE_BUSY')).toBe(true)
    expect(IntegrationError.is(error, 'AUTH_FAILED')).toBe(false)
  })

  test.each([undefined, null, 0, 'LEASE_BUSY', new Error('LEASE_BUSY'), { code: 'LEASE_BUSY' }, () => 1, Symbol('x')])(
    'does not take %s for one',
    (value) => {
      expect(IntegrationError.is(value)).toBe(false)
      expect(IntegrationError.is(value, 'LEASE_BUSY')).toBe(false)
    },
  )

  test('knows the errors of a subclass', () => {
    class Special extends IntegrationError {}
    expect(IntegrationError.is(new Special('LEASE_BUSY', 'x'), 'LEASE_BUSY')).toBe(true)
  })

  test('knows the errors of another copy of the package, which instanceof does not', async () => {
    vi.resetModules()
    const copy = await import('../src/integration-error.ts')
    const foreign: unknown = new copy.IntegrationError('LEASE_BUSY', 'x')
    expect(foreign).not.toBeInstanceOf(IntegrationError)
    expect(IntegrationError.is(foreign, 'LEASE_BUSY')).toBe(true)
    expect(copy.IntegrationError.is(error, 'LEASE_BUSY')).toBe(true)
  })

  test('knows the errors of another realm', () => {
    const source = `(() => { ${IntegrationError.toString().replace(/^class/, 'const Copy = class')}; return new Copy('LEASE_BUSY', 'x') })()`
    const marker = Object.getOwnPropertySymbols(error)[0]
    const foreign: unknown = runInNewContext(source, { MARKER: marker, RETRYABLE: new Set() })
    expect(foreign).not.toBeInstanceOf(Error)
    expect(IntegrationError.is(foreign, 'LEASE_BUSY')).toBe(true)
  })
})
