import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { joinGrant } from '../../src/grants/grant.ts'
import { StoredGrantKeeper } from '../../src/grants/stored-grant-keeper.ts'
import { memoryStore } from '../../src/memory/memory-store.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Store } from '../../src/ports/store.ts'
import { silentLogger } from '../../src/ports/logger.ts'
import { createVault, generateVaultKey } from '../../src/vault/credential-vault.ts'
import { IntegrationError } from '../../src/integration-error.ts'
import { tokenServer } from '../support/token-server.ts'
import type { TokenServer } from '../support/token-server.ts'

const key = { organizationId: 'org_1', provider: 'acme', connection: 'default' }
const START = Date.UTC(2026, 0, 1)
const HOUR = 3_600_000
const vault = createVault({ keys: { k1: generateVaultKey() } })

/** One clock for all, on which a sleep takes no time. */
function oneClock(): Clock & { jump(ms: number): void; sleeps: number[] } {
  let time = START
  const sleeps: number[] = []
  return {
    sleeps,
    now: () => time,
    jump: (ms) => (time += ms),
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      sleeps.push(ms)
      time += ms
      // Lets others go on meanwhile.
      await new Promise((resolve) => setImmediate(resolve))
      signal?.throwIfAborted()
    },
  }
}

interface Scene {
  readonly store: Store
  readonly clock: ReturnType<typeof oneClock>
  readonly server: TokenServer
  readonly keeper: (over?: { store?: Store; clock?: Clock; maxWaitMs?: number }) => StoredGrantKeeper
  /** What stands in the vault. */
  readonly stored: () => Promise<Record<string, unknown>>
  readonly statuses: () => Promise<{ status: string; reason: string | undefined; audit: string[] }>
}

async function scene(credentials: Record<string, unknown> = {}): Promise<Scene> {
  const clock = oneClock()
  const store = memoryStore({ clock })
  const first = { accessToken: 'access 0', refreshToken: 'refresh 0', expiresAt: START + HOUR, webhookKey: 'kept' }
  const sealed = await vault.seal(key, { ...first, ...credentials })
  await store.connections.save({ ...key, type: 'hris', credentials: sealed, settings: {} })
  return {
    store,
    clock,
    server: tokenServer(),
    keeper: (over = {}) =>
      new StoredGrantKeeper({
        key,
        store: over.store ?? store,
        vault,
        clock: over.clock ?? clock,
        logger: silentLogger,
        maxWaitMs: over.maxWaitMs ?? 60_000,
      }),
    stored: async () => vault.open(key, (await store.connections.get(key))?.credentials ?? ''),
    statuses: async () => {
      const row = await store.connections.get(key)
      const audit = await store.audit.list('org_1')
      return { status: row?.status ?? 'none', reason: row?.statusReason, audit: audit.map(({ action }) => action) }
    },
  }
}

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (value) => value,
    (error: unknown) => (IntegrationError.is(error) ? error.code : error),
  )

