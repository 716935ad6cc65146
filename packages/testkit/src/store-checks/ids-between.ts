import assert from 'node:assert/strict'
import { textAfter } from '@unioneyes/core'
import { assertIds, assertSame, present } from './assertions.ts'
import { digest, listing, mark, pageCommit, people, record, T, takeLease } from './examples.ts'
import type { StoreCheckBody } from './store-check.ts'

/** Which ids lie in a range, and how a listing notes ranges that it cannot look at. */
export const idChecks: readonly StoreCheckBody[] = [
  {
    name: 'pages: the ids between two are those of live records from the one up to the other, in the order of code points',
    async run({ store }) {
      // Emoji stand behind U+E000 to U+FFFD by code point, and before them by UTF-16 unit.
      const ids = [
        '1',
        '1.',
        '1/',
        '1/a',
        '10',
        '2/gone',
        'É/\ud7ff',
        'É/\ue000',
        'É/\ufffd',
        'É/😀',
        'É/\u{10ffff}',
        'É0',
      ]
      await store.pages.commitPage(pageCommit({ upserts: ids.map((id) => record(id)) }))
      const elsewhere = { ...people, entity: 'teams' }
      await store.pages.commitPage(pageCommit({ key: elsewhere, upserts: [record('1/elsewhere')] }))
      const tombstones = [{ id: '2/gone' }, { id: '2/never there' }]
      await store.pages.commitPage(pageCommit({ observedAt: T + 1, tombstones }))
      for (const from of ['', ...ids, '2', '\u{10ffff}']) {
        for (const below of [undefined, '', ...ids, '2', '\u{10ffff}']) {
          const isInside = (id: string): boolean =>
            id !== '2/gone' && byBytes(from, id) <= 0 && (below === undefined || byBytes(id, below) < 0)
          assert.deepEqual(
            await store.pages.idsBetween(people, { from, below }),
            ids.filter(isInside).sort(byBytes),
            `from ${JSON.stringify(from)} below ${JSON.stringify(below)}`,
          )
        }
      }
    },
  },
  {
    name: 'pages: the ids that begin with a text lie between it and the text after it',
    async run({ store }) {
      const ids = [
        '1/',
        '1/a',
        '1/\u{10ffff}',
        '1/\u{10ffff}z',
        '10/a',
        '1',
        '1.',
        '10',
        'É/\ud7ff',
        'É/\ue000',
        'É/😀',
      ]
      await store.pages.commitPage(pageCommit({ upserts: ids.map((id) => record(id)) }))
      for (const from of ['1/', '1', '1/\u{10ffff}', 'É/', 'É/\ud7ff', '2/', 'x', '\u{10ffff}']) {
        const found = await store.pages.idsBetween(people, { from, below: textAfter(from) })
        const expected = ids.filter((id) => id.startsWith(from))
        assertIds(found, expected, `under ${JSON.stringify(from)}`)
      }
    },
  },
  {
    name: 'pages: ids come in slices, each going on behind the one before, whatever is deleted meanwhile',
    async run({ store }) {
      const ids = ['a', 'b', 'c', 'd', '\ue000', '😀', '😀z']
      await store.pages.commitPage(pageCommit({ upserts: ids.map((id) => record(id)) }))
      const range = { from: 'b', below: '😀z', limit: 2 }
      assert.deepEqual(await store.pages.idsBetween(people, range), ['b', 'c'], 'the first slice')
      await store.pages.commitPage(pageCommit({ observedAt: T + 1, tombstones: [{ id: 'c' }] }))
      assert.deepEqual(await store.pages.idsBetween(people, { ...range, after: 'c' }), ['d', '\ue000'], 'the second')
      assert.deepEqual(await store.pages.idsBetween(people, { ...range, after: '\ue000' }), ['😀'], 'the third')
      assert.deepEqual(await store.pages.idsBetween(people, { ...range, after: '😀' }), [], 'the end')
      assert.deepEqual(
        await store.pages.idsBetween(people, { from: 'b', after: 'b', limit: 1 }),
        ['d'],
        'without an end',
      )
    },
  },
  {
    name: 'pages: the ids of another organization or connection are never among them',
    async run({ store }) {
      const others = [
        { ...people, organizationId: 'org_2' },
        { ...people, connection: 'second' },
      ]
      await store.pages.commitPage(pageCommit({ upserts: [record('ours')] }))
      for (const key of others)
        assert.deepEqual(await store.pages.idsBetween(key, { from: '' }), [], 'nothing there yet')
      for (const key of others) await store.pages.commitPage(pageCommit({ key, upserts: [record('theirs')] }))
      assert.deepEqual(await store.pages.idsBetween(people, { from: '' }), ['ours'])
      for (const key of others) assert.deepEqual(await store.pages.idsBetween(key, { from: '' }), ['theirs'])
    },
  },
  {
    name: 'pages: a mark without ids shows nothing, and is recalled with its token until its listing’s marks are dropped',
    async run({ store }) {
      const lease = await takeLease(store)
      const note = mark('note', [], { next: ['C1:', 'É'] })
      await store.pages.commitPage(
        pageCommit({ lease, upserts: [record('a')], marks: [mark('page', ['a']), note], listing: listing() }),
      )
      await store.pages.commitPage(pageCommit({ observedAt: T + 1, upserts: [record('a', 'second')] }))
      await store.pages.dropMarks(lease, 'listing_1')
      const recalled = present(await store.pages.recall(people, digest('note')), 'the note')
      assertSame([recalled.count, recalled.next], [0, ['C1:', 'É']], 'the note')
      assert.equal(await store.pages.seen(people, 'listing_1'), 1)
      await store.pages.dropMarks(lease, undefined)
      assert.equal(await store.pages.recall(people, digest('note')), undefined)
    },
  },
]

/** The order of the texts' bytes in UTF-8, which is that of their code points. */
function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}
