import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changedIds, ownFields, pages, property } from '../src/index.ts'
import type { ChangesContext } from '../src/index.ts'

interface Feed {
  changed: string[]
  deleted: string[]
  latest?: string
}

function readerOf(feed: Feed, asked: string[][] = [], since: string[] = []) {
  return changedIds<unknown>({
    idsPerRequest: 3,
    feed: (from) => {
      since.push(from)
      return Promise.resolve(feed)
    },
    fetch: (ids) => {
      asked.push([...ids])
      return Promise.resolve(ids.map((id) => ({ id })))
    },
  })
}

// A reader of ids looks at nothing but these two.
const at = (cursor: string, token?: ChangesContext<unknown>['token']) => ({ cursor, token }) as ChangesContext<unknown>

describe('changed ids', () => {
  test('every changed id is fetched once, in batches, and every deleted one told once, wherever the read is resumed', async () => {
    const ids = fc.uniqueArray(fc.nat(99).map(String), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(ids, ids, fc.nat(5), async (changed, deleted, stopAfter) => {
        const feed = { changed, deleted, latest: '2026-01-02T00:00:00Z' }
        const fetched: unknown[] = []
        const gone: unknown[] = []
        let token: ChangesContext<unknown>['token']
        let cursor: unknown
        let seen = 0
        // Stopped once after some pages, then resumed at the last page's token.
        for (const part of [stopAfter, Number.POSITIVE_INFINITY]) {
          if (cursor !== undefined) break
          for await (const page of readerOf(feed)(at('2026-01-01T00:00:00Z', token))) {
            if (seen >= part) break
            seen += 1
            fetched.push(...(page.items ?? []).map((item) => property(item, 'id')))
            gone.push(...(page.deleted ?? []))
            token = page.next
            cursor = page.cursor
          }
        }
        expect(fetched.sort()).toEqual([...changed].sort())
        expect(gone.sort()).toEqual([...deleted].sort())
        expect(cursor).toBe('2026-01-02T00:00:00Z')
      }),
    )
  })

  test('asks from before the cursor, and never moves it back', async () => {
    const since: string[] = []
    const read = readerOf({ changed: [], deleted: [], latest: '2025-12-31T00:00:00Z' }, [], since)
    const [page] = await Array.fromAsync(read(at('2026-01-01T00:00:00Z')))
    expect(since).toEqual(['2025-12-31T23:55:00Z'])
    expect(page).toEqual({ items: [], deleted: [], cursor: '2026-01-01T00:00:00Z' })
  })

  test('a cursor that is no time has expired', async () => {
    await expect(Array.fromAsync(readerOf({ changed: [], deleted: [] })(at('soon')))).rejects.toMatchObject({
      code: 'CURSOR_EXPIRED',
    })
  })
})

test('numbered pages begin again when the stated total shrinks, and only then', () => {
  const paginate = pages.number({ totalPages: () => 9 })
  const step = (total: number, token?: ReturnType<typeof paginate.step>['next']) =>
    paginate.step({ body: {}, headers: new Headers(), url: '', items: 2, list: [{}, {}], total, token })
  const second = step(10).next
  expect(paginate.position(second)).toEqual({ params: { page: 2 } })
  expect(step(11, second).next).toEqual({ page: 3, of: 11 })
  expect(() => step(9, second)).toThrow(/deleted while they were listed/)
})

test('own fields: named by the settings, absent ones left out, digits kept', () => {
  const item = { customSize: 'M', customBadge: 9007199254740993n, customNote: null, customList: [1n, 'a'] }
  const names = { size: 'customSize', badge: 'customBadge', note: 'customNote', none: 'customNone', list: 'customList' }
  expect(ownFields(item, names)).toEqual({ size: 'M', badge: '9007199254740993', list: ['1', 'a'] })
  expect(ownFields(item, {})).toBeUndefined()
  expect(ownFields('text', names)).toBeUndefined()
})