describe('a grant that lives', () => {
  test('is used as it is until its margin, then renewed and stored beside the other credentials', async () => {
    const { keeper, server, clock, stored, statuses } = await scene()
    const one = keeper()
    expect(await one.fresh(server)).toEqual({ accessToken: 'access 0', scope: undefined })
    clock.jump(HOUR - 5 * 60_000 - 1)
    expect((await one.fresh(server)).accessToken).toBe('access 0')
    clock.jump(1)
    expect((await one.fresh(server)).accessToken).toBe('access 1')
    const now = clock.now()
    expect(await stored()).toEqual({
      accessToken: 'access 1',
      refreshToken: 'refresh 1',
      expiresAt: now + HOUR,
      issuedAt: now,
      webhookKey: 'kept',
    })
    expect(server.asked).toEqual(['refresh 0'])
    expect(await statuses()).toEqual({ status: 'active', reason: undefined, audit: ['grant.renew'] })
  })

  test('is renewed once for a token that was refused, and not for one that was refused long ago', async () => {
    const { keeper, server } = await scene()
    const [one, other] = [keeper(), keeper()]
    await other.fresh(server)
    const refused = { ...server, refused: 'access 0' }
    expect((await Promise.all([one.fresh(refused), one.fresh(refused)])).map((grant) => grant.accessToken)).toEqual([
      'access 1',
      'access 1',
    ])
    expect((await other.fresh(refused)).accessToken).toBe('access 1')
    expect((await other.fresh(refused)).accessToken).toBe('access 1')
    expect(server.asked).toHaveLength(1)
  })

  test('without a stated end lives until it is refused', async () => {
    const { keeper, server, clock } = await scene({ expiresAt: undefined })
    const one = keeper()
    clock.jump(1000 * HOUR)
    expect((await one.fresh(server)).accessToken).toBe('access 0')
    server.lifeMs = undefined
    expect((await one.fresh({ ...server, refused: 'access 0' })).accessToken).toBe('access 1')
    clock.jump(1000 * HOUR)
    expect((await one.fresh(server)).accessToken).toBe('access 1')
  })

  test('goes on to its end when it cannot be renewed ahead of time, without asking at every request', async () => {
    const { keeper, server, clock, statuses } = await scene()
    const one = keeper()
    clock.jump(HOUR - 60_000)
    server.before = () => {
      throw new IntegrationError('PROVIDER_UNAVAILABLE', 'down')
    }
    for (let n = 0; n < 5; n += 1) expect((await one.fresh(server)).accessToken).toBe('access 0')
    expect(server.asked).toHaveLength(1)
    clock.jump(60_000)
    expect(await codeOf(one.fresh(server))).toBe('PROVIDER_UNAVAILABLE')
    expect(await statuses()).toMatchObject({ status: 'active', audit: [] })
    server.before = () => undefined
    expect((await one.fresh(server)).accessToken).toBe('access 1')
  })

  test('is not asked for again and again when the server gives the refused token once more, or one that is over', async () => {
    const { keeper, server, clock } = await scene()
    const one = keeper()
    let asked = 0
    const refresh = () => {
      asked += 1
      return Promise.resolve({ kind: 'renewed' as const, accessToken: 'access 0', refreshToken: `r${String(asked)}` })
    }
    const refused = { refresh, refused: 'access 0' }
    const tokens = await Promise.all([one.fresh(refused), one.fresh(refused)])
    expect(tokens.map(({ accessToken }) => accessToken)).toEqual(['access 0', 'access 0'])
    expect(asked).toBeLessThanOrEqual(2)
    const other = await scene()
    other.clock.jump(HOUR)
    other.server.lifeMs = 1000
    other.server.after = () => other.clock.jump(2000)
    expect((await other.keeper().fresh(other.server)).accessToken).toBe('access 1')
    expect(other.server.asked).toHaveLength(1)
    expect([server.asked, clock.now()]).toEqual([[], START])
  })

  test('is measured by the store’s clock, whatever clock the process has', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -50 * HOUR, max: 50 * HOUR }), async (skewMs) => {
        const { keeper, server, clock } = await scene()
        const skewed: Clock = { ...clock, now: () => clock.now() + skewMs }
        const one = keeper({ clock: skewed })
        expect((await one.fresh(server)).accessToken).toBe('access 0')
        clock.jump(HOUR - 5 * 60_000)
        expect((await one.fresh(server)).accessToken).toBe('access 1')
        expect((await keeper().fresh(server)).accessToken).toBe('access 1')
        expect(server.asked).toHaveLength(1)
      }),
      { numRuns: 30 },
    )
  })
})

describe('a grant that ends', () => {
  test('makes the connection needs_reconnect once, with what to do', async () => {
    const { keeper, server, clock, statuses } = await scene()
    server.revoke()
    clock.jump(HOUR)
    const processes = Array.from({ length: 5 }, () => keeper())
    const codes = await Promise.all(processes.map((one) => codeOf(one.fresh(server))))
    expect(codes).toEqual(Array.from({ length: 5 }, () => 'AUTH_FAILED'))
    for (const one of processes) expect(await codeOf(one.fresh(server))).toBe('AUTH_FAILED')
    expect(server.asked).toEqual(['refresh 0'])
    const { status, reason, audit } = await statuses()
    expect(status).toBe('needs_reconnect')
    expect(reason).toMatch(/invalid_grant.*connect acme again/)
    expect(audit).toEqual(['grant.end'])
  })

  test('is told at once, while its access token serves to its end', async () => {
    const { keeper, server, clock, statuses } = await scene()
    const one = keeper()
    server.revoke()
    clock.jump(HOUR - 60_000)
    expect((await one.fresh(server)).accessToken).toBe('access 0')
    expect(await statuses()).toMatchObject({ status: 'needs_reconnect', audit: ['grant.end'] })
    clock.jump(60_000)
    expect(await codeOf(one.fresh(server))).toBe('AUTH_FAILED')
    expect(server.asked).toHaveLength(1)
  })

  test('is told again when somebody sets the status back, without asking the server or a second entry in the log', async () => {
    const { store, keeper, server, clock, statuses } = await scene()
    server.revoke()
    clock.jump(HOUR)
    await codeOf(keeper().fresh(server))
    await store.connections.setStatus(key, 'active')
    expect(await codeOf(keeper().fresh(server))).toBe('AUTH_FAILED')
    expect(await statuses()).toMatchObject({ status: 'needs_reconnect', audit: ['grant.end'] })
    expect(server.asked).toHaveLength(1)
  })

  test('with no refresh token ends with its access token; a refusal alone does not end it', async () => {
    const { keeper, server, clock, statuses } = await scene({ refreshToken: undefined })
    const one = keeper()
    expect(await codeOf(one.fresh({ ...server, refused: 'access 0' }))).toBe('AUTH_FAILED')
    expect(await statuses()).toMatchObject({ status: 'active', audit: [] })
    clock.jump(HOUR - 1)
    expect((await one.fresh(server)).accessToken).toBe('access 0')
    clock.jump(1)
    expect(await codeOf(one.fresh(server))).toBe('AUTH_FAILED')
    const { status, reason, audit } = await statuses()
    expect([status, audit]).toEqual(['needs_reconnect', ['grant.end']])
    expect(reason).toContain('no refresh token was granted')
  })

  test('begins anew when it is connected again', async () => {
    const { store, keeper, server, clock } = await scene()
    const one = keeper()
    server.revoke()
    clock.jump(HOUR)
    await codeOf(one.fresh(server))
    const credentials = await vault.seal(key, { accessToken: 'access 9', expiresAt: clock.now() + HOUR })
    await store.connections.save({ ...key, type: 'hris', credentials, settings: {} })
    expect((await one.fresh(server)).accessToken).toBe('access 9')
  })
})

