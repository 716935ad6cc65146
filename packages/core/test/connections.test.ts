import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HealthCheckResult } from '../src/integration.ts'
import type { StandardSchema } from '../src/standard-schema.ts'
import { collect } from './support/collect.ts'
import { trialAdapter } from './support/trial-adapter.ts'
import { trialApp, trialKey } from './support/trial-app.ts'
import type { TrialApp } from './support/trial-app.ts'

const secret = 'v3ry-s3cret-key'
const details = { credentials: { apiKey: secret }, settings: { subdomain: 'acme' } }
const stored = (app: TrialApp): ReturnType<TrialApp['store']['connections']['list']> => app.store.connections.list({})

describe('save', () => {
  test('validates, applies defaults, seals and stores', async () => {
    const app = trialApp()
    const saved = await app.integrations.connections.save('org_1', 'trial', {
      ...details,
      webhookUrl: 'https://a.example',
    })
    expect(saved).toEqual({
      organizationId: 'org_1',
      provider: 'trial',
      connection: 'default',
      id: expect.any(String),
      type: 'hris',
      settings: { subdomain: 'acme', region: 'ca' },
      webhookUrl: 'https://a.example',
      enabled: true,
      status: 'active',
      statusReason: undefined,
      lastSyncAt: undefined,
    })
    const row = await app.store.connections.get(trialKey('org_1'))
    expect(await app.vault.open(trialKey('org_1'), row!.credentials)).toEqual({ apiKey: secret })
  })

  test('the stored text never contains the secret, in any spelling', async () => {
    const app = trialApp()
    await fc.assert(
      fc.asyncProperty(fc.uuid(), fc.string({ maxLength: 5 }), async (uuid, rest) => {
        const apiKey = `${uuid}${rest}`
        await app.integrations.connections.save('org_1', 'trial', { ...details, credentials: { apiKey } })
        const text = JSON.stringify(await stored(app))
        for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const) {
          expect(text).not.toContain(Buffer.from(uuid).toString(encoding).slice(0, 40))
        }
      }),
      { numRuns: 30 },
    )
  })

  test('what no schema names is left out, so a secret in the wrong place is not stored', async () => {
    const app = trialApp()
    const settings = { subdomain: 'acme', apiKey: secret }
    await app.integrations.connections.save('org_1', 'trial', { ...details, settings })
    expect(JSON.stringify(await stored(app))).not.toContain(secret)
  })

  test('lists what is wrong and stores nothing', async () => {
    const app = trialApp()
    const { connections } = app.integrations
    const wrong = { apiKey: 7 } as unknown as { apiKey: string }
    await expect(connections.save('org_1', 'trial', { ...details, credentials: wrong })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      provider: 'trial',
      issues: ['apiKey: expected a text'],
      message: 'The credentials for trial do not fit: apiKey: expected a text. Nothing was saved.',
    })
    const none = {} as unknown as { subdomain: string }
    await expect(connections.save('org_1', 'trial', { ...details, settings: none })).rejects.toMatchObject({
      issues: ['subdomain: expected a text'],
      message: expect.stringContaining('The settings for trial do not fit'),
    })
    expect(await stored(app)).toEqual([])
    expect(await app.store.audit.list('org_1')).toEqual([])
  })

  test('an invalid change leaves the connection as it was', async () => {
    const app = trialApp()
    await app.integrations.connections.save('org_1', 'trial', details)
    const before = await stored(app)
    const none = {} as unknown as { subdomain: string }
    await expect(
      app.integrations.connections.save('org_1', 'trial', { ...details, settings: none }),
    ).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(await stored(app)).toEqual(before)
  })

  test.each([
    ['credentials', 'text'],
    ['credentials', ['a']],
    ['credentials', { big: 1n }],
    ['settings', 'text'],
    ['settings', ['a']],
    ['settings', { big: 1n }],
  ])('without a schema, %s of %o are still refused', async (what, value) => {
    const adapter = { ...trialAdapter(), credentials: undefined, settings: undefined }
    const app = trialApp({ adapter })
    const save = app.integrations.connections.save('org_1', 'trial', { ...details, [what]: value })
    await expect(save).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('must be an object that JSON can hold'),
    })
    expect(await stored(app)).toEqual([])
  })

  test('an adapter without schemas needs neither', async () => {
    const app = trialApp({ adapter: { ...trialAdapter(), credentials: undefined, settings: undefined } })
    const nothing = {} as { credentials: { apiKey: string }; settings: { subdomain: string } }
    await app.integrations.connections.save('org_1', 'trial', nothing)
    await app.integrations.get('org_1', 'trial')
    expect(app.adapter.made[0]?.seenConfig).toMatchObject({ credentials: {}, settings: {} })
  })

  test('a schema that answers later is waited for', async () => {
    const settings: StandardSchema<unknown, { subdomain: string }> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: () => Promise.resolve({ issues: [{ message: 'unknown company', path: [{ key: 'subdomain' }] }] }),
      },
    }
    const app = trialApp({ adapter: { ...trialAdapter(), settings } })
    await expect(app.integrations.connections.save('org_1', 'trial', details)).rejects.toMatchObject({
      issues: ['subdomain: unknown company'],
    })
  })

  test('fails for a provider without an adapter', async () => {
    const { connections } = trialApp().integrations
    await expect(connections.save('org_1', 'workday' as 'trial', details)).rejects.toThrow(/No adapter is registered/)
  })
})

