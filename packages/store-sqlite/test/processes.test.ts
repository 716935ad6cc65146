import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { openStore, takeLease, temporaryPath } from './given.ts'
import { people } from './writes.ts'

/** Starts a process that commits pages; `onPage` sees the number of each as soon as its commit was answered. */
function committing(
  path: string,
  { entity, pages, rows }: { entity: string; pages: number; rows: number },
  onPage: (page: number, kill: () => void) => void = () => undefined,
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  const script = join(import.meta.dirname, 'commit-pages.ts')
  const child = spawn(
    process.execPath,
    ['--conditions=@unioneyes/source', script, path, entity, String(pages), String(rows)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  createInterface({ input: child.stdout }).on('line', (line) => {
    onPage(Number(line), () => child.kill('SIGKILL'))
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      resolve({ code, signal })
    })
  })
}

test('two processes migrate one fresh file and commit to it at the same time: all is there, the feed in one order', async () => {
  const path = temporaryPath()
  const entities = ['employees', 'departments']
  const ends = await Promise.all(entities.map((entity) => committing(path, { entity, pages: 60, rows: 20 })))
  expect(ends).toEqual(entities.map(() => ({ code: 0, signal: null })))

  const store = openStore({ path })
  for (const entity of entities) {
    const key = { ...people, entity }
    expect(await store.records.count(key)).toBe(1_200)
    expect((await takeLease(store, key, `run of ${entity}`)).state.listing?.pageToken).toBe(59)
  }
  const entries = await store.feed.read({ organizationId: people.organizationId, limit: 10_000 })
  expect(new Set(entries.map(({ entity, id }) => `${entity} ${id}`)).size).toBe(2_400)
  const places = entries.map(({ position }) => position.split('/').map(Number))
  const inOrder = places.every(([seq = 0, entry = 0], index) => {
    const [lastSeq = 0, lastEntry = -1] = places[index - 1] ?? []
    return seq > lastSeq || (seq === lastSeq && entry === lastEntry + 1)
  })
  expect(inOrder, 'positions strictly grow').toBe(true)
  for (const entity of entities) {
    const pages = entries.filter((entry) => entry.entity === entity).map(({ id }) => Number(id.split(/[ .]/)[1]))
    expect(pages, `${entity} in the order of its commits`).toEqual(pages.toSorted((left, right) => left - right))
  }
})

test('a process killed between two writes leaves whole pages, every answered one among them', async () => {
  const path = temporaryPath()
  let answered = -1
  const end = await committing(path, { entity: 'people', pages: 10_000, rows: 200 }, (page, kill) => {
    answered = page
    if (page === 25) kill()
  })
  expect(end.signal).toBe('SIGKILL')
  const store = openStore({ path })
  const records = await store.records.count(people)
  expect(records % 200, 'whole pages').toBe(0)
  expect(records, 'no answered page is lost').toBeGreaterThanOrEqual((answered + 1) * 200)
  expect(await store.records.list(people, { limit: 1_000_000 })).toHaveLength(records)
  expect(await store.feed.read({ organizationId: 'org_1', limit: 1_000_000 })).toHaveLength(records)
  expect((await takeLease(store, people, 'run of people')).state.listing?.pageToken).toBe(records / 200 - 1)
})
