import { createVault, generateVaultKey, memoryStore } from '@unioneyes/core'
import type { ConnectionInput, ConnectionKey, ConnectionRef, CredentialVault } from '@unioneyes/core'
import fc from 'fast-check'
import type { Scheduler } from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { TrialIntegration, trialAdapter } from '../../packages/core/test/support/trial-adapter.ts'
import { trialApp, trialKey } from '../../packages/core/test/support/trial-app.ts'
import type { TrialApp } from '../../packages/core/test/support/trial-app.ts'

const nameOf = (key: ConnectionKey): string => JSON.stringify([key.organizationId, key.connection])

/** An app in which a scheduler decides at every await who goes on: store calls, vault calls, connects, disconnects, checks. */
function interleavedApp(scheduler: Scheduler): TrialApp {
  const store = memoryStore()
  const inner = createVault({ keys: { k1: generateVaultKey() } })
  const vault: CredentialVault = {
    ...inner,
    open: scheduler.scheduleFunction((key: ConnectionRef, sealed: string) => inner.open(key, sealed)),
    seal: scheduler.scheduleFunction((key: ConnectionRef, plain: Readonly<Record<string, unknown>>) =>
      inner.seal(key, plain),
    ),
  }
  const connections = {
    ...store.connections,
    get: scheduler.scheduleFunction((key: ConnectionKey) => store.connections.get(key)),
    save: scheduler.scheduleFunction((input: ConnectionInput) => store.connections.save(input)),
  }
  const adapter = trialAdapter((at) => scheduler.schedule(Promise.resolve(), at))
  return trialApp({ adapter, vault, store: { ...store, connections } })
}

/** Whose integration it is, by everything that it was given: all of it must name the same owner. */
function ownersSeenBy(integration: TrialIntegration): string[] {
  const { organizationId, connection, credentials, settings } = integration.seenConfig
  const owner = `${organizationId}/${connection}`
  return [
    nameOf({ ...trialKey(organizationId, connection) }),
    nameOf(integration.seenContext.key),
    credentials.apiKey === `key of ${owner}`
      ? nameOf(trialKey(organizationId, connection))
      : String(credentials.apiKey),
    settings.subdomain === owner ? nameOf(trialKey(organizationId, connection)) : String(settings.subdomain),
  ]
}

function expectOwner(integration: unknown, key: ConnectionKey): void {
  expect(integration).toBeInstanceOf(TrialIntegration)
  if (!(integration instanceof TrialIntegration)) return
  expect(new Set(ownersSeenBy(integration))).toEqual(new Set([nameOf(key)]))
}

const calls = ['get', 'use', 'check', 'save', 'disable', 'enable'] as const
interface Step {
  readonly call: (typeof calls)[number]
  readonly key: ConnectionKey
}

async function take(app: TrialApp, { call, key }: Step): Promise<void> {
  const { organizationId, connection } = key
  const { factory, connections } = app.integrations
  if (call === 'get') expectOwner(await app.integrations.get(organizationId, 'trial', connection), key)
  else if (call === 'use') {
    await factory.use(key, async (integration) => {
      expectOwner(integration, key)
      await integration.healthCheck()
      expectOwner(integration, key)
    })
  } else if (call === 'check') await connections.check(organizationId, 'trial', connection)
  else if (call === 'save') await app.save(organizationId, connection)
  else await connections[call](organizationId, 'trial', { connection })
}

const step = (organizations: readonly string[], among: readonly Step['call'][]): fc.Arbitrary<Step> =>
  fc.record({
    call: fc.constantFrom(...among),
    key: fc.record({
      organizationId: fc.constantFrom(...organizations),
      provider: fc.constant('trial'),
      connection: fc.constantFrom('default', 'second'),
    }),
  })