describe('what happens between the answer and the save', () => {
  test('a store that fails is tried again before anything else, and the token is not used before', async () => {
    const { store, keeper, server, clock, stored } = await scene()
    let failing = true
    const replaceCredentials: Store['connections']['replaceCredentials'] = (...given) =>
      failing
        ? Promise.reject(new IntegrationError('STORE_UNAVAILABLE', 'locked'))
        : store.connections.replaceCredentials(...given)
    const one = keeper({ store: { ...store, connections: { ...store.connections, replaceCredentials } } })
    clock.jump(HOUR - 60_000)
    expect(await codeOf(one.fresh(server))).toBe('STORE_UNAVAILABLE')
    failing = false
    expect((await one.fresh(server)).accessToken).toBe('access 1')
    expect(await stored()).toMatchObject({ accessToken: 'access 1', refreshToken: 'refresh 1' })
    expect(server.asked).toHaveLength(1)
  })

  test('who sleeps over its lease and wakes with the good token brings the connection back', async () => {
    const { keeper, server, clock, statuses, stored } = await scene()
    const sleeper = keeper()
    clock.jump(HOUR)
    let wake = (): void => undefined
    server.after = () => new Promise((resolve) => (wake = resolve))
    const sleeping = sleeper.fresh(server)
    await until(() => server.asked.length === 1)
    server.after = () => undefined
    clock.jump(60_000)
    expect(await codeOf(keeper().fresh(server))).toBe('AUTH_FAILED')
    expect(await statuses()).toMatchObject({ status: 'needs_reconnect', audit: ['grant.end'] })
    wake()
    expect((await sleeping).accessToken).toBe('access 1')
    expect(await statuses()).toEqual({ status: 'active', reason: undefined, audit: ['grant.renew', 'grant.end'] })
    expect(await stored()).not.toHaveProperty('endedAt')
    expect((await keeper().fresh(server)).accessToken).toBe('access 1')
  })

  test('credentials that were sealed anew meanwhile keep what was changed in them', async () => {
    const { store, keeper, server, clock, stored } = await scene()
    clock.jump(HOUR)
    server.after = async () => {
      const row = await store.connections.get(key)
      const again = await vault.seal(key, { ...(await vault.open(key, row?.credentials ?? '')), webhookKey: 'new' })
      expect(await store.connections.replaceCredentials(key, row?.credentials ?? '', again)).toBe(true)
    }
    expect((await keeper().fresh(server)).accessToken).toBe('access 1')
    expect(await stored()).toMatchObject({ refreshToken: 'refresh 1', webhookKey: 'new' })
  })

  test('a connection that was connected again meanwhile keeps its new grant', async () => {
    const { store, keeper, server, clock, stored, statuses } = await scene()
    clock.jump(HOUR)
    for (const revoked of [false, true]) {
      const accessToken = `access of ${String(revoked)}`
      const next = { accessToken, refreshToken: `refresh of ${String(revoked)}`, expiresAt: clock.now() + HOUR }
      if (revoked) server.revoke()
      server.after = async () => {
        const credentials = await vault.seal(key, next)
        await store.connections.save({ ...key, type: 'hris', credentials, settings: {} })
      }
      expect((await keeper().fresh(server)).accessToken).toBe(accessToken)
      expect(await stored()).toEqual(next)
      expect(await statuses()).toMatchObject({ status: 'active', audit: [] })
      clock.jump(HOUR)
    }
  })

  test('a connection that was removed meanwhile is not made anew', async () => {
    const { store, keeper, server, clock } = await scene()
    clock.jump(HOUR)
    server.after = async () => {
      await store.erase(key)
    }
    expect(await codeOf(keeper().fresh(server))).toBe('CONFIG_INVALID')
    expect(await store.connections.get(key)).toBeUndefined()
  })
})

