import assert from 'node:assert/strict'
import { assertSame, present } from './assertions.ts'
import { connectionInput, syncRun, T } from './examples.ts'
import type { StoreCheckBody } from './store-check.ts'

const key = { organizationId: 'org_1', provider: 'acme', connection: 'default' }

/** What the store of connections must do. */
export const connectionChecks: readonly StoreCheckBody[] = [
  {
    name: 'connections: a saved connection comes back as it was given, active and enabled',
    async run({ store }) {
      const input = connectionInput({
        settings: { subdomain: 'acme', nested: { list: [1, null, 'é"\\'], on: false } },
        webhookUrl: 'https://app.example/hooks',
      })
      const saved = await store.connections.save(input)
      assert.ok(saved.id.length > 0, 'a connection has an id')
      const expected = { ...input, id: saved.id, enabled: true, status: 'active' }
      assertSame(saved, expected, 'what save returns')
      assertSame(await store.connections.get(key), expected, 'what get finds')
    },
  },
  {
    name: 'connections: saving again replaces everything but the id, and makes the connection active',
    async run({ store }) {
      const first = await store.connections.save(
        connectionInput({ settings: { old: true }, webhookUrl: 'https://a.example' }),
      )
      await store.connections.setStatus(key, 'needs_reconnect', 'the grant was revoked')
      const replaced = await store.connections.save(
        connectionInput({ credentials: 'sealed:2', settings: { new: 1 }, enabled: false, type: 'lms' }),
      )
      const expected = {
        ...key,
        id: first.id,
        type: 'lms',
        credentials: 'sealed:2',
        settings: { new: 1 },
        enabled: false,
        status: 'active',
      }
      assertSame(replaced, expected, 'what save returns')
      assertSame(await store.connections.get(key), expected, 'what get finds')
      assert.equal((await store.connections.list({})).length, 1, 'there is still one connection')
    },
  },
  {
    name: 'connections: two connections never share an id',
    async run({ store }) {
      const first = await store.connections.save(connectionInput())
      const second = await store.connections.save(connectionInput({ connection: 'second' }))
      assert.notEqual(first.id, second.id)
    },
  },
  {
    name: 'connections: credentials are replaced only while they are the expected ones',
    async run({ store }) {
      await store.connections.save(connectionInput({ settings: { kept: true } }))
      assert.equal(
        await store.connections.replaceCredentials(key, 'sealed:0', 'sealed:2'),
        false,
        'a stale previous value',
      )
      assert.equal((await store.connections.get(key))?.credentials, 'sealed:1')
      assert.equal(await store.connections.replaceCredentials(key, 'sealed:1', 'sealed:2'), true)
      const replaced = present(await store.connections.get(key), 'the connection')
      assert.equal(replaced.credentials, 'sealed:2')
      assertSame(replaced.settings, { kept: true }, 'the settings stay')
      const elsewhere = { ...key, organizationId: 'org_2' }
      assert.equal(
        await store.connections.replaceCredentials(elsewhere, 'sealed:2', 'sealed:3'),
        false,
        'no such connection',
      )
      assert.equal(await store.connections.get(elsewhere), undefined)
    },
  },
  {
    name: 'connections: of several replacements of the same credentials exactly one wins',
    async run({ store }) {
      await store.connections.save(connectionInput())
      const tries = ['a', 'b', 'c', 'd'].map(async (next) => ({
        next,
        won: await store.connections.replaceCredentials(key, 'sealed:1', next),
      }))
      const winners = (await Promise.all(tries)).filter((attempt) => attempt.won)
      assert.equal(winners.length, 1)
      assert.equal((await store.connections.get(key))?.credentials, winners[0]?.next)
    },
  },
  {
    name: 'connections: a standing comes with the credentials it belongs to, or not at all',
    async run({ store }) {
      const { connections } = store
      await connections.save(connectionInput({ settings: { kept: true } }))
      const standing = { status: 'needs_reconnect', reason: 'the grant was revoked' } as const
      assert.equal(await connections.replaceCredentials(key, 'sealed:0', 'sealed:2', standing), false)
      const untouched = present(await connections.get(key), 'the connection')
      assert.deepEqual([untouched.status, untouched.statusReason], ['active', undefined], 'a stale previous value')
      assert.equal(await connections.replaceCredentials(key, 'sealed:1', 'sealed:2', standing), true)
      const ended = present(await connections.get(key), 'the connection')
      assert.deepEqual([ended.status, ended.statusReason], ['needs_reconnect', 'the grant was revoked'])
      assertSame(
        [ended.credentials, ended.settings],
        ['sealed:2', { kept: true }],
        'the credentials, and the settings beside them',
      )
      assert.equal(await connections.replaceCredentials(key, 'sealed:2', 'sealed:3'), true)
      assert.equal((await connections.get(key))?.status, 'needs_reconnect', 'no standing leaves the status')
      assert.equal(await connections.replaceCredentials(key, 'sealed:3', 'sealed:3', { status: 'active' }), true)
      const back = present(await connections.get(key), 'the connection')
      assert.deepEqual([back.status, back.statusReason], ['active', undefined], 'no reason clears the old one')
    },
  },
  {
    name: 'connections: a disabled connection stays disabled, whatever is found out about its credentials',
    async run({ store }) {
      const { connections } = store
      await connections.save(connectionInput())
      await connections.setEnabled(key, false, 'not now')
      const standing = { status: 'needs_reconnect', reason: 'the grant was revoked' } as const
      assert.equal(await connections.replaceCredentials(key, 'sealed:1', 'sealed:2', standing), true)
      const off = present(await connections.get(key), 'the connection')
      assert.deepEqual(
        [off.credentials, off.enabled, off.status, off.statusReason],
        ['sealed:2', false, 'disabled', 'not now'],
      )
    },
  },
  {
    name: 'connections: switching off and on leaves everything else alone, and says when there is nothing to switch',
    async run({ store }) {
      await store.connections.save(connectionInput())
      const before = present(await store.connections.get(key), 'the connection')
      assert.equal(await store.connections.setEnabled(key, false, 'not now'), true)
      const off = { ...before, enabled: false, status: 'disabled', statusReason: 'not now' }
      assertSame(await store.connections.get(key), off, 'switched off')
      assert.equal(await store.connections.setEnabled(key, true), true)
      assertSame(await store.connections.get(key), before, 'switched on')
      assert.equal(await store.connections.setEnabled({ ...key, organizationId: 'org_2' }, true), false)
      assert.equal(await store.connections.get({ ...key, organizationId: 'org_2' }), undefined)
    },
  },
  {
    name: 'connections: a status is kept with its reason, and a later one without a reason clears it',
    async run({ store }) {
      await store.connections.save(connectionInput())
      await store.connections.setStatus(key, 'degraded', 'the last run was partial')
      const degraded = present(await store.connections.get(key), 'the connection')
      assert.deepEqual([degraded.status, degraded.statusReason], ['degraded', 'the last run was partial'])
      await store.connections.setStatus(key, 'active')
      const active = present(await store.connections.get(key), 'the connection')
      assert.deepEqual([active.status, active.statusReason], ['active', undefined])
      await store.connections.setStatus({ ...key, connection: 'none' }, 'disabled')
      assert.equal(await store.connections.get({ ...key, connection: 'none' }), undefined, 'no connection appears')
    },
  },
  {
    name: 'connections: list filters by organization, provider and type, together',
    async run({ store }) {
      await store.connections.save(connectionInput())
      await store.connections.save(connectionInput({ connection: 'second' }))
      await store.connections.save(connectionInput({ provider: 'books', type: 'accounting' }))
      await store.connections.save(connectionInput({ organizationId: 'org_2' }))
      const names = async (filter: Parameters<typeof store.connections.list>[0]): Promise<string[]> =>
        (await store.connections.list(filter))
          .map((found) => `${found.organizationId} ${found.provider} ${found.connection}`)
          .sort()
      assert.equal((await names({})).length, 4, 'no filter: all')
      assert.deepEqual(await names({ organizationId: 'org_1', provider: 'acme' }), [
        'org_1 acme default',
        'org_1 acme second',
      ])
      assert.deepEqual(await names({ type: 'hris', organizationId: 'org_2' }), ['org_2 acme default'])
      assert.deepEqual(await names({ type: 'accounting' }), ['org_1 books default'])
      assert.deepEqual(await names({ type: 'accounting', provider: 'acme' }), [])
    },
  },
  {
    name: 'connections: a run that ends with success is remembered as the last sync; a failed or dry one is not',
    async run({ store }) {
      await store.connections.save(connectionInput())
      const lastSyncAt = async (): Promise<number | undefined> => (await store.connections.get(key))?.lastSyncAt
      await store.runs.create(syncRun({ id: 'failed' }))
      await store.runs.move('org_1', 'failed', 'failed', { completedAt: T + 1 })
      await store.runs.create(syncRun({ id: 'dry', dryRun: true }))
      await store.runs.move('org_1', 'dry', 'success', { completedAt: T + 2 })
      assert.equal(await lastSyncAt(), undefined)
      await store.runs.create(syncRun({ id: 'good' }))
      await store.runs.move('org_1', 'good', 'success', { completedAt: T + 3 })
      assert.equal(await lastSyncAt(), T + 3)
      await store.runs.create(syncRun({ id: 'approved', status: 'partial', completedAt: T + 1 }))
      await store.runs.move('org_1', 'approved', 'success')
      assert.equal(await lastSyncAt(), T + 3, 'an older run approved later')
      assert.equal((await store.connections.get(key))?.credentials, 'sealed:1', 'the rest of the connection stays')
      await store.runs.create(syncRun({ id: 'next' }))
      await store.runs.move('org_1', 'next', 'success', { completedAt: T + 4 })
      assert.equal(await lastSyncAt(), T + 4, 'the next good run')
      await store.connections.save(connectionInput({ credentials: 'sealed:2' }))
      assert.equal(await lastSyncAt(), T + 4, 'saving the connection again does not forget it')
    },
  },
  {
    name: 'connections: what the caller later does to its own objects does not reach the store',
    async run({ store }) {
      const list = ['a']
      await store.connections.save(connectionInput({ settings: { list } }))
      list.push('b')
      assertSame((await store.connections.get(key))?.settings, { list: ['a'] }, 'the settings as they were saved')
    },
  },
]
