import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { IntegrationError, createIntegrations, memoryStore, redactingLogger, silentLogger } from '../src/index.ts'
import type { LogFields, Logger } from '../src/index.ts'
import { learningVault } from '../src/logging/learning-vault.ts'
import { createVault, generateVaultKey } from '../src/vault/credential-vault.ts'
import { trialAdapter } from './support/trial-adapter.ts'

const SECRET = 'q7-Zeta/9+secret value'

interface Line {
  readonly level: string
  readonly fields: LogFields
  readonly message: string
}

function recorder(enabled: (level: string) => boolean = () => true) {
  const lines: Line[] = []
  const at = (level: string) => (fields: LogFields, message: string) => {
    lines.push({ level, fields, message })
  }
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  return { lines, logger: { ...logger, isLevelEnabled: enabled } }
}

/** One field through a fresh guard that knows {@link SECRET}. */
function passed(value: unknown): unknown {
  const { lines, logger } = recorder()
  redactingLogger(logger, { secrets: { apiKey: SECRET } }).info({ value }, 'm')
  return lines[0]?.fields.value
}

const shown = (value: unknown): string => inspect(value, { depth: 50, showHidden: true, maxStringLength: null })

describe('redacting logger', () => {
  test('what is harmless passes as it is', () => {
    const fields = { entity: 'employees', retry: 2, big: 9n, ok: true, none: null, at: new Date(0), list: ['a', 1] }
    const { lines, logger } = recorder()
    redactingLogger(logger).warn(fields, 'Repeating GET /v1/employees/12')
    expect(lines).toEqual([
      { level: 'warn', fields: { ...fields, big: '9' }, message: 'Repeating GET /v1/employees/12' },
    ])
  })

  test.each([
    ['as it is', `it was ${SECRET}!`],
    ['URL-encoded', encodeURIComponent(SECRET)],
    ['in JSON', JSON.stringify({ quoted: `${SECRET}"\n` })],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in base64url', Buffer.from(SECRET).toString('base64url')],
    ['as a field name', { [SECRET]: 1 }],
    ['deep', { a: [{ b: new Map([['c', new Set([SECRET])]]) }] }],
    ['in a URL', new URL(`https://u:${encodeURIComponent(SECRET)}@h.example/p?k=${encodeURIComponent(SECRET)}`)],
    ['in headers', new Headers({ 'x-plain': Buffer.from(SECRET).toString('base64') })],
    ['in an error', new Error(SECRET, { cause: new AggregateError([Object.assign(new Error(), { config: SECRET })]) })],
    ['in bytes', Buffer.from(SECRET)],
  ])('a known credential does not pass %s', (_how, value) => {
    const text = shown(passed(value))
    for (const form of [SECRET, encodeURIComponent(SECRET), Buffer.from(SECRET).toString('base64').replace(/=+$/, '')])
      expect(text).not.toContain(form)
  })

  test('a known credential passes nowhere in a message, wherever it stands', () => {
    const noise = fc.string({ maxLength: 30, unit: 'grapheme' })
    fc.assert(
      fc.property(fc.string({ minLength: 4, maxLength: 40 }), noise, noise, (secret, before, after) => {
        const { lines, logger } = recorder()
        redactingLogger(logger, { secrets: [secret] }).error({ text: before + secret }, before + secret + after)
        // A word of the mark itself is nobody's secret.
        fc.pre(!'[redacted]'.includes(secret) && !before.includes(secret) && !after.includes(secret))
        expect(lines[0]?.message.split('[redacted]').join('\0')).not.toContain(secret)
        expect(String(lines[0]?.fields.text).split('[redacted]').join('\0')).not.toContain(secret)
      }),
    )
  })

  test.each([
    [
      'apiKey',
      'api_key',
      'x-api-key',
      'Authorization',
      'refreshToken',
      'clientSecret',
      'password',
      'pwd',
      'Set-Cookie',
    ],
  ])('fields named like secrets are left out whatever they hold: %s …', (...names) => {
    for (const name of names) expect(passed({ [name]: { inner: 'abc' } })).toEqual({ [name]: '[redacted]' })
    expect(passed({ tokenExpired: true, session: 'open' })).toEqual({ tokenExpired: true, session: 'open' })
  })

  test.each([
    ['GET https://h.example/p?key=abc failed', 'GET https://h.example/p?[redacted] failed'],
    ['https://me:pw@h.example/', 'https://[redacted]@h.example/'],
    ['Authorization: Bearer abc def', 'Authorization: [redacted]'],
    ['sent Bearer abc.def-123 to it', 'sent Bearer [redacted] to it'],
    ['eyJhbGciOi.eyJzdWIiOi.c2ln', '[redacted]'],
    ['{"client_secret":"abc","n":1}', '{"client_secret":"[redacted]","n":1}'],
    ['sealed.v1.k1.a.b', '[sealed]'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----', '[redacted]'],
    ['the bearer of basic rights', 'the bearer of basic rights'],
  ])('what looks like a secret is one: %s', (text, expected) => {
    expect(passed(text)).toBe(expected)
  })

  test('errors keep their kind, code, stack and causes', () => {
    const cause = new IntegrationError('AUTH_FAILED', `refused ${SECRET}`, { status: 401 })
    const error = passed(new TypeError('bad', { cause }))
    expect(error).toMatchObject({
      name: 'TypeError',
      message: 'bad',
      stack: expect.stringContaining('redacting-logger.test.ts'),
      cause: { name: 'IntegrationError', code: 'AUTH_FAILED', status: 401, message: 'refused [redacted]' },
    })
  })

  test('cycles, depth, width, long texts and objects that throw end well', () => {
    const cycle: Record<string, unknown> = { n: 1 }
    cycle.self = cycle
    expect(passed(cycle)).toEqual({ n: 1, self: '[circular]' })
    const error = new Error('e')
    error.cause = error
    expect(passed(error)).toMatchObject({ cause: '[circular]' })
    let deep: unknown = 'end'
    for (let n = 0; n < 10_000; n += 1) deep = { deep }
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`k${String(n)}`, { n, a: [n] }]))
    const tree = Array.from({ length: 200 }, () => Array.from({ length: 200 }, () => ({ wide })))
    for (const value of [deep, wide, tree, 'x'.repeat(10_000_000), new Uint8Array(10_000_000)])
      expect(shown(passed(value)).length).toBeLessThan(100_000)
    const hostile = {
      get boom() {
        throw new Error('no')
      },
    }
    expect(passed(hostile)).toBe('[unreadable]')
    expect(passed(new Proxy({}, { ownKeys: () => expect.fail('not caught') }))).toBe('[unreadable]')
    expect(passed(() => 1)).toBe('[function]')
  })

  test('a secret that the limit of a text would cut does not pass in part', () => {
    const text = passed(`${'x'.repeat(3990)}${SECRET}${'y'.repeat(9999)}`)
    expect(text).not.toContain(SECRET.slice(0, 6))
  })

  test('a level that is switched off costs nothing', () => {
    const { lines, logger } = recorder((level) => level !== 'debug')
    const fields = {
      get looked(): number {
        return expect.fail('it was looked at')
      },
    }
    redactingLogger(logger).debug(fields, 'm')
    redactingLogger(silentLogger).error(fields, 'm')
    expect(lines).toEqual([])
  })

  test('one logger can share what another knows, and learns', () => {
    const [first, second] = [recorder(), recorder()]
    const guard = redactingLogger(first.logger)
    const like = redactingLogger(second.logger, { like: guard })
    expect(redactingLogger(guard)).toBe(guard)
    guard.learn({ apiKey: SECRET })
    like.info({}, SECRET)
    expect(second.lines[0]?.message).toBe('[redacted]')
  })

  test('what it knows is bounded: the oldest credentials make room', () => {
    const { lines, logger } = recorder()
    const guard = redactingLogger(logger)
    for (let n = 0; n < 30_000; n += 1) guard.learn(`credential-${String(n)}`)
    guard.info({}, 'credential-29999')
    guard.info({}, 'credential-1')
    expect(lines.map(({ message }) => message)).toEqual(['[redacted]', 'credential-1'])
  })

  test('the scopes and times of a grant are no secrets, its tokens are', async () => {
    const said: unknown[] = []
    const vault = learningVault(createVault({ keys: { k1: generateVaultKey() } }), (secrets) => said.push(secrets))
    const key = { organizationId: 'org_1', provider: 'trial' }
    const grant = { accessToken: 'access', refreshToken: 'refresh', scope: 'employees', expiresAt: 1_900_000_000_000 }
    await vault.open(key, await vault.seal(key, { ...grant, apiKey: SECRET }))
    expect(said).toHaveLength(2)
    for (const secrets of said) {
      expect(JSON.stringify(secrets)).toMatch(/access.*refresh.*q7-Zeta/)
      expect(JSON.stringify(secrets)).not.toMatch(/employees|19000/)
    }
  })

  test('createIntegrations puts it before the logger of the app, with every credential that was saved or opened', async () => {
    const { lines, logger } = recorder()
    const store = memoryStore()
    const vault = createVault({ keys: { k1: generateVaultKey() } })
    // An adapter that says what it should not.
    const adapter = trialAdapter(async (step, integration) => {
      if (step === 'connect') integration.seenContext.logger.info({ said: integration.seenConfig }, `with ${SECRET}`)
    })
    const first = createIntegrations({ adapters: [adapter], store, vault })
    await first.connections.save('org_1', 'trial', { credentials: { apiKey: SECRET }, settings: { subdomain: 'a' } })
    const second = createIntegrations({ adapters: [adapter], store, vault, logger })
    await second.get('org_1', 'trial')
    expect(lines[0]?.message).toBe('with [redacted]')
    expect(shown(lines)).not.toContain(SECRET)
    expect(lines[0]?.fields).toMatchObject({ said: { organizationId: 'org_1', credentials: '[redacted]' } })
  })
})