describe('who waits', () => {
  test('lets go at once when asked to, while the answer is still stored', async () => {
    const { keeper, server, clock, stored } = await scene()
    const one = keeper()
    clock.jump(HOUR)
    let answer = (): void => undefined
    server.after = () => new Promise((resolve) => (answer = resolve))
    const stop = new AbortController()
    const asking = one.fresh({ ...server, signal: stop.signal })
    await until(() => server.asked.length === 1)
    stop.abort(new Error('enough'))
    await expect(asking).rejects.toThrow('enough')
    const settled = one.settled()
    answer()
    await settled
    expect(await stored()).toMatchObject({ accessToken: 'access 1' })
  })

  test('for another process gives up after maxWaitMs, or when asked to', async () => {
    const { store, keeper, server, clock } = await scene()
    clock.jump(HOUR)
    await store.leases.acquire({ ...key, entity: '@grant' }, { runId: 'another', ttlMs: 10 * HOUR })
    expect(await codeOf(keeper({ maxWaitMs: 5000 }).fresh(server))).toBe('LEASE_BUSY')
    expect(clock.now() - START - HOUR).toBe(5000)
    const stop = new AbortController()
    const one = keeper({ clock: { ...clock, sleep: (_ms, signal) => untilAborted(signal) } })
    const waiting = one.fresh({ ...server, signal: stop.signal })
    const settled = one.settled()
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await settled
    expect(server.asked).toEqual([])
  })

  test('gets the token although the one who began the renewal has left', async () => {
    const { keeper, server, clock } = await scene()
    const one = keeper()
    clock.jump(HOUR)
    let answer = (): void => undefined
    server.after = () => new Promise((resolve) => (answer = resolve))
    const stop = new AbortController()
    const first = codeOf(one.fresh({ ...server, signal: stop.signal }))
    const second = one.fresh(server)
    await until(() => server.asked.length === 1)
    stop.abort()
    await first
    answer()
    expect((await second).accessToken).toBe('access 1')
    expect(server.asked).toHaveLength(1)
  })
})

test('in any order of everything, one request per expiry reaches the server, and nobody uses what is not stored', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      async (scheduler, processes, callers, expiries) => {
        const { store, keeper, server, clock, stored } = await scene()
        const scheduled: Store = {
          ...store,
          connections: {
            ...store.connections,
            get: scheduler.scheduleFunction(store.connections.get.bind(store.connections)),
            replaceCredentials: scheduler.scheduleFunction(
              store.connections.replaceCredentials.bind(store.connections),
            ),
          },
          leases: {
            ...store.leases,
            acquire: scheduler.scheduleFunction(store.leases.acquire.bind(store.leases)),
            release: scheduler.scheduleFunction(store.leases.release.bind(store.leases)),
          },
        }
        server.before = () => scheduler.schedule(Promise.resolve(), 'asked')
        server.after = () => scheduler.schedule(Promise.resolve(), 'answered')
        // Waiting takes a turn and no time: no lease runs out while its holder lives.
        const sleep = (): Promise<void> => scheduler.schedule(Promise.resolve(), 'slept')
        const keepers = Array.from({ length: processes }, () =>
          keeper({ store: scheduled, clock: { ...clock, sleep }, maxWaitMs: Number.POSITIVE_INFINITY }),
        )
        for (let expiry = 1; expiry <= expiries; expiry += 1) {
          clock.jump(HOUR)
          const running = keepers.flatMap((one) =>
            Array.from({ length: callers }, async () => {
              const { accessToken } = await one.fresh(server)
              expect(accessToken).toBe(`access ${String(expiry)}`)
              expect((await stored()).accessToken).toBe(accessToken)
            }),
          )
          await scheduler.waitFor(Promise.all(running))
        }
        expect(server.asked).toHaveLength(expiries)
        expect(server.refusals).toEqual([])
      },
    ),
    { numRuns: 60 },
  )
})

test('the grant’s fields are written in one way only, so that what they do not hold is not stored', () => {
  const grant = { accessToken: 'a', refreshToken: undefined, expiresAt: 1, issuedAt: undefined, scope: undefined }
  expect(joinGrant({ ...grant, endedAt: undefined, endedWhy: undefined }, { webhookKey: 'w' })).toEqual({
    webhookKey: 'w',
    accessToken: 'a',
    expiresAt: 1,
  })
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => {
      reject(new Error('aborted'))
    })
  })
}