describe('get and list', () => {
  test('never show credentials', async () => {
    const app = trialApp()
    const { connections } = app.integrations
    await connections.save('org_1', 'trial', details)
    const shown = [
      await connections.save('org_1', 'trial', { ...details, connection: 'second' }),
      await connections.get('org_1', 'trial'),
      ...(await connections.list('org_1')),
    ]
    expect(shown).toHaveLength(4)
    for (const connection of shown) expect(Object.keys(connection!)).not.toContain('credentials')
    expect(JSON.stringify(shown)).not.toMatch(/sealed\.v1/)
  })

  test('show one organization only', async () => {
    const app = trialApp()
    const { connections } = app.integrations
    await app.save('org_1')
    await app.save('org_1', 'second')
    await app.save('org_2')
    const names = (await connections.list('org_1')).map(({ organizationId, connection }) => [
      organizationId,
      connection,
    ])
    expect(names.sort()).toEqual([
      ['org_1', 'default'],
      ['org_1', 'second'],
    ])
    expect(await connections.get('org_2', 'trial', 'second')).toBeUndefined()
    expect(await connections.list('org_3')).toEqual([])
  })
})

describe('enable, disable and remove', () => {
  test('disable keeps everything but the right to use it; enable gives that back', async () => {
    const app = trialApp()
    const { connections } = app.integrations
    await app.save('org_1')
    const [before] = await stored(app)
    await connections.disable('org_1', 'trial')
    expect(await connections.get('org_1', 'trial')).toMatchObject({ enabled: false, status: 'disabled' })
    await expect(app.integrations.get('org_1', 'trial')).rejects.toThrow(/is disabled/)
    await connections.enable('org_1', 'trial')
    expect(await stored(app)).toEqual([before])
    expect((await app.integrations.get('org_1', 'trial')).provider).toBe('trial')
  })

  test.each(['enable', 'disable'] as const)('%s of a connection that is not there says so', async (call) => {
    const app = trialApp()
    await app.save('org_1')
    await expect(app.integrations.connections[call]('org_1', 'trial', { connection: 'second' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'Organization "org_1" has no trial connection "second".',
    })
    expect(await app.store.audit.list('org_1')).toHaveLength(1)
  })

  test('remove erases that connection only, and says what went', async () => {
    const app = trialApp()
    await app.save('org_1')
    await app.save('org_1', 'second')
    await app.save('org_2')
    expect(await app.integrations.connections.remove('org_1', 'trial')).toMatchObject({ connections: 1, records: 0 })
    expect(
      (await stored(app)).map(({ organizationId, connection }) => `${organizationId}/${connection}`).sort(),
    ).toEqual(['org_1/second', 'org_2/default'])
  })
})

describe('check', () => {
  test.each<[HealthCheckResult, string, string | undefined]>([
    [{ status: 'healthy', latencyMs: 12 }, 'active', undefined],
    [{ status: 'active' }, 'active', undefined],
    [{ status: 'degraded', lastError: 'slow' }, 'degraded', 'slow'],
    [{ status: 'unhealthy', lastError: 'down' }, 'degraded', 'down'],
    [{ status: 'needs_reconnect', lastError: 'The key was revoked.' }, 'needs_reconnect', 'The key was revoked.'],
  ])('remembers %j', async (health, status, statusReason) => {
    const clock = { now: () => 1234, sleep: () => Promise.resolve() }
    const adapter = trialAdapter(async (step, integration) => {
      if (step === 'initialize') integration.health = health
    })
    const app = trialApp({ adapter, clock })
    await app.save('org_1')
    expect(await app.integrations.connections.check('org_1', 'trial')).toEqual(health)
    const remembered = { ...health, lastCheckedAt: new Date(1234) }
    expect(app.integrations.registry.getHealth('org_1', 'trial')).toEqual(remembered)
    expect(await app.integrations.connections.get('org_1', 'trial')).toMatchObject({ status, statusReason })
  })

  test('is forgotten with the connection', async () => {
    const app = trialApp()
    await app.save('org_1')
    await app.integrations.connections.check('org_1', 'trial')
    await app.integrations.connections.remove('org_1', 'trial')
    expect(app.integrations.registry.getHealth('org_1', 'trial')).toBeUndefined()
  })

  test('a healthy answer takes an earlier worry back', async () => {
    const app = trialApp()
    await app.save('org_1')
    await app.store.connections.setStatus(trialKey('org_1'), 'needs_reconnect', 'revoked')
    await app.integrations.connections.check('org_1', 'trial')
    expect(await app.integrations.connections.get('org_1', 'trial')).toMatchObject({
      status: 'active',
      statusReason: undefined,
    })
  })
})

test('the audit log has who did what, and no secret', async () => {
  const clock = { now: () => 42, sleep: () => Promise.resolve() }
  const app = trialApp({ clock })
  const { connections } = app.integrations
  await connections.save('org_1', 'trial', { ...details, actor: 'user_7' })
  await connections.disable('org_1', 'trial', { actor: 'user_8' })
  await connections.enable('org_1', 'trial')
  await connections.remove('org_1', 'trial', { actor: 'user_9' })
  const entries = await app.store.audit.list('org_1')
  const entry = { at: 42, organizationId: 'org_1', target: 'trial/default' }
  expect(entries).toEqual([
    { ...entry, actor: 'user_9', action: 'connection.remove' },
    { ...entry, actor: 'system', action: 'connection.enable' },
    { ...entry, actor: 'user_8', action: 'connection.disable' },
    { ...entry, actor: 'user_7', action: 'connection.save' },
  ])
  expect(await app.store.audit.list('org_2')).toEqual([])
})

describe('organization ids as an attacker would choose them', () => {
  const odd = [
    '../x',
    '..',
    '/',
    "a'; drop table integration_configs; --",
    'a","b',
    '%',
    '_',
    '*',
    '組織',
    '🏢',
    '\u00c9',
    'E\u0301',
    ' a',
  ]

  test('any text is an organization of its own', async () => {
    const app = trialApp()
    const { connections } = app.integrations
    for (const organizationId of odd) await app.save(organizationId)
    for (const organizationId of odd) {
      expect((await connections.list(organizationId)).map((connection) => connection.organizationId)).toEqual([
        organizationId,
      ])
      await app.integrations.get(organizationId, 'trial')
      expect(app.adapter.made.at(-1)?.seenConfig.credentials.apiKey).toBe(`key of ${organizationId}/default`)
    }
    await connections.remove('%', 'trial')
    expect(await stored(app)).toHaveLength(odd.length - 1)
  })

  const impossible: [string, unknown][] = [
    ['blank', ' \t '],
    ['empty', ''],
    ['of 256 characters', 'x'.repeat(256)],
    ['with a NUL', 'a\0b'],
    ['half a character', 'a\ud800'],
    ['undefined', undefined],
    ['null', null],
    ['an object', { toString: () => 'org_1' }],
  ]
  const calls: Record<string, (app: TrialApp, organizationId: string) => Promise<unknown>> = {
    save: (app, id) => app.integrations.connections.save(id, 'trial', details),
    get: (app, id) => app.integrations.connections.get(id, 'trial'),
    list: (app, id) => app.integrations.connections.list(id),
    enable: (app, id) => app.integrations.connections.enable(id, 'trial'),
    disable: (app, id) => app.integrations.connections.disable(id, 'trial'),
    check: (app, id) => app.integrations.connections.check(id, 'trial'),
    remove: (app, id) => app.integrations.connections.remove(id, 'trial'),
    'integrations.get': (app, id) => app.integrations.get(id, 'trial'),
    'factory.use': (app, id) => app.integrations.factory.use(trialKey(id), () => Promise.resolve()),
    records: (app, id) => collect(app.integrations.records(id, 'trial', 'employees')),
  }

  test.each(impossible)(
    'one that is %s is refused by every call, before anything is read or written',
    async (_what, id) => {
      const app = trialApp()
      await app.save('org_1')
      const before = await stored(app)
      for (const [name, call] of Object.entries(calls)) {
        await expect(call(app, id as string), name).rejects.toMatchObject({
          code: 'CONFIG_INVALID',
          message: 'The organizationId of a connection is a text of 1 to 255 characters that is not blank.',
        })
      }
      expect(await stored(app)).toEqual(before)
      expect(app.adapter.made).toHaveLength(0)
    },
  )

  test('255 characters fit', async () => {
    const app = trialApp()
    await app.save('x'.repeat(255))
    expect(await stored(app)).toHaveLength(1)
  })

  test('so are connection names', async () => {
    const { connections } = trialApp().integrations
    await expect(connections.save('org_1', 'trial', { ...details, connection: ' ' })).rejects.toThrow(
      /^The connection of a connection/,
    )
  })
})