describe('law 1: tenancy', () => {
  test('two organizations interleaved at every await never get what belongs to the other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(step(['org_1', 'org_2'], calls), { minLength: 2, maxLength: 14 }),
        async (scheduler, plan) => {
          const app = interleavedApp(scheduler)
          const keys = ['org_1', 'org_2'].flatMap((id) => [trialKey(id), trialKey(id, 'second')])
          await scheduler.waitFor(Promise.all(keys.map((key) => app.save(key.organizationId, key.connection))))
          const settled = await scheduler.waitFor(Promise.allSettled(plan.map((one) => take(app, one))))
          for (const result of settled) {
            if (result.status === 'rejected') expect(String(result.reason)).toMatch(/is disabled/)
          }
          for (const made of app.adapter.made) expectOwner(made, made.seenContext.key)
          for (const key of keys) {
            const shown = await app.integrations.connections.list(key.organizationId)
            expect(new Set(shown.map(({ organizationId }) => organizationId))).toEqual(new Set([key.organizationId]))
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  test('whatever one organization does, the live integration of the other stays the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(step(['org_1'], ['get', 'use', 'check']), { minLength: 1, maxLength: 6 }),
        fc.array(step(['org_2'], calls), { minLength: 1, maxLength: 8 }),
        async (scheduler, quiet, busy) => {
          const app = interleavedApp(scheduler)
          const keys = ['org_1', 'org_2'].flatMap((id) => [trialKey(id), trialKey(id, 'second')])
          await scheduler.waitFor(Promise.all(keys.map((key) => app.save(key.organizationId, key.connection))))
          await scheduler.waitFor(Promise.allSettled([...quiet, ...busy].map((one) => take(app, one))))
          const mine = app.adapter.made.filter((made) => made.seenConfig.organizationId === 'org_1')
          expect(mine).toHaveLength(new Set(quiet.map(({ key }) => key.connection)).size)
          expect(mine.every((made) => made.isConnected && made.times('disconnect') === 0)).toBe(true)
        },
      ),
      { numRuns: 100 },
    )
  })

  test('names made of separators never meet in one integration, row or health', async () => {
    const separators = ['/', ':', '"', ',', '","', '[', ']', '\\', '|']
    const part = fc.constantFrom('a', 'b', 'trial', ...separators)
    const name = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''))
    const pair = fc.tuple(name, name)
    const anyPairs = fc.uniqueArray(pair, { selector: (names) => JSON.stringify(names), minLength: 2, maxLength: 6 })
    // Two connections whose names are the same text once they are joined by a separator.
    const joinedBy = (by: string, [a, b, c] = ['a', 'b', 'c']): [string, string][] => [
      [a, [b, 'trial', c].join(by)],
      [[a, 'trial', b].join(by), c],
    ]
    const lookalikes = fc
      .tuple(fc.tuple(name, name, name), part)
      .map(([names, by]) => joinedBy(by, names))
      .filter(([left, right]) => left?.[0] !== right?.[0])
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyPairs, lookalikes), async (pairs) => {
        const app = trialApp()
        const { registry, connections } = app.integrations
        for (const [organizationId, connection] of pairs) await app.save(organizationId, connection)
        for (const [index, [organizationId, connection]] of pairs.entries()) {
          const lastCheckedAt = new Date(index)
          registry.updateHealth(trialKey(organizationId, connection), { status: 'healthy', lastCheckedAt })
        }
        for (let round = 0; round < 2; round += 1) {
          for (const [index, [organizationId, connection]] of pairs.entries()) {
            const key = trialKey(organizationId, connection)
            expectOwner(await app.integrations.get(organizationId, 'trial', connection), key)
            expect(registry.getHealth(organizationId, 'trial', connection)?.lastCheckedAt.getTime()).toBe(index)
            expect(await connections.get(organizationId, 'trial', connection)).toMatchObject(key)
          }
        }
        expect(app.adapter.made).toHaveLength(pairs.length)
      }),
      // Every separator at least once, whatever chance brings.
      { examples: separators.map((by) => [joinedBy(by)]) },
    )
  })

  test('a row of another organization does not open, even when the store hands it out', async () => {
    const store = memoryStore()
    const confused = { ...store.connections, get: () => store.connections.get(trialKey('org_1')) }
    const app = trialApp({ store: { ...store, connections: confused } })
    await app.save('org_1')
    expectOwner(await app.integrations.get('org_1', 'trial'), trialKey('org_1'))
    await expect(app.integrations.get('org_2', 'trial')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(app.integrations.get('org_1', 'trial', 'second')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(app.adapter.made).toHaveLength(1)
  })

  test('a missing organization never means all of them', async () => {
    const app = trialApp()
    await app.save('org_1')
    const missing: unknown[] = [undefined, null, '', ' ']
    for (const organizationId of missing as string[]) {
      const { connections } = app.integrations
      await expect(connections.list(organizationId)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
      await expect(connections.remove(organizationId, 'trial')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
      await expect(app.integrations.get(organizationId, 'trial')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    }
    expect(await app.store.connections.list({})).toHaveLength(1)
  })

  test('two instances in one process share no live integration', async () => {
    const store = memoryStore()
    const vault = createVault({ keys: { k1: generateVaultKey() } })
    const [first, second] = [trialApp({ store, vault }), trialApp({ store, vault })]
    await first.save('org_1')
    await first.integrations.get('org_1', 'trial')
    await second.integrations.get('org_1', 'trial')
    expect([first.adapter.made.length, second.adapter.made.length]).toEqual([1, 1])
    await first.integrations.close()
    expect(second.adapter.made[0]?.isConnected).toBe(true)
  })

  test('an organization that hangs does not hold up another', async () => {
    const never = new Promise<void>(() => {})
    const adapter = trialAdapter((at, made) =>
      made.seenConfig.organizationId === 'org_1' && at !== 'initialize' ? never : Promise.resolve(),
    )
    const app = trialApp({ adapter, maxLive: 1 })
    await app.save('org_1')
    await app.save('org_2')
    const hanging = vi.fn()
    void app.integrations.get('org_1', 'trial').then(hanging, hanging)
    const got: unknown[] = []
    void app.integrations.get('org_2', 'trial').then((integration) => got.push(integration))
    await vi.waitFor(() => expect(got).toHaveLength(1))
    expectOwner(got[0], trialKey('org_2'))
    expect(hanging).not.toHaveBeenCalled()
  })
})
