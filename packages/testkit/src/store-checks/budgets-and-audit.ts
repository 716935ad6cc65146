import assert from 'node:assert/strict'
import type { AuditEntry } from '@unioneyes/core'
import { assertSame } from './assertions.ts'
import { people, T } from './examples.ts'
import type { StoreCheckBody } from './store-check.ts'

const { organizationId, provider, connection } = people
const key = { organizationId, provider, connection }

/** What the store's time, budgets and audit log must do. */
export const budgetAndAuditChecks: readonly StoreCheckBody[] = [
  {
    name: 'time: the store’s time is the given clock’s',
    movesTime: true,
    async run({ store, clock }) {
      assert.equal(await store.now(), clock.now())
      clock.advance(-5_000)
      assert.equal(await store.now(), clock.now(), 'also when it jumps back')
    },
  },
  {
    name: 'time: bringing an up-to-date store up to date takes no steps and loses nothing',
    async run({ store }) {
      await store.budgets.block(key, T)
      assert.deepEqual(await store.migrate(), [])
      assert.equal(await store.budgets.blockedUntil(key), T)
    },
  },
  {
    name: 'budgets: the later of two times counts, per connection',
    async run({ store }) {
      assert.equal(await store.budgets.blockedUntil(key), undefined)
      await store.budgets.block(key, T + 10)
      await store.budgets.block(key, T + 5)
      assert.equal(await store.budgets.blockedUntil(key), T + 10)
      await store.budgets.block(key, T + 15)
      assert.equal(await store.budgets.blockedUntil(key), T + 15)
      for (const other of [{ connection: 'second' }, { provider: 'books' }, { organizationId: 'org_2' }]) {
        assert.equal(await store.budgets.blockedUntil({ ...key, ...other }), undefined)
      }
    },
  },
  {
    name: 'budgets: a scope has a time of its own, and the connection is the scope without a name',
    async run({ store }) {
      await store.budgets.block(key, T + 10, 'items.list')
      assert.equal(await store.budgets.blockedUntil(key, 'items.list'), T + 10)
      for (const other of [undefined, '', 'items', 'Items.list']) {
        assert.equal(await store.budgets.blockedUntil(key, other), undefined, `the scope ${String(other)}`)
      }
      await store.budgets.block(key, T + 20)
      await store.budgets.block(key, T + 5, 'items.list')
      assert.equal(
        await store.budgets.blockedUntil(key, 'items.list'),
        T + 10,
        'the scope keeps its own, the later one',
      )
      assert.equal(await store.budgets.blockedUntil(key, ''), T + 20, 'the connection')
      await store.budgets.block(key, T + 30, '')
      assert.equal(await store.budgets.blockedUntil(key), T + 30, 'the connection')
      assert.equal(await store.budgets.blockedUntil({ ...key, connection: 'second' }, 'items.list'), undefined)
    },
  },
  {
    name: 'audit: entries are listed as they were appended, the newest first',
    async run({ store }) {
      const entry = (at: number, over: Partial<AuditEntry> = {}): AuditEntry => ({
        at,
        organizationId,
        actor: 'user "é"',
        action: 'sync.start',
        target: 'acme/default/people',
        ...over,
      })
      const entries = [
        entry(T),
        entry(T + 1, { detail: 'by hand' }),
        entry(T + 1, { action: 'sync.end' }),
        entry(T + 2),
      ]
      for (const given of entries) await store.audit.append(given)
      await store.audit.append(entry(T + 3, { organizationId: 'org_2' }))
      assertSame(await store.audit.list(organizationId), entries.toReversed(), 'the whole log')
      assertSame(
        await store.audit.list(organizationId, { limit: 2 }),
        entries.toReversed().slice(0, 2),
        'the newest two',
      )
      assert.equal((await store.audit.list('org_2')).length, 1)
      assert.deepEqual(await store.audit.list('org_3'), [])
    },
  },
]
