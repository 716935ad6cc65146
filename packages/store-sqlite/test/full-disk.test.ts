import { IntegrationError } from '@unioneyes/core'
import { expect, test } from 'vitest'
import { migratedStore, openStore, takeLease, temporaryPath } from './given.ts'
import { commit, listing, numbered, people, syncRun } from './writes.ts'

test('a full disk in the middle of a commit loses nothing that was committed, and the next one goes on', async () => {
  const path = temporaryPath()
  const tight = await migratedStore({ path, maxPages: 60 })
  await tight.runs.create(syncRun())
  const lease = await takeLease(tight)
  let committed = 0
  let failure: unknown
  while (failure === undefined && committed < 100) {
    const upserts = numbered(50).map((write) => ({
      ...write,
      id: `${String(committed)} ${write.id}`,
      raw: 'x'.repeat(2_000),
    }))
    const page = commit({
      runId: 'run_1',
      lease,
      upserts,
      listing: listing({ pageToken: committed }),
      cursor: committed,
    })
    failure = await tight.pages.commitPage(page).then(
      () => undefined,
      (error: unknown) => error,
    )
    if (failure === undefined) committed++
  }
  expect(committed).toBeGreaterThan(1)
  expect(IntegrationError.is(failure, 'STORE_UNAVAILABLE')).toBe(true)
  expect(String(failure)).toContain('disk is full')
  expect(String(failure)).toContain('maxPages')

  const whole = { records: committed * 50, feed: committed * 50, created: committed * 50, pageToken: committed - 1 }
  const picture = async (store: typeof tight): Promise<typeof whole> => ({
    records: await store.records.count(people),
    feed: (await store.feed.read({ organizationId: 'org_1', limit: 10_000 })).length,
    created: (await store.runs.get('org_1', 'run_1'))?.counters.created ?? 0,
    pageToken: Number((await takeLease(store)).state.listing?.pageToken),
  })
  expect(await tight.records.count(people), 'the store that met the full disk').toBe(whole.records)
  expect(await tight.records.list(people, { limit: 10_000 })).toHaveLength(whole.records)
  await tight.close()

  const roomy = openStore({ path, maxPages: 10_000 })
  expect(await picture(roomy), 'the same file with more room').toEqual(whole)
  await roomy.pages.commitPage(commit({ lease: await takeLease(roomy), runId: 'run_1', upserts: numbered(500) }))
  expect(await roomy.records.count(people)).toBe(whole.records + 500)
})
